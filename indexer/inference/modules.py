"""Modules: from dotted names to files, and from imports, or calls that import, to modules."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..name_uses import is_part_of_module, is_string, occurs
from ..paths import is_outside
from ..plugins.registry import MODULE_IMPORTERS
from .access_paths import last_name
from .added_folders import added_folders
from .entities import INFERRED, MODULE, NAMESPACE, OUTSIDE, Entity
from .query_cache import cached
from .types import FUNCTION_OBJECT, MODULE_OBJECT, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type


# Answers of `presence`.
PRESENT, OPAQUE, ABSENT, UNSURE = range(4)
# Parts of a dotted name; no module lies so deep.
_MOST_PARTS = 64
_SUFFIXES = ("/__init__.pyi", ".pyi", "/__init__.py", ".py")


def find_module(inference: Inference, dotted: str, importer: str = "") -> Entity | None:
    """Return the module or namespace package of an absolute name, as a file would import it."""
    if dotted.count(".") >= _MOST_PARTS:
        return None
    first, last = added_folders(inference, importer)
    folder = importer.rpartition("/")[0]
    key = ("module", dotted, folder, first, last, *_importing_as(inference, importer))
    return cached(
        inference,
        key,
        lambda: (
            _in_folders(inference, dotted, importer, first, MODULE)
            or _find_module(inference, dotted, importer)
            or _in_folders(inference, dotted, importer, last, MODULE)
            or _in_folders(inference, dotted, importer, first + last, NAMESPACE)
        ),
        None,
    )


def _in_folders(
    inference: Inference, dotted: str, importer: str, folders: tuple[str, ...], kind: int
) -> Entity | None:
    """Return the module, or the namespace package, in the first of some folders that has it."""
    for folder in folders:
        found = module_in_folder(inference, folder, dotted)
        if found is not None and found.kind == kind and found.path != importer:
            return found
    return None


def _find_module(inference: Inference, dotted: str, importer: str) -> Entity | None:
    workspace = inference.snapshot.index.workspace
    own = _in_own_package(inference, dotted, importer)
    if own is not None:
        return own
    for candidate in workspace.module_candidates(dotted, importer, around=True):
        if inference.exists(candidate):
            return Entity(MODULE, candidate, -1)
    beside = _beside(inference, dotted, importer)
    if beside is not None:
        return beside
    for candidate in workspace.module_candidates(dotted, importer, around=False):
        if inference.exists(candidate):
            return Entity(MODULE, candidate, -1)
    parent, _, name = dotted.rpartition(".")
    if parent:
        package = find_module(inference, parent, importer)
        if (
            package is not None
            and package.kind == MODULE
            and not _is_extended(inference, package.path)
        ):
            # Another package of the same name has no say: this one was found first.
            return submodule(inference, package, name)
    return find_outside(inference, dotted) or _beside_script(inference, dotted, importer)


def _beside_script(inference: Inference, dotted: str, importer: str) -> Entity | None:
    """Return a module beside a script that lies in a package."""
    if not _importing_as(inference, importer)[0]:
        return None
    found = module_in_folder(inference, importer.rpartition("/")[0], dotted)
    # A script that imports its own name means another module: one that is not here.
    is_other = found is not None and found.kind == MODULE and found.path != importer
    return found if is_other else None


def _in_own_package(inference: Inference, dotted: str, importer: str) -> Entity | None:
    """Return a module of the package that a file itself lies in, by the package's own name.

    Two projects of one workspace may both have an `app`.
    """
    if not importer or is_outside(importer):
        return None
    base = folder = importer.rpartition("/")[0]
    while base and inference.exists(f"{base}/__init__.py"):
        folder, base = base, base.rpartition("/")[0]
    if folder == base or folder.rpartition("/")[2] != dotted.partition(".")[0]:
        return None
    found = module_in_folder(inference, base, dotted)
    return found if found is not None and found.kind == MODULE else None


def _beside(inference: Inference, dotted: str, importer: str) -> Entity | None:
    """Return a module that is found because of the folder of the file that imports it.

    A script finds the modules beside it, and so does a package that lies beside them. Under pytest,
    everything below a ``conftest.py`` finds what that would find.
    """
    if not importer or is_outside(importer):
        return None
    folder = importer.rpartition("/")[0]
    tried: set[str] = set()
    first = True
    while True:
        if first or inference.exists(f"{folder}/conftest.py".lstrip("/")):
            base = folder
            while base and inference.exists(f"{base}/__init__.py"):
                base = base.rpartition("/")[0]
            if base not in tried:
                tried.add(base)
                found = module_in_folder(inference, base, dotted)
                if (
                    found is not None
                    and found.kind == MODULE
                    and found.path != importer
                    and not _is_in_namespace(inference, importer, base, dotted)
                ):
                    return found
        if not folder:
            return None
        first, folder = False, folder.rpartition("/")[0]


def _is_in_namespace(inference: Inference, importer: str, base: str, dotted: str) -> bool:
    """True if a folder is a namespace package, and a name is the standard library's.

    Only scripts import what lies beside them. That a file is none is shown by relative imports. A
    folder is a package if a source root around it is not the workspace itself, or if others import
    from it by its name: plugins of a host that lie beside it.
    """
    search_path = inference.snapshot.index.search_path
    top = search_path.find(dotted.partition(".")[0])
    if top is None or search_path.layer(top) != "stdlib":
        return False
    if base == importer.rpartition("/")[0]:
        is_script, is_relative = _importing_as(inference, importer)
        if is_script or is_relative:
            return is_relative and not is_script
    name = base.rpartition("/")[2]
    return any(
        root and base.startswith(f"{root}/")
        for root in inference.snapshot.index.workspace.source_roots
    ) or bool(name and inference.files_where(name, is_part_of_module))


def _importing_as(inference: Inference, importer: str) -> tuple[bool, bool]:
    """Return whether a file asks if it is run as a script, and whether it imports relatively.

    All files of a folder for which both are the same find the same modules.
    """
    if not importer or is_outside(importer):
        return False, False
    uses = inference.snapshot.uses
    # Before the dot that a relative import begins with there is an empty name.
    return uses(importer, "__main__", is_string), uses(importer, "", is_part_of_module)


def _is_extended(inference: Inference, path: str) -> bool:
    """True if modules of a package may lie elsewhere than in its own folder.

    So it is where stubs lie apart from sources or describe only part of them, and in packages that
    say so by ``__path__`` or in the ways of before there were namespace packages.
    """
    if path.endswith(".pyi"):
        return True
    if not path.endswith("/__init__.py"):
        return is_outside(path)
    return not inference.exists(path) or any(
        inference.snapshot.uses(path, name, occurs) for name in ("__path__", "declare_namespace")
    )


def find_outside(inference: Inference, dotted: str) -> Entity | None:
    """Return a module of the environment, or a namespace package of any layer."""
    inference.snapshot.rest_on_environment()
    workspace, search_path = (
        inference.snapshot.index.workspace,
        inference.snapshot.index.search_path,
    )
    stub = _stub_package(inference, dotted)
    if stub is not None:
        return stub
    outside = search_path.find(dotted)
    if outside is not None:
        return Entity(MODULE, _as_of_workspace(inference, outside), -1)
    path = dotted.replace(".", "/")
    for root in workspace.source_roots:
        full = f"{root}/{path}" if root else path
        if real := inference.snapshot.behind_links(full):
            folder, _, name = real.rpartition("/")
            found = module_in_folder(inference, folder, name)
            if found is not None:
                return found
        if inference.snapshot.is_folder(full) and not path.startswith("."):
            if inference.snapshot.leads_outside(full):
                return Entity(OUTSIDE, dotted, -1)
            return Entity(NAMESPACE, full, -1)
    if any(package.startswith(dotted + ".") for package, _ in workspace.package_dirs):
        return Entity(NAMESPACE, path, -1)  # a package that exists only in build settings
    if search_path.is_opaque(dotted):
        return Entity(OUTSIDE, dotted, -1)
    folder = search_path.find_folder(dotted)
    return (
        Entity(NAMESPACE, _as_of_workspace(inference, folder), -1) if folder is not None else None
    )


def _stub_package(inference: Inference, dotted: str) -> Entity | None:
    """Return a module of a package of stubs in the workspace, ``name-stubs``."""
    top, _, rest = dotted.partition(".")
    for root in inference.snapshot.index.workspace.source_roots:
        folder = f"{root}/{top}-stubs".lstrip("/")
        if inference.snapshot.is_folder(folder):
            found = module_in_folder(inference, folder, rest)
            if found is not None and found.kind == MODULE:
                return found
    return None


def _as_of_workspace(inference: Inference, path: str) -> str:
    """Return the path in the workspace of a file that is installed in editable mode."""
    index = inference.snapshot.index
    relative = path.removeprefix(f"{index.workspace.root}/")
    if relative == path or index.search_path.is_installed(path):
        return path
    from ..workspace import is_included

    probe = relative if relative.endswith((".py", ".pyi")) else f"{relative}/__init__.py"
    return relative if is_included(index.workspace, probe) else path


def module_in_folder(inference: Inference, folder: str, dotted: str) -> Entity | None:
    """Return the module of a name relative to a folder; its package for an empty name."""
    stem = f"{folder}/{dotted.replace('.', '/')}" if dotted else folder
    stem = stem.rstrip("/") if folder.startswith("/") else stem.strip("/")
    if not dotted:
        for name in ("__init__.pyi", "__init__.py"):
            path = f"{folder}/{name}" if folder else name
            if inference.exists(path):
                return Entity(MODULE, path, -1)
    else:
        for suffix in _SUFFIXES:
            if inference.exists(stem + suffix):
                return Entity(MODULE, stem + suffix, -1)
    snapshot = inference.snapshot
    if any(snapshot.is_link_outside(stem + suffix) for suffix in (".py", ".pyi")):
        return Entity(OUTSIDE, stem.replace("/", "."), -1)
    if not snapshot.is_folder(stem):
        return None
    if snapshot.leads_outside(stem):
        return Entity(OUTSIDE, stem.replace("/", "."), -1)
    return Entity(NAMESPACE, stem, -1)


def imported_module(inference: Inference, importer: str, spelled: str) -> Entity:
    """Return the module that the ``from`` part of an import names, leading dots included."""
    rest = spelled.lstrip(".")
    level = len(spelled) - len(rest)
    if level:
        folder = importer.rpartition("/")[0]
        if folder.count("/") + bool(folder) < level - 1:
            return Entity(OUTSIDE, rest, -1)  # there is nothing so far up
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        found = module_in_folder(inference, folder, rest)
        base = (
            inference.snapshot.index.module_name(f"{folder}/__init__.py" if folder else "")
            or folder
        )
        outside = f"{base.replace('/', '.')}.{rest}".strip(".")
        if found is None and importer.endswith(".pyi"):
            found = find_module(inference, outside)  # stubs may describe only a part
    else:
        found = find_module(inference, rest, importer)
        outside = rest
    return found if found is not None else Entity(OUTSIDE, outside, -1)


def imported_package(inference: Inference, importer: str, spelled: str, prefix: str) -> Entity:
    """Return what the first parts of an absolute import name: that in which the whole was found.

    A module beside the importer may be called as a namespace package elsewhere is.
    """
    found = imported_module(inference, importer, prefix)
    levels = spelled.count(".") - prefix.count(".")
    whole = imported_module(inference, importer, spelled) if levels else found
    if whole.kind not in (MODULE, NAMESPACE) or whole.is_outside or spelled.startswith("."):
        return found
    folder = whole.path if whole.kind == NAMESPACE else whole.path.rpartition(".")[0]
    folder = folder.removesuffix("/__init__")
    for _ in range(levels):
        folder = folder.rpartition("/")[0]
    own = found.path.rpartition(".")[0].removesuffix("/__init__")
    if folder in (own, found.path) or folder.rpartition("/")[2] != prefix.rpartition(".")[2]:
        return found
    init = f"{folder}/__init__.py"
    return Entity(MODULE, init, -1) if inference.exists(init) else Entity(NAMESPACE, folder, -1)


def submodule(inference: Inference, module: Entity, name: str) -> Entity | None:
    """Return a module in a package by name; OUTSIDE for one without a readable file."""
    kind, path, _ = module
    if kind == NAMESPACE:
        return _in_namespace(inference, path, name)
    if kind != MODULE or not path.rpartition("/")[2].startswith("__init__."):
        return None
    folder = path.rpartition("/")[0]
    found = module_in_folder(inference, folder, name)
    if found is not None and found.kind == MODULE:
        return found
    dotted = f"{inference.snapshot.index.module_name(path) or folder.replace('/', '.')}.{name}"
    if _is_extended(inference, path):
        elsewhere = find_module(inference, dotted)
        if elsewhere is not None and elsewhere.kind == MODULE:
            return elsewhere
    if inference.snapshot.index.search_path.is_compiled(inference.snapshot.absolute(folder), name):
        return Entity(OUTSIDE, dotted, -1)
    return found


def _in_namespace(inference: Inference, path: str, name: str) -> Entity | None:
    """Return a module of a namespace package, which may have several folders."""
    inner = f"{path.replace('/', '.')}.{name}"
    for package, where in inference.snapshot.index.workspace.package_dirs:
        if package == inner:
            return module_in_folder(inference, where, "")
    found = module_in_folder(inference, path, name)
    if found is not None and found.kind == MODULE:
        return found
    dotted = inference.snapshot.index.module_name(f"{path}/__init__.py")
    elsewhere = find_module(inference, f"{dotted}.{name}") if dotted else None
    return (
        elsewhere if elsewhere is not None and elsewhere.kind != NAMESPACE else found or elsewhere
    )


def module_presence(inference: Inference, dotted: str, importer: str = "") -> int:
    """Return PRESENT, OPAQUE (nobody can say what it holds), ABSENT or UNSURE for a module.

    Unsure is what may be installed in an environment that was not found, and what a package may
    make itself.
    """
    found = find_module(inference, dotted, importer)
    if found is not None:
        return OPAQUE if found.kind == OUTSIDE else PRESENT
    inference.snapshot.rest_on_environment()
    parent = dotted.rpartition(".")[0]
    while parent:
        package = find_module(inference, parent, importer)
        if package is not None and package.kind == MODULE:
            search_path = inference.snapshot.index.search_path
            if (
                dotted[len(parent) + 1 :].startswith("_")
                and search_path.layer(package.path) == "stdlib"
            ):
                return UNSURE  # stubs leave out what is private

            return UNSURE if inference.has_dynamic_members(package.path) else ABSENT
        if package is not None and package.kind == OUTSIDE:
            return UNSURE
        if package is not None and not missing_part(inference, dotted, importer):
            return ABSENT
        parent = parent.rpartition(".")[0] if package is None else ""
    return ABSENT if inference.snapshot.index.search_path.is_known else UNSURE


def missing_part(inference: Inference, dotted: str, importer: str = "") -> str:
    """Return the part of a namespace package that a missing module is of; empty if of none.

    Several distributions may share a namespace package, so one that is not installed may have the
    rest of it: ``zope.sqlalchemy`` where there is ``zope.interface``. A folder of the workspace
    that has modules itself, rather than packages only, is a package like others.
    """
    package, _, name = dotted.rpartition(".")
    part = dotted
    found = None
    while package and found is None:
        found = find_module(inference, package, importer)
        part = f"{package}.{name}" if found is not None else ""
        package, _, name = package.rpartition(".")
    if found is None or found.kind != NAMESPACE:
        return ""
    is_shared = is_outside(found.path) or inference.snapshot.index.search_path.find_folder(
        part.rpartition(".")[0]
    )
    return part if is_shared or not _has_modules(inference, found.path) else ""


def _has_modules(inference: Inference, folder: str) -> bool:
    """True if a folder of the workspace has modules itself."""
    prefix = f"{folder}/" if folder else ""
    return any(
        path.startswith(prefix) and "/" not in path[len(prefix) :] and path.endswith(".py")
        for path in inference.snapshot.paths()
    )


# Functions that return the module of a name, and the modules that define them.
IMPORTERS = {
    "import_module": ("importlib",),
    "__import__": ("builtins",),
    **MODULE_IMPORTERS,
}


def module_imported_by_call(
    inference: Inference,
    path: str,
    facts: FileFacts,
    expr: int,
    positional: list[int],
    keywords: dict[str, int],
) -> Type | None:
    """Return the module that a call of an importing function returns; None for other calls.

    ``positional`` are its positional arguments, at least one.
    """
    function = facts_view.called(facts, expr)
    name = last_name(facts, function)
    spelled = facts_view.string(facts, positional[0])
    if spelled is None or not _is_importer(inference, path, function, name):
        return None
    module: Entity | None
    if spelled.startswith("."):
        package = keywords.get("package", positional[1] if len(positional) > 1 else -1)
        module = _relative(inference, path, facts, spelled, package)
    elif name == "__import__":
        has_list = _has_fromlist(facts, expr, positional, keywords)
        if has_list is None:
            return ()
        module = find_module(inference, spelled if has_list else spelled.partition(".")[0], path)
    else:
        module = find_module(inference, spelled, path)
    if module is None or module.kind not in (MODULE, NAMESPACE):
        return ()
    return (Value(MODULE_OBJECT, module, (), INFERRED),)


def _has_fromlist(
    facts: FileFacts, call: int, positional: list[int], keywords: dict[str, int]
) -> bool | None:
    """True if ``__import__`` is given names to import, and so returns the module itself.

    ``__import__("os.path")`` returns ``os``; with anything but an empty list, ``os.path``. None
    when the list is computed.
    """
    if any(argument.is_unpacked for argument in facts_view.arguments(facts, call)):
        return None
    given = keywords.get("fromlist", positional[3] if len(positional) > 3 else -1)
    kind = facts_view.op(facts, given)
    if given < 0 or kind == f.NONE:
        return False
    if kind in (f.LIST, f.TUPLE, f.SET):
        return bool(facts_view.elements(facts, given))
    return facts_view.string(facts, given) != "" if kind == f.STRING else None


def _is_importer(inference: Inference, path: str, function: int, name: str) -> bool:
    """True if an expression names the function itself, and not another of the same name."""
    return any(
        value.form == FUNCTION_OBJECT
        and (inference.snapshot.index.module_name(value.entity.path) or "") in IMPORTERS[name]
        for value in inference.infer_type(path, function)
    )


def _relative(
    inference: Inference, path: str, facts: FileFacts, spelled: str, package: int
) -> Entity | None:
    """Return a module named relative to the package of the file, or to a literal one."""
    if package < 0:
        return None
    name = facts_view.plain_name(facts, package)
    if name:
        is_package = path.rpartition("/")[2].startswith("__init__.")
        if name == "__package__" or (name == "__name__" and is_package):
            return imported_module(inference, path, spelled)
        return None
    base = facts_view.string(facts, package)
    if base is None:
        return None
    level = len(spelled) - len(spelled.lstrip("."))
    for _ in range(level - 1):
        base = base.rpartition(".")[0]
    return find_module(inference, f"{base}.{spelled.lstrip('.')}".rstrip("."), path)
