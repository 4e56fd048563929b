"""Parameters and overloads: which signature takes the arguments of a call."""

from __future__ import annotations

from .. import facts as f
from .annotations import annotated, literal_parts
from .classes import as_base, is_protocol, mro, own_member_names, type_parameters
from .entities import CLASS, FUNCTION, OUTSIDE, VARIABLE, name_of
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NONE,
    VARIABLE_TYPE,
    named,
    substitute,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .arguments import Arguments
    from .entities import Entity
    from .types import Type, Value

# How well arguments fit a signature: not at all, in some alternative, as far as anybody knows, in
# every alternative.
NEVER, MAYBE, OPEN, ALWAYS = range(4)
_WIDER = {"int": ("float", "complex"), "float": ("complex",), "bool": ("float", "complex")}


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


def chosen(
    snapshot: Snapshot,
    function: Entity,
    arguments: Arguments,
    *,
    bound: bool,
    solved: dict[Entity, Type] | None = None,
) -> Entity:
    """The overload that takes the arguments of a call; ``solved`` are the receiver's variables."""
    return candidates(snapshot, function, arguments, bound=bound, solved=solved)[0]


def candidates(
    snapshot: Snapshot,
    function: Entity,
    arguments: Arguments,
    *,
    bound: bool,
    solved: dict[Entity, Type] | None = None,
) -> list[Entity]:
    """The overload that takes the arguments of a call; several when unknown arguments decide."""
    listed = overloads(snapshot, function)
    if len(listed) == 1:
        return listed
    best, how_well = [function], NEVER
    deciding: list[Type] = []
    for candidate in listed:
        undecided: list[Type] = []
        verdict = fits(
            snapshot, candidate, arguments, bound=bound, solved=solved, undecided=undecided
        )
        if how_well == OPEN and verdict >= OPEN:
            if undecided != deciding:
                best.append(candidate)
        elif verdict > how_well:
            best, how_well, deciding = [candidate], verdict, undecided
        if verdict == ALWAYS:
            break
    return best


def parameters_of(snapshot: Snapshot, function: Entity) -> list[int]:
    """Rows of a function's parameters."""
    facts = snapshot.need(function[1])
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    table: dict[int, list[int]] | None = facts.memo.get("parameters")
    if table is None:
        table = facts.memo["parameters"] = {}
        for row, owner in enumerate(facts.parameter[f.PAR_SCOPE]):
            table.setdefault(owner, []).append(row)
    return table.get(scope, [])


def fits(
    snapshot: Snapshot,
    function: Entity,
    arguments: Arguments,
    *,
    bound: bool,
    solved: dict[Entity, Type] | None = None,
    undecided: list[Type] | None = None,
) -> int:
    """How well a call's arguments fit a function's parameters by number, name and type.

    What parameters want that get an unknown argument is added to ``undecided``.
    """
    path = function[1]
    facts = snapshot.need(path)
    table = facts.parameter
    rows = parameters_of(snapshot, function)[1 if bound else 0 :]
    positional = [row for row in rows if table[f.PAR_KIND][row] <= f.POSITIONAL]
    kinds = {table[f.PAR_KIND][row] for row in rows}
    if len(arguments.positional) > len(positional) and f.VAR_POSITIONAL not in kinds:
        return NEVER
    names = {facts.names[table[f.PAR_NAME][row]] for row in rows}
    if f.VAR_KEYWORD not in kinds and any(key not in names for key in arguments.keywords):
        return NEVER
    verdict = ALWAYS
    for index, row in enumerate(rows):
        kind = table[f.PAR_KIND][row]
        if kind in (f.VAR_POSITIONAL, f.VAR_KEYWORD):
            continue
        name = facts.names[table[f.PAR_NAME][row]]
        place = index if kind <= f.POSITIONAL else -1
        if arguments.given(place, name) is None:
            if table[f.PAR_DEFAULT][row] < 0 and not arguments.is_open:
                return NEVER
            if arguments.doubled and not snapshot.conventional and kind != f.POSITIONAL_ONLY:
                # `Popen(command, **options)`: what is in there decides, and nobody knows.
                verdict = min(verdict, OPEN)
                if undecided is not None:
                    undecided.append(annotated(snapshot, path, table[f.PAR_ANNOTATION][row]))
            continue
        annotation = table[f.PAR_ANNOTATION][row]
        if annotation < 0:
            continue
        given = _literally_fits(snapshot, path, annotation, arguments, place, name)
        if given == OPEN and undecided is not None:
            undecided.append(annotated(snapshot, path, annotation))
        if given is None:
            wanted = annotated(snapshot, path, annotation)
            if solved:
                wanted = substitute(wanted, solved, keep=True)
            given = _takes_all(snapshot, wanted, arguments.shape_of(place, name))
            if given == OPEN and undecided is not None:
                undecided.append(wanted)
        verdict = min(verdict, given)
        if verdict == NEVER:
            return NEVER
    return verdict


def _literally_fits(
    snapshot: Snapshot, path: str, annotation: int, arguments: Arguments, place: int, name: str
) -> int | None:
    """How well an argument fits ``Literal``; None when the annotation is of another kind."""
    wanted = literal_parts(snapshot, path, annotation)
    if wanted is None:
        return None
    given = arguments.given(place, name)
    value = None
    if isinstance(given, int):
        value = literal_value(snapshot, arguments.path, given)
    if value is not None:
        return ALWAYS if value in wanted else NEVER
    type_ = arguments.shape_of(place, name)
    if not type_:
        return OPEN
    return _takes_all(snapshot, annotated(snapshot, path, annotation), type_) and MAYBE


