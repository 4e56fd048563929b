"""Modules: from dotted names to files, and from imports to what they bring."""

from __future__ import annotations

from .entities import MODULE, NAMESPACE, OUTSIDE
from .memo import remember

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .entities import Entity

# Answers of `presence`.
PRESENT, OPAQUE, ABSENT, UNSURE = range(4)
_SUFFIXES = ("/__init__.pyi", ".pyi", "/__init__.py", ".py")


def find_module(snapshot: Snapshot, dotted: str, importer: str = "") -> Entity | None:
    """The module or namespace package of an absolute name, seen from the file that imports it."""
    key = ("module", dotted, importer.rpartition("/")[0])
    return remember(snapshot, key, lambda: _find_module(snapshot, dotted, importer), None)


def _find_module(snapshot: Snapshot, dotted: str, importer: str) -> Entity | None:
    for candidate in snapshot.index.workspace.module_candidates(dotted, importer):
        if snapshot.exists(candidate):
            return MODULE, candidate, -1
    beside = _beside(snapshot, dotted, importer)
    if beside is not None:
        return beside
    parent, _, name = dotted.rpartition(".")
    if parent:
        package = find_module(snapshot, parent, importer)
        if package is not None and package[0] == MODULE and not _is_extended(snapshot, package[1]):
            # Another package of the same name has no say: this one was found first.
            return submodule(snapshot, package, name)
    return _find_outside(snapshot, dotted)


def _beside(snapshot: Snapshot, dotted: str, importer: str) -> Entity | None:
    """A module that is found because of where its importer lies.

    A script finds the modules beside it, and so does a package that lies beside them. Under pytest,
    everything below a ``conftest.py`` finds what that would find.
    """
    if not importer or importer.startswith("/"):
        return None
    folder = importer.rpartition("/")[0]
    tried: set[str] = set()
    first = True
    while True:
        if first or snapshot.exists(f"{folder}/conftest.py".lstrip("/")):
            base = folder
            while base and snapshot.exists(f"{base}/__init__.py"):
                base = base.rpartition("/")[0]
            if base not in tried:
                tried.add(base)
                found = in_folder(snapshot, base, dotted)
                if found is not None and found[0] == MODULE:
                    return found
        if not folder:
            return None
        first, folder = False, folder.rpartition("/")[0]


def _is_extended(snapshot: Snapshot, path: str) -> bool:
    """Whether modules of a package may lie elsewhere than in its own folder.

    So it is where stubs lie apart from sources or describe only part of them, and in packages that
    say so by ``__path__`` or in the ways of before there were namespace packages.
    """
    if path.endswith(".pyi"):
        return True
    if not path.endswith("/__init__.py"):
        return path.startswith("/")
    facts = snapshot.facts(path)
    return facts is None or any(
        facts.name_id(name) >= 0 for name in ("__path__", "declare_namespace")
    )


def _find_outside(snapshot: Snapshot, dotted: str) -> Entity | None:
    """A module of the environment, or a namespace package of whatever layer."""
    snapshot.rest_on_environment()
    workspace, layers = snapshot.index.workspace, snapshot.index.layers
    stub = _stub_package(snapshot, dotted)
    if stub is not None:
        return stub
    outside = layers.find(dotted)
    if outside is not None:
        return MODULE, _as_of_workspace(snapshot, outside), -1
    path = dotted.replace(".", "/")
    for root in workspace.source_roots:
        full = f"{root}/{path}" if root else path
        if snapshot.is_folder(full) and not path.startswith("."):
            return NAMESPACE, full, -1
    if any(package.startswith(dotted + ".") for package, _ in workspace.package_dirs):
        return NAMESPACE, path, -1  # a package that exists only in build settings
    if layers.is_opaque(dotted):
        return OUTSIDE, dotted, -1
    folder = layers.find_folder(dotted)
    return (NAMESPACE, _as_of_workspace(snapshot, folder), -1) if folder is not None else None


