"""Modules imported by calls whose argument is written out."""

from __future__ import annotations

from .. import facts as f
from . import evaluate
from .entities import INFERRED, MODULE, NAMESPACE
from .modules import find_module, imported_module
from .types import FUNCTION_OBJECT, MODULE_OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type

# Functions that give the module they are told the name of, and where they are defined.
IMPORTERS = {
    "import_module": ("importlib",),
    "__import__": ("builtins",),
    "importorskip": ("_pytest.outcomes", "pytest"),
}


def imported_by_call(
    snapshot: Snapshot,
    path: str,
    facts: FileFacts,
    expr: int,
    given: list[int],
    keywords: dict[str, int],
) -> Type | None:
    """The module that a call gives, when it calls one of these functions; else None.

    ``given`` are its positional arguments, at least one.
    """
    ops, _, lefts, rights = facts.expr
    function, first = lefts[expr], given[0]
    name = facts.names[lefts[function] if ops[function] == f.NAME else rights[function]]
    if ops[first] != f.STRING or lefts[first] < 0 or not _is_importer(
        snapshot, path, function, name
    ):  # fmt: skip
        return None
    spelled = facts.strings[lefts[first]]
    module: Entity | None
    if spelled.startswith("."):
        package = keywords.get("package", given[1] if len(given) > 1 else -1)
        module = _relative(snapshot, path, facts, spelled, package)
    else:
        module = find_module(
            snapshot, spelled.partition(".")[0] if name == "__import__" else spelled, path
        )
    if module is None or module[0] not in (MODULE, NAMESPACE):
        return ()
    return ((MODULE_OBJECT, module, (), INFERRED),)


def _is_importer(snapshot: Snapshot, path: str, function: int, name: str) -> bool:
    """Whether an expression names the function itself, and not another of the same name."""
    return any(
        value[0] == FUNCTION_OBJECT
        and (snapshot.index.module_name(value[1][1]) or "") in IMPORTERS[name]
        for value in evaluate.values(snapshot, path, function)
    )


def _relative(
    snapshot: Snapshot, path: str, facts: FileFacts, spelled: str, package: int
) -> Entity | None:
    """A module named relative to a package: that of the file, or one that is written out."""
    if package < 0:
        return None
    ops, _, lefts, _ = facts.expr
    if ops[package] == f.NAME:
        name = facts.names[lefts[package]]
        is_package = path.rpartition("/")[2].startswith("__init__.")
        if name == "__package__" or (name == "__name__" and is_package):
            return imported_module(snapshot, path, spelled)
        return None
    if ops[package] != f.STRING or lefts[package] < 0:
        return None
    base = facts.strings[lefts[package]]
    level = len(spelled) - len(spelled.lstrip("."))
    for _ in range(level - 1):
        base = base.rpartition(".")[0]
    return find_module(snapshot, f"{base}.{spelled.lstrip('.')}".rstrip("."), path)
