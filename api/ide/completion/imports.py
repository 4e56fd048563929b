"""Completion in import statements: modules, and the names in them."""

from __future__ import annotations

import os
import re

from ....indexer.inference.entities import MODULE, NAMESPACE, OUTSIDE
from ....indexer.inference.modules import imported_module
from . import completion as c

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference

_FROM = re.compile(rb"\s*from\s+(\.*)([\w.]*)$")
_FROM_KEYWORD = re.compile(rb"\s*from\s+(?:\.*[\w.]+|\.+)\s+\w*$")
_NAMES = re.compile(rb"\s*from\s+(\.*[\w.]*)\s+import\b\s*(\(?)([^#]*)$", re.DOTALL)
_IMPORT = re.compile(rb"\s*import\s+(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*([\w.]*)$")
_ALIAS = re.compile(rb"\bas\s+\w*$")
_AFTER = re.compile(rb"\s*(?:import\s+(?:.*,\s*)?[\w.]+|from\s.*import.*\w)\s+\w*$", re.DOTALL)


def items(context: c.Context) -> list[c.Item] | None:
    """Items in an import statement; None when the cursor is in none."""
    statement = context.cursor.logical
    stripped = statement.lstrip()
    if not stripped.startswith((b"import ", b"from ", b"import\t", b"from\t")):
        return None
    if _ALIAS.search(statement):
        return []
    found = _FROM.match(statement)
    if found:
        return _modules(context, found[1].decode(), found[2].decode("utf-8", "replace"))
    found = _NAMES.match(statement)
    if found:
        if _AFTER.match(statement) and not _open_names(found[3]):
            return [c.Item("as", "keyword", c.KEYWORD)]
        return _names(context, found[1].decode("utf-8", "replace"), found[3])
    if _FROM_KEYWORD.match(statement):
        return [c.Item("import", "keyword", c.KEYWORD)]
    found = _IMPORT.match(statement)
    if found:
        return _modules(context, "", found[1].decode("utf-8", "replace"))
    if stripped.startswith(b"import") and re.search(rb"\w\s+\w*$", statement):
        return [c.Item("as", "keyword", c.KEYWORD)]
    return []


def _open_names(written: bytes) -> bool:
    """Whether a name may come next in what is written behind ``import``."""
    last = written.rpartition(b",")[2]
    return len(last.split()) <= 1 and not (last.strip() and last[-1:].isspace())


def _modules(context: c.Context, dots: str, written: str) -> list[c.Item]:
    """Modules in the package that is written before the last dot."""
    package = written.rpartition(".")[0]
    inference, path = context.inference, context.path
    if not dots and not package:
        return [
            c.Item(name, "module", c.MODULE_LEVEL if ours else c.IMPORTED)
            for name, ours in sorted(top_modules(inference, path).items())
        ]
    module = imported_module(inference, path, dots + package)
    return [
        c.Item(name, "module", c.MODULE_LEVEL)
        for name in submodules(inference, module)
        if not _is_self(inference, path, module, name)
    ]


def _is_self(inference: Inference, path: str, module: Entity, name: str) -> bool:
    own = inference.snapshot.index.module_name(path)
    package = inference.snapshot.index.module_name(module.path) if module.kind == MODULE else None
    return own is not None and own == f"{package}.{name}"


def _names(context: c.Context, spelled: str, written: bytes) -> list[c.Item]:
    """Names that a module has for an import, but for those that the statement has already."""
    from .members import module_items

    inference, path = context.inference, context.path
    module = imported_module(inference, path, spelled)
    if module.kind == OUTSIDE:
        return []
    taken = {
        part.split()[0].decode("utf-8", "replace")
        for part in written.split(b",")[:-1]
        if part.split()
    }
    result: list[c.Item] = []
    if module.kind == MODULE and module.path != path:
        for name, kind, entity, exported in module_items(inference, module.path):
            if not (name.startswith("__") and name.endswith("__")):
                result.append(c.Item(name, kind, c.OWN_MEMBER if exported else c.MEMBER, entity))
    names = {item.label for item in result}
    for name in submodules(inference, module):
        if name not in names and not _is_self(inference, path, module, name):
            result.append(c.Item(name, "module", c.MEMBER))
    return [item for item in result if item.label not in taken]


def submodules(inference: Inference, module: Entity) -> list[str]:
    """Names of the modules in a package; empty for plain modules."""
    kind, path, _ = module
    if kind == MODULE and path.rpartition("/")[2].startswith("__init__."):
        folder = path.rpartition("/")[0]
    elif kind == NAMESPACE:
        folder = path
    else:
        return []
    found = set(_in_folder(inference, folder))
    if folder.startswith("/") and folder.endswith("-stubs"):
        found.update(_listed(folder.removesuffix("-stubs")))
    return sorted(found)


def top_modules(inference: Inference, path: str) -> dict[str, bool]:
    """Modules and packages that an absolute import may start with; True for the workspace's."""
    index = inference.snapshot.index
    found: dict[str, bool] = {}
    layers = index.layers
    kept: dict[str, list[str]] = inference.snapshot.view.memo.setdefault("top modules", {})
    for root in (layers.stdlib, *layers.roots):
        if not root:
            continue
        if root not in kept:
            kept[root] = _listed(root)
        for name in kept[root]:
            found[name.removesuffix("-stubs")] = False
    for root in (*index.workspace.source_roots, path.rpartition("/")[0]):
        for name in _in_folder(inference, root):
            found[name] = True
    own = (index.module_name(path) or "").partition(".")[0]
    if own:
        found[own] = True
    return found


def _in_folder(inference: Inference, folder: str) -> list[str]:
    full = inference.snapshot.absolute(folder) if not folder.startswith("/") else folder
    found = _listed(full)
    prefix = f"{folder}/" if folder else ""
    for path in inference.snapshot.overlaid():
        rest = path[len(prefix) :]
        if path.startswith(prefix) and "/" not in rest and rest.endswith(".py"):
            found.append(rest[:-3])
    return [name for name in found if name != "__init__"]


def _listed(folder: str) -> list[str]:
    """Modules and packages in a folder of the disk."""
    found: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                stem, dot, suffix = name.partition(".")
                if dot and suffix in ("py", "pyi"):
                    found.add(stem)
                elif (
                    not dot
                    and _may_be_package(name)
                    and entry.is_dir()
                    and _has_modules(entry.path)
                ):
                    found.add(name)
    except OSError:
        return []
    found.discard("__init__")
    found.discard("__main__")
    return sorted(name for name in found if name.removesuffix("-stubs").isidentifier())


def _may_be_package(name: str) -> bool:
    return name.removesuffix("-stubs").isidentifier() and name != "__pycache__"


def _has_modules(folder: str) -> bool:
    """Whether a folder is a package, or holds modules or packages right away."""
    try:
        with os.scandir(folder) as entries:
            return any(
                entry.name.endswith((".py", ".pyi")) or os.path.exists(f"{entry.path}/__init__.py")
                for entry in entries
            )
    except OSError:
        return False
