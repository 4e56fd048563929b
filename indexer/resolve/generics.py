"""Generics: what type variables stand for in a call, by matching parameters and arguments."""

from __future__ import annotations

from .. import facts as f
from . import calls, protocols, signatures
from .annotations import SELF, annotated
from .arguments import Arguments
from .classes import as_base, is_protocol, mro, own_member, own_member_names, type_parameters
from .entities import CLASS, FUNCTION, owner_class
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    UNKNOWN,
    VARIABLE_TYPE,
    has_variables,
    known,
    named,
    substitute,
    union,
)
from .variables import fallback, plain_variable, variables_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value

    Bound = dict[Entity, Type]

_CALLED = frozenset([FUNCTION_OBJECT, CALLABLE, CLASS_OBJECT, INSTANCE])
# Levels of types within types that are matched, and methods of a protocol that are compared.
_DEPTH = 5
_METHODS = 3


def filled_in(
    snapshot: Snapshot,
    function: Entity,
    receiver: Value | None,
    arguments: Arguments | None,
    type_: Type,
) -> Type:
    """A result with the type variables of class, receiver and arguments replaced."""
    if not has_variables(type_):
        return type_
    bound = receiver_variables(snapshot, function, receiver)
    if arguments is not None:
        bind_arguments(snapshot, function, arguments, bound, bound_first=receiver is not None)
    own = variables_in(type_)
    if len(own) > len(bound) or not own <= bound.keys():
        owned = _own_variables(snapshot, function) if receiver is None else set["Entity"]()
        for variable in own - bound.keys():
            if variable in owned:
                bound[variable] = ((VARIABLE_TYPE, variable, (), 1),)
            elif default := fallback(snapshot, variable, bounds=snapshot.conventional):
                bound[variable] = default
    return substitute(type_, bound, whole=not snapshot.conventional)


def _own_variables(snapshot: Snapshot, function: Entity) -> set[Entity]:
    """Type variables of the class that a function is written in: its user knows what they are."""
    cls = owner_class(snapshot.need(function[1]), function)
    return set(type_parameters(snapshot, (CLASS, function[1], cls))) if cls >= 0 else set()


def receiver_variables(snapshot: Snapshot, function: Entity, receiver: Value | None) -> Bound:
    """What type variables of a class are for what a method is called on, ``Self`` among them."""
    bound: Bound = {}
    facts = snapshot.need(function[1])
    cls = owner_class(facts, function)
    if receiver is None:
        if cls >= 0:
            bound[SELF] = ((INSTANCE, (CLASS, function[1], cls), (), 1),)
        return bound
    if cls >= 0 and receiver[0] in (INSTANCE, CLASS_OBJECT):
        base = as_base(snapshot, receiver, (CLASS, function[1], cls))
        bound.update({variable: type_ for variable, type_ in base.items() if type_})
    bound[SELF] = ((INSTANCE, receiver[1], receiver[2], receiver[3]),)
    for row in signatures.parameters_of(snapshot, function)[:1]:
        annotation = facts.parameter[f.PAR_ANNOTATION][row]
        if annotation >= 0:
            unify(snapshot, annotated(snapshot, function[1], annotation), (receiver,), bound)
    return bound


def bind_arguments(
    snapshot: Snapshot,
    function: Entity,
    arguments: Arguments,
    bound: Bound,
    *,
    bound_first: bool,
) -> None:
    """Find what the type variables of parameters stand for in a call.

    What is bound already, by the receiver, stays as it is.
    """
    facts = snapshot.need(function[1])
    table = facts.parameter
    fixed = frozenset(bound)
    place = 0
    rows = signatures.parameters_of(snapshot, function)
    if bound_first and not facts.definition[f.DEF_FLAGS][function[2]] & f.STATIC:
        rows = rows[1:]
    for row in rows:
        kind, annotation = table[f.PAR_KIND][row], table[f.PAR_ANNOTATION][row]
        name = facts.names[table[f.PAR_NAME][row]]
        at = place if kind <= f.POSITIONAL else -1
        place += kind <= f.POSITIONAL
        if annotation < 0:
            continue
        wanted = annotated(snapshot, function[1], annotation)
        if not has_variables(wanted):
            continue
        if kind == f.VAR_POSITIONAL:
            given = union(*arguments.passed()[place:])
        elif kind == f.VAR_KEYWORD:
            given = union(*(arguments.type_of(-1, keyword) for keyword in arguments.keywords))
        else:
            given = arguments.type_of(at, name)
            default = table[f.PAR_DEFAULT][row]
            if arguments.given(at, name) is None and default >= 0 and not arguments.is_open:
                given = known(_default(snapshot, function[1], default))
        unify(snapshot, wanted, given, bound, fixed=fixed)


def _default(snapshot: Snapshot, path: str, default: int) -> Type:
    from .evaluate import values

    return values(snapshot, path, default)


