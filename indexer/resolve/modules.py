"""Modules: from dotted names to files, and from imports to what they bring."""

from __future__ import annotations

from .. import facts as f
from .entities import MODULE, NAMESPACE, OUTSIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity

_SUFFIXES = ("/__init__.pyi", ".pyi", "/__init__.py", ".py")


def find_module(snapshot: Snapshot, dotted: str, importer: str = "") -> Entity | None:
    """The module or namespace package of an absolute name, seen from the file that imports it."""
    key = ("module", dotted, importer.rpartition("/")[0])
    if key not in snapshot.memo:
        snapshot.memo[key] = _find_module(snapshot, dotted, importer)
    return snapshot.memo[key]


def _find_module(snapshot: Snapshot, dotted: str, importer: str) -> Entity | None:
    workspace = snapshot.index.workspace
    for candidate in workspace.module_candidates(dotted, importer):
        if snapshot.exists(candidate):
            return MODULE, candidate, -1
    # A script finds the modules that lie beside it; a module of a package does not.
    folder = importer.rpartition("/")[0]
    if importer and not snapshot.exists(f"{folder}/__init__.py".lstrip("/")):
        beside = in_folder(snapshot, folder, dotted)
        if beside is not None and beside[0] == MODULE:
            return beside
    outside = snapshot.index.layers.find(dotted)
    if outside is not None:
        return MODULE, outside, -1
    path = dotted.replace(".", "/")
    for root in workspace.source_roots:
        full = f"{root}/{path}" if root else path
        if snapshot.is_folder(full) and not path.startswith("."):
            return NAMESPACE, full, -1
    if any(package.startswith(dotted + ".") for package, _ in workspace.package_dirs):
        return NAMESPACE, path, -1  # a package that exists only in build settings
    folder = snapshot.index.layers.find_folder(dotted)
    return (NAMESPACE, folder, -1) if folder is not None else None


def in_folder(snapshot: Snapshot, folder: str, dotted: str) -> Entity | None:
    """The module of a name relative to a folder; the folder itself for an empty name."""
    stem = f"{folder}/{dotted.replace('.', '/')}" if dotted else folder
    stem = stem.rstrip("/") if folder.startswith("/") else stem.strip("/")
    if not dotted:
        for name in ("__init__.pyi", "__init__.py"):
            path = f"{folder}/{name}" if folder else name
            if snapshot.exists(path):
                return MODULE, path, -1
    else:
        for suffix in _SUFFIXES:
            if snapshot.exists(stem + suffix):
                return MODULE, stem + suffix, -1
    if snapshot.is_folder(stem):
        return NAMESPACE, stem, -1
    return None


def imported_module(snapshot: Snapshot, importer: str, spelled: str) -> Entity:
    """What the module part of an import names, dots in front included."""
    rest = spelled.lstrip(".")
    level = len(spelled) - len(rest)
    if level:
        folder = importer.rpartition("/")[0]
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        found = in_folder(snapshot, folder, rest)
        base = snapshot.index.workspace.module_name(f"{folder}/__init__.py") or folder
        outside = f"{base.replace('/', '.')}.{rest}".strip(".")
    else:
        found = find_module(snapshot, rest, importer)
        outside = rest
    return found if found is not None else (OUTSIDE, outside, -1)


def submodule(snapshot: Snapshot, module: Entity, name: str) -> Entity | None:
    """A module inside a package, by name."""
    kind, path, _ = module
    if kind == NAMESPACE:
        inner = f"{path.replace('/', '.')}.{name}"
        for package, where in snapshot.index.workspace.package_dirs:
            if package == inner:
                return in_folder(snapshot, where, "")
        return in_folder(snapshot, path, name)
    if kind == MODULE and path.rpartition("/")[2].startswith("__init__."):
        return in_folder(snapshot, path.rpartition("/")[0], name)
    return None


def exported_names(snapshot: Snapshot, path: str) -> tuple[set[str], bool] | None:
    """(names, whether these are all) that ``__all__`` lists; None when there is no ``__all__``."""
    facts = snapshot.facts(path)
    if facts is None or not len(facts.exports[0]):
        return None
    names: set[str] = set()
    complete = True
    for kind, ref in zip(facts.exports[0], facts.exports[1], strict=True):
        if kind == f.EXPORT_SET:
            names, complete = set[str](), True
        elif kind == f.EXPORT_ADD:
            names.add(facts.strings[ref])
        elif kind == f.EXPORT_REMOVE:
            names.discard(facts.strings[ref])
        elif kind == f.EXPORT_EXTEND_EXPR:
            other = _module_named(snapshot, path, facts, ref)
            listed = exported_names(snapshot, other) if other and other != path else None
            if listed is None:
                complete = False
            else:
                names |= listed[0]
                complete = complete and listed[1]
        else:
            complete = False
    return names, complete


def _module_named(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> str | None:
    """Path of the module that a plain or dotted name at module level stands for."""
    from .names import module_member

    ops, _, lefts, rights = facts.expr
    chain: list[str] = []
    while ops[expr] == f.ATTRIBUTE:
        chain.append(facts.names[rights[expr]])
        expr = lefts[expr]
    if ops[expr] != f.NAME:
        return None
    chain.append(facts.names[lefts[expr]])
    found = module_member(snapshot, path, chain.pop())
    entity = found[0].entity if found else None
    while chain and entity is not None:
        entity = submodule(snapshot, entity, chain.pop())
    return entity[1] if entity is not None and entity[0] == MODULE else None
