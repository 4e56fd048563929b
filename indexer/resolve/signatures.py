"""Parameters and overloads: which signature takes the arguments of a call."""

from __future__ import annotations

from .. import facts as f
from .annotations import annotated
from .classes import mro
from .entities import (
    CLASS,
    FUNCTION,
    OUTSIDE,
    name_of,
)
from .types import (
    INSTANCE,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .calls import Arguments
    from .entities import Entity
    from .types import Type


def overloads(snapshot: Snapshot, function: Entity) -> list[Entity]:
    """The overloads of a function in order; the function itself when it has none."""
    _, path, row = function
    facts = snapshot.need(path)
    scope = facts.definition[f.DEF_SCOPE][row]
    name = facts.definition[f.DEF_NAME][row]
    rows = [
        facts.binding[f.BIND_REF][index]
        for index in facts.bindings_of(scope, name)
        if facts.binding[f.BIND_KIND][index] == f.DEF_FUNCTION
    ]
    found = [
        (FUNCTION, path, other)
        for other in rows
        if facts.definition[f.DEF_FLAGS][other] & f.OVERLOAD
    ]
    return found or [function]


def parameters_of(snapshot: Snapshot, function: Entity) -> list[int]:
    """Rows of a function's parameters."""
    facts = snapshot.need(function[1])
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    key = ("parameters", scope)
    rows: list[int] | None = facts.memo.get(str(key))
    if rows is None:
        owners = facts.parameter[f.PAR_SCOPE]
        rows = [row for row, owner in enumerate(owners) if owner == scope]
        facts.memo[str(key)] = rows
    return rows


def fits(snapshot: Snapshot, function: Entity, arguments: Arguments, *, bound: bool) -> bool:
    """Whether a call's arguments fit a function's parameters by number, name and plain type."""
    facts = snapshot.need(function[1])
    table = facts.parameter
    rows = parameters_of(snapshot, function)[1 if bound else 0 :]
    positional = [row for row in rows if table[f.PAR_KIND][row] <= f.POSITIONAL]
    kinds = {table[f.PAR_KIND][row] for row in rows}
    if len(arguments.positional) > len(positional) and f.VAR_POSITIONAL not in kinds:
        return False
    names = {facts.names[table[f.PAR_NAME][row]] for row in rows}
    if f.VAR_KEYWORD not in kinds and any(key not in names for key in arguments.keywords):
        return False
    for index, row in enumerate(rows):
        name = facts.names[table[f.PAR_NAME][row]]
        given = index < len(arguments.positional) or name in arguments.keywords
        required = table[f.PAR_DEFAULT][row] < 0 and table[f.PAR_KIND][row] in (
            f.POSITIONAL_ONLY, f.POSITIONAL, f.KEYWORD_ONLY,
        )  # fmt: skip
        if required and not given and not arguments.starred:
            return False
        if given and table[f.PAR_KIND][row] <= f.KEYWORD_ONLY and not _may_take(
            snapshot, function[1], table[f.PAR_ANNOTATION][row],
            arguments.type_of(index if index < len(positional) else -1, name),
        ):  # fmt: skip
            return False
    return True


def _may_take(snapshot: Snapshot, path: str, annotation: int, given: Type) -> bool:
    """Whether an argument of this type may go to a parameter with this annotation."""
    if annotation < 0 or not given:
        return True
    wanted = annotated(snapshot, path, annotation)
    classes = {value[1] for value in wanted if value[0] == INSTANCE and value[1][0] == CLASS}
    if len(classes) != len(wanted) or not wanted:
        return True
    for value in given:
        if value[0] != INSTANCE or value[1][0] != CLASS:
            return True
        order = mro(snapshot, value[1])
        if any(cls in classes for cls in order) or any(cls[0] == OUTSIDE for cls in order):
            return True
        if any(_is_protocol(snapshot, cls) for cls in classes):
            return True
    return False


def _is_protocol(snapshot: Snapshot, entity: Entity) -> bool:
    from ..symbols import base_names

    facts = snapshot.need(entity[1])
    return "Protocol" in base_names(facts, entity[2]) or name_of(snapshot, entity) in (
        "float", "complex", "object",
    )  # fmt: skip