def _stub_package(snapshot: Snapshot, dotted: str) -> Entity | None:
    """A module of a package of stubs in the workspace for what lies elsewhere: ``name-stubs``."""
    top, _, rest = dotted.partition(".")
    for root in snapshot.index.workspace.source_roots:
        folder = f"{root}/{top}-stubs".lstrip("/")
        if snapshot.is_folder(folder):
            found = in_folder(snapshot, folder, rest)
            if found is not None and found[0] == MODULE:
                return found
    return None


def _as_of_workspace(snapshot: Snapshot, path: str) -> str:
    """The name that a file has in the workspace, when that is installed in editable mode."""
    index = snapshot.index
    relative = path.removeprefix(f"{index.workspace.root}/")
    if relative == path or index.layers.is_installed(path):
        return path
    from ..workspace import is_included

    probe = relative if relative.endswith((".py", ".pyi")) else f"{relative}/__init__.py"
    return relative if is_included(index.workspace, probe) else path


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
        if folder.count("/") + bool(folder) < level - 1:
            return OUTSIDE, rest, -1  # there is nothing so far up
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        found = in_folder(snapshot, folder, rest)
        base = snapshot.index.module_name(f"{folder}/__init__.py" if folder else "") or folder
        outside = f"{base.replace('/', '.')}.{rest}".strip(".")
        if found is None and importer.endswith(".pyi"):
            found = find_module(snapshot, outside)  # stubs may describe only a part
    else:
        found = find_module(snapshot, rest, importer)
        outside = rest
    return found if found is not None else (OUTSIDE, outside, -1)


def submodule(snapshot: Snapshot, module: Entity, name: str) -> Entity | None:
    """A module inside a package, by name; OUTSIDE for one that no file shows the contents of."""
    kind, path, _ = module
    if kind == NAMESPACE:
        return _in_namespace(snapshot, path, name)
    if kind != MODULE or not path.rpartition("/")[2].startswith("__init__."):
        return None
    folder = path.rpartition("/")[0]
    found = in_folder(snapshot, folder, name)
    if found is not None and found[0] == MODULE:
        return found
    dotted = f"{snapshot.index.module_name(path) or folder.replace('/', '.')}.{name}"
    if _is_extended(snapshot, path):
        elsewhere = find_module(snapshot, dotted)
        if elsewhere is not None and elsewhere[0] == MODULE:
            return elsewhere
    if snapshot.index.layers.is_compiled(snapshot.absolute(folder), name):
        return OUTSIDE, dotted, -1
    return found


def _in_namespace(snapshot: Snapshot, path: str, name: str) -> Entity | None:
    """A module of a namespace package, whose folders may lie in several places."""
    inner = f"{path.replace('/', '.')}.{name}"
    for package, where in snapshot.index.workspace.package_dirs:
        if package == inner:
            return in_folder(snapshot, where, "")
    found = in_folder(snapshot, path, name)
    if found is not None and found[0] == MODULE:
        return found
    dotted = snapshot.index.module_name(f"{path}/__init__.py")
    elsewhere = find_module(snapshot, f"{dotted}.{name}") if dotted else None
    return elsewhere if elsewhere is not None and elsewhere[0] != NAMESPACE else found or elsewhere


def presence(snapshot: Snapshot, dotted: str, importer: str = "") -> int:
    """Whether a module is there: PRESENT, OPAQUE (nobody can say what it holds), ABSENT, or UNSURE.

    Unsure is what may be installed in an environment that was not found, and what a package may
    make itself.
    """
    found = find_module(snapshot, dotted, importer)
    if found is not None:
        return OPAQUE if found[0] == OUTSIDE else PRESENT
    snapshot.rest_on_environment()
    parent = dotted.rpartition(".")[0]
    while parent:
        package = find_module(snapshot, parent, importer)
        if package is not None and package[0] == MODULE:
            layers = snapshot.index.layers
            if dotted[len(parent) + 1 :].startswith("_") and layers.layer(package[1]) == "stdlib":
                return UNSURE  # stubs leave out what is private
            from .lazy import is_open

            return UNSURE if is_open(snapshot, package[1]) else ABSENT
        if package is not None:
            return UNSURE if package[0] == OUTSIDE else ABSENT
        parent = parent.rpartition(".")[0]
    return ABSENT if snapshot.index.layers.is_known else UNSURE
