"""Names that a module offers, and the modules that a package or folder holds."""

from __future__ import annotations

import os
from typing import NamedTuple

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.added_folders import added_folders
from ...indexer.inference.entities import MODULE, NAMESPACE, Entity, entity_of_binding
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module

# Bindings that give a scope no name of its own.
NO_NAMES = frozenset([f.DELETE, f.GLOBAL, f.NONLOCAL])
_STAR_IMPORTS = 24


class ModuleName(NamedTuple):
    """A name at the top level of a module."""

    name: str
    kind: str
    entity: Entity
    is_exported: bool
    """True if the module means it for others."""


def module_names(inference: Inference, path: str) -> list[ModuleName]:
    """Return the names at the top level of a module."""
    facts = inference.facts(path)
    if facts is None:
        return []
    exported = inference.exported_names(path)
    listed = exported[0] if exported is not None else None
    table = facts.binding
    last = {
        table.name[row]: row
        for row, scope in enumerate(table.scope)
        if scope == 0 and table.kind[row] not in NO_NAMES
    }
    is_stub = path.endswith(".pyi")
    result: list[ModuleName] = []
    for name_row, row in last.items():
        name = facts.names[name_row]
        is_import = table.kind[row] == f.IMPORT
        if is_import:
            if facts.imports.flags[table.ref[row]] & f.FUTURE:
                continue
            if is_stub and not _reexports(facts, table.ref[row]) and name not in (listed or ()):
                continue
        if listed is not None:
            is_exported = name in listed
        else:
            is_exported = not is_import or is_stub or path.endswith("/__init__.py")
        entity = entity_of_binding(path, facts, row)
        result.append(ModuleName(name, kind_of_binding(facts, row), entity, is_exported))
    for star in star_modules(inference, path, facts):
        known = {each.name for each in result}
        result += [
            each
            for each in module_names(inference, star)
            if each.is_exported and each.name not in known
        ]
    return result


def star_modules(inference: Inference, path: str, facts: FileFacts) -> list[str]:
    """Return the files of the modules that a file imports ``*`` from."""
    found: list[str] = []
    for row, name in enumerate(facts.imports.name):
        if name == f.STAR and facts.imports.scope[row] == 0:
            spelled = facts.names[facts.imports.module[row]]
            module = imported_module(inference, path, spelled)
            if module.kind == MODULE and module.path != path and len(found) < _STAR_IMPORTS:
                found.append(module.path)
    return found


def _reexports(facts: FileFacts, row: int) -> bool:
    """True if an import re-exports a name: ``import a as a``, ``from b import c as c``."""
    if not facts.imports.flags[row] & f.ALIASED:
        return False
    name = facts.imports.name[row]
    name = facts.imports.module[row] if name == -1 else name
    return name >= 0 and facts.names[name] == facts.names[facts.imports.bound[row]]


def kind_of_binding(facts: FileFacts, binding: int, *, in_class: bool = False) -> str:
    """Return the kind of symbol that a binding introduces, as a word."""
    kind = facts.binding.kind[binding]
    ref = facts.binding.ref[binding]
    if kind == f.DEF_CLASS:
        return "class"
    if kind == f.DEF_FUNCTION:
        if not in_class:
            return "function"
        return "property" if facts.definition.flags[ref] & f.PROPERTY else "method"
    if kind == f.IMPORT:
        imported = facts.imports.name[ref]
        if imported == -1:
            return "module"
        name = facts.names[imported] if imported >= 0 else ""
        return "class" if name[:1].isupper() and not name.isupper() else "reference"
    if in_class:
        return "field"
    name = facts.names[facts.binding.name[binding]]
    return "constant" if name.isupper() else "variable"


def submodules(inference: Inference, module: Entity) -> list[str]:
    """Return the names of the modules in a package; empty for plain modules."""
    folder, _, name = module.path.rpartition("/")
    if module.kind == NAMESPACE:
        folder = module.path
    elif module.kind != MODULE or not name.startswith("__init__."):
        return []
    found = set(_present_modules(inference, folder))
    if folder.startswith("/") and folder.endswith("-stubs"):
        found.update(modules_in(folder.removesuffix("-stubs")))
    return sorted(found)


def top_modules(inference: Inference, path: str) -> dict[str, bool]:
    """Return what an absolute import may start with; True for modules of the workspace."""
    index = inference.snapshot.index
    found: dict[str, bool] = {}
    search_path = index.search_path
    cache: dict[str, list[str]] = inference.snapshot.view.memo.setdefault("top modules", {})
    for root in (search_path.stdlib, *search_path.roots):
        if not root:
            continue
        if root not in cache:
            cache[root] = modules_in(root)
        for name in cache[root]:
            found[name.removesuffix("-stubs")] = False
    first, last = added_folders(inference, path)
    for root in (*index.workspace.source_roots, path.rpartition("/")[0], *first, *last):
        for name in _present_modules(inference, root):
            found[name] = True
    own = (index.module_name(path) or "").partition(".")[0]
    if own:
        found[own] = True
    return found


def _present_modules(inference: Inference, folder: str) -> list[str]:
    full = inference.snapshot.absolute(folder) if not folder.startswith("/") else folder
    found = modules_in(full)
    prefix = f"{folder}/" if folder else ""
    for path in inference.snapshot.overlaid():
        rest = path[len(prefix) :]
        if path.startswith(prefix) and "/" not in rest and rest.endswith(".py"):
            found.append(rest[:-3])
    return [name for name in found if name != "__init__"]


def modules_in(folder: str) -> list[str]:
    """Return the modules and packages in a folder on disk."""
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
    """True if a folder holds modules or packages."""
    try:
        with os.scandir(folder) as entries:
            return any(
                entry.name.endswith((".py", ".pyi")) or os.path.exists(f"{entry.path}/__init__.py")
                for entry in entries
            )
    except OSError:
        return False