def literal_value(snapshot: Snapshot, path: str, expr: int, depth: int = 0) -> object:
    """What a literal spells, for comparing; None for what is none. Constants are followed."""
    facts = snapshot.need(path)
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.STRING and lefts[expr] >= 0:
        return facts.strings[lefts[expr]]
    if op == f.INTEGER and rights[expr] == 1:
        return op, lefts[expr]
    if op in (f.TRUE, f.FALSE, f.NONE):
        return op, 0
    if op in (f.NAME, f.ATTRIBUTE) and depth < 2:
        from .evaluate import objects

        found = objects(snapshot, path, expr)
        if len(found) == 1 and found[0].entity[0] == VARIABLE:
            _, where, row = found[0].entity
            other = snapshot.need(where)
            value = other.binding[f.BIND_VALUE][row]
            if value >= 0 and other.binding[f.BIND_KIND][row] == f.ASSIGN:
                return literal_value(snapshot, where, value, depth + 1)
    return None


def _takes_all(snapshot: Snapshot, wanted: Type, given: Type) -> int:
    """How well a value of one type fits a parameter of another."""
    if not wanted:
        return ALWAYS
    if not given:
        return OPEN
    taken = [any(_takes(snapshot, want, value) for want in wanted) for value in given]
    return ALWAYS if all(taken) else MAYBE if any(taken) else NEVER


def _takes(snapshot: Snapshot, want: Value, value: Value) -> bool:
    """Whether a value may go where another is wanted."""
    form, entity, _, _ = want
    if form == VARIABLE_TYPE:
        if entity[1].startswith("type:"):
            return value[0] in (CLASS_OBJECT, VARIABLE_TYPE)
        return _bound_takes(snapshot, entity, value)
    if value[0] == VARIABLE_TYPE:
        return True
    if form == NONE or value[0] == NONE:
        if form == INSTANCE and name_of(snapshot, entity) in ("object", "Hashable"):
            return True
        return form == value[0]
    if form == CALLABLE:
        return _callable_takes(snapshot, want, value)
    if form == CLASS_OBJECT:
        return value[0] == CLASS_OBJECT and _derived(snapshot, value[1], entity)
    if form != INSTANCE:
        return True
    if value[0] == INSTANCE:
        if _derived(snapshot, value[1], entity):
            return _arguments_agree(snapshot, want, value)
        name = name_of(snapshot, entity)
        if name == "object" or name in _WIDER.get(name_of(snapshot, value[1]), ()):
            return True
        return is_protocol(snapshot, entity) and _has_all(snapshot, entity, value)
    if value[0] == CLASS_OBJECT:
        if entity == named(snapshot, "builtins", "type"):
            return True
        return is_protocol(snapshot, entity) and _has_all(snapshot, entity, value)
    if value[0] in (FUNCTION_OBJECT, CALLABLE):
        return is_protocol(snapshot, entity) and _has_all(snapshot, entity, value)
    return True


def _callable_takes(snapshot: Snapshot, want: Value, value: Value) -> bool:
    """Whether a value can be called, and is a type guard where one is wanted."""
    from .calls import is_callable

    result = want[2][0] if want[2] else ()
    is_guard = any(each[2] and each[1] == named(snapshot, "builtins", "bool") for each in result)
    if value[0] != FUNCTION_OBJECT:
        return not is_guard and is_callable(snapshot, value)
    from .results import returned

    given = returned(snapshot, value[1], None)
    if is_guard:
        return any(each[2] and each[1] == named(snapshot, "builtins", "bool") for each in given)
    return _takes_all(snapshot, result, given) != NEVER


def _arguments_agree(snapshot: Snapshot, want: Value, value: Value) -> bool:
    """Whether type arguments, where both are known, have anything in common."""
    if not want[2] or not value[2]:
        return True
    base = as_base(snapshot, value, want[1])
    for parameter, wanted in zip(type_parameters(snapshot, want[1]), want[2], strict=False):
        given = base.get(parameter)
        if (
            given
            and wanted
            and not any(_takes(snapshot, each, inner) for each in wanted for inner in given)
        ):
            return False
    return True


def _bound_takes(snapshot: Snapshot, variable: Entity, value: Value) -> bool:
    """Whether a type variable's bound takes a value."""
    from .variables import upper_bound

    limits = upper_bound(snapshot, variable)
    return not limits or any(
        limit[0] == VARIABLE_TYPE or _takes(snapshot, limit, value) for limit in limits
    )


def _derived(snapshot: Snapshot, cls: Entity, base: Entity) -> bool:
    order = mro(snapshot, cls)
    return base in order or any(each[0] == OUTSIDE for each in order)


def _has_all(snapshot: Snapshot, protocol: Entity, value: Value) -> bool:
    """Whether a value has the methods of a protocol."""
    from .calls import has_method

    for cls in mro(snapshot, protocol):
        if cls[0] == CLASS and is_protocol(snapshot, cls):
            for name in own_member_names(snapshot, cls):
                if name.startswith("__") and name.endswith("__"):
                    if name not in ("__slots__", "__hash__") and not has_method(
                        snapshot, value, name
                    ):
                        return False
                elif value[0] == INSTANCE and not has_method(snapshot, value, name):
                    return False
    return True
