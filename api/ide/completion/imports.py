"""Completion in import statements: modules, and the names in them."""

from __future__ import annotations

import re

from ....indexer.inference.entities import MODULE, OUTSIDE, Entity
from ....indexer.inference.inference import Inference
from ....indexer.inference.modules import imported_module
from ..module_contents import module_names, submodules, top_modules
from .items import CompletionContext, Group, Item

# A longer statement is none that a person writes, and the patterns below would take long on it.
_LONGEST = 5_000
_FROM = re.compile(rb"\s*from\s+(\.*)([\w.]*)$")
_FROM_KEYWORD = re.compile(rb"\s*from\s+(?:\.*[\w.]+|\.+)\s+\w*$")
_NAMES = re.compile(rb"\s*from\s+(\.*[\w.]*)\s+import\b\s*(\(?)([^#]*)$", re.DOTALL)
_IMPORT = re.compile(rb"\s*import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*([\w.]*)$")
_ALIAS = re.compile(rb"\bas\s+\w*$")
_AFTER = re.compile(rb"\s*(?:import\s+(?:.*,\s*)?[\w.]+|from\s.*import.*\w)\s+\w*$", re.DOTALL)


def items(context: CompletionContext) -> list[Item] | None:
    """Return items for an import statement; None if the cursor is in none."""
    statement = context.cursor.logical
    stripped = statement.lstrip()
    begins = stripped.startswith((b"import ", b"from ", b"import\t", b"from\t"))
    if not begins or len(statement) > _LONGEST:
        return None
    if _ALIAS.search(statement):
        return []
    found = _FROM.match(statement)
    if found:
        return _modules(context, found[1].decode(), found[2].decode("utf-8", "replace"))
    found = _NAMES.match(statement)
    if found:
        if _AFTER.match(statement) and not _expects_name(found[3]):
            return [Item("as", "keyword", Group.KEYWORD)]
        return _names(context, found[1].decode("utf-8", "replace"), found[3])
    if _FROM_KEYWORD.match(statement):
        return [Item("import", "keyword", Group.KEYWORD)]
    found = _IMPORT.match(statement)
    if found:
        return _modules(context, "", found[1].decode("utf-8", "replace"))
    if stripped.startswith(b"import") and re.search(rb"\w\s+\w*$", statement):
        return [Item("as", "keyword", Group.KEYWORD)]
    return []


def _expects_name(written: bytes) -> bool:
    """True if a name may come next behind ``import``."""
    last = written.rpartition(b",")[2]
    return len(last.split()) <= 1 and not (last.strip() and last[-1:].isspace())


def _modules(context: CompletionContext, dots: str, written: str) -> list[Item]:
    """Return the modules in the package before the last dot."""
    package = written.rpartition(".")[0]
    inference, path = context.inference, context.path
    if not dots and not package:
        return [
            Item(name, "module", Group.MODULE_LEVEL if is_local else Group.IMPORTED)
            for name, is_local in sorted(top_modules(inference, path).items())
        ]
    module = imported_module(inference, path, dots + package)
    return [
        Item(name, "module", Group.MODULE_LEVEL)
        for name in submodules(inference, module)
        if not _is_self(inference, path, module, name)
    ]


def _is_self(inference: Inference, path: str, module: Entity, name: str) -> bool:
    own = inference.snapshot.index.module_name(path)
    package = inference.snapshot.index.module_name(module.path) if module.kind == MODULE else None
    return own is not None and own == f"{package}.{name}"


def _names(context: CompletionContext, spelled: str, written: bytes) -> list[Item]:
    """Return names that a module offers, without those that the statement imports already."""
    inference, path = context.inference, context.path
    module = imported_module(inference, path, spelled)
    if module.kind == OUTSIDE:
        return []
    taken = {
        part.split()[0].decode("utf-8", "replace")
        for part in written.split(b",")[:-1]
        if part.split()
    }
    result: list[Item] = []
    if module.kind == MODULE and module.path != path:
        for each in module_names(inference, module.path):
            group = Group.OWN_MEMBER if each.is_exported else Group.MEMBER
            result.append(Item(each.name, each.kind, group, each.entity))
    names = {item.label for item in result}
    for name in submodules(inference, module):
        if name not in names and not _is_self(inference, path, module, name):
            result.append(Item(name, "module", Group.MEMBER))
    return [item for item in result if item.label not in taken]