def unify(
    snapshot: Snapshot,
    wanted: Type,
    given: Type,
    bound: Bound,
    depth: int = 0,
    fixed: frozenset[Entity] = frozenset(),
) -> None:
    """Match a parameter's type with an argument's, recording what type variables must be."""
    if depth > _DEPTH or not given:
        return
    rest = list(given)
    for want in wanted:
        if want[0] != VARIABLE_TYPE:
            rest = [
                value for value in rest if not _matched(snapshot, want, value, bound, depth, fixed)
            ]
    plain = tuple(rest)
    if len(wanted) > 1:
        plain = known(plain)
    for want in wanted:
        if want[0] != VARIABLE_TYPE:
            continue
        variable = plain_variable(want[1])
        found = plain
        if variable != want[1]:
            found = tuple(
                (INSTANCE, value[1], value[2], value[3])
                for value in plain
                if value[0] == CLASS_OBJECT
            )
        if found and variable not in fixed:
            bound[variable] = union(bound.get(variable, UNKNOWN), found)


def _matched(
    snapshot: Snapshot,
    want: Value,
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> bool:
    """Match one alternative with one value; whether the value is of that form at all."""
    form, entity, args, _ = want
    if form == INSTANCE:
        if value[0] == INSTANCE and entity in mro(snapshot, value[1]):
            _match_parameters(snapshot, want, value, bound, depth, fixed)
            return True
        return is_protocol(snapshot, entity) and _structural(
            snapshot, want, value, bound, depth, fixed
        )
    if form == CALLABLE and args and value[0] in _CALLED:
        if value[0] == INSTANCE and not calls.is_callable(snapshot, value):
            return False
        if value[0] == FUNCTION_OBJECT and snapshot.conventional:
            # What a function takes is at least what it is given, and no more is certain.
            _match_taken(snapshot, args[1:], value, bound, depth, fixed)
        takes: list[int | Type] = [substitute(taken, bound) for taken in args[1:]]
        result = calls.call_value(snapshot, value, Arguments(snapshot, "", takes))
        unify(snapshot, args[0], result, bound, depth + 1, fixed)
        return True
    return form == value[0] and form != INSTANCE


def _match_parameters(
    snapshot: Snapshot,
    want: Value,
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> None:
    """Match the type arguments of a class with those that a derived class gives it."""
    _, entity, args, _ = want
    if len(args) > 1 and entity == value[1] == named(snapshot, "builtins", "tuple"):
        if len(args) == len(value[2]):
            for inner, place in zip(args[1:], value[2][1:], strict=True):
                unify(snapshot, inner, place, bound, depth + 1, fixed)
        return
    if args and value[2] and entity == named(snapshot, "builtins", "bool"):  # of a type guard
        unify(snapshot, args[0], value[2][0], bound, depth + 1, fixed)
        return
    base = as_base(snapshot, value, entity)
    for parameter, inner in zip(type_parameters(snapshot, entity), args, strict=False):
        given = base.get(parameter, UNKNOWN)
        if not given and len(base) == 1:
            given = protocols.field_types(snapshot, value)
        unify(snapshot, inner, given, bound, depth + 1, fixed)


def _match_taken(
    snapshot: Snapshot,
    takes: tuple[Type, ...],
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> None:
    """Match what a callable is to take with what a function says that it takes."""
    function = value[1]
    facts = snapshot.need(function[1])
    rows = signatures.parameters_of(snapshot, function)
    rows = rows[1:] if value[2] and value[2][0] else rows
    for taken, row in zip(takes, rows, strict=False):
        annotation = facts.parameter[f.PAR_ANNOTATION][row]
        unsolved = variables_in(taken) - bound.keys()
        if annotation >= 0 and unsolved:
            given = annotated(snapshot, function[1], annotation)
            if not has_variables(given):
                unify(snapshot, taken, given, bound, depth + 1, fixed)


def _structural(
    snapshot: Snapshot,
    want: Value,
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> bool:
    """Match a protocol with a value that has its methods without being derived from it."""
    _, entity, args, _ = want
    inner: Bound = {}
    seen = 0
    for cls in mro(snapshot, entity):
        if cls[0] != CLASS or not is_protocol(snapshot, cls):
            continue
        for name in own_member_names(snapshot, cls):
            members = own_member(snapshot, cls, name)
            if not members or members[0].entity[0] != FUNCTION or seen >= _METHODS:
                continue
            seen += 1
            function = members[0].entity
            if not calls.has_method(snapshot, value, name):
                return False
            facts = snapshot.need(function[1])
            result = annotated(snapshot, function[1], facts.definition[f.DEF_RETURNS][function[2]])
            if has_variables(result):
                takes: list[int | Type] = [
                    annotated(snapshot, function[1], facts.parameter[f.PAR_ANNOTATION][row])
                    for row in signatures.parameters_of(snapshot, function)[1:]
                    if facts.parameter[f.PAR_DEFAULT][row] < 0
                ]
                given = calls.call_method(snapshot, value, name, takes)
                unify(snapshot, result, given, inner, depth + 1)
    for parameter, argument in zip(type_parameters(snapshot, entity), args, strict=False):
        unify(snapshot, argument, inner.get(parameter, UNKNOWN), bound, depth + 1, fixed)
    return seen > 0
