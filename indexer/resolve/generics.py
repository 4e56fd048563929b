"""Type variables: what they stand for in a call, found by matching parameters and arguments."""

from __future__ import annotations

from .. import facts as f
from . import calls, signatures
from .annotations import SELF, annotated
from .classes import as_base, type_parameters
from .entities import (
    CLASS,
    owner_class,
)
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    UNKNOWN,
    VARIABLE_TYPE,
    has_variables,
    known,
    substitute,
    union,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .calls import Arguments
    from .entities import Entity
    from .types import Type, Value


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
    bound: dict[Entity, Type] = {}
    if receiver is not None:
        facts = snapshot.need(function[1])
        cls = owner_class(facts, function)
        if cls >= 0 and receiver[0] in (INSTANCE, CLASS_OBJECT):
            bound.update(as_base(snapshot, receiver, (CLASS, function[1], cls)))
        bound[SELF] = ((INSTANCE, receiver[1], receiver[2], receiver[3]),)
        for row in signatures.parameters_of(snapshot, function)[:1]:
            annotation = facts.parameter[f.PAR_ANNOTATION][row]
            if annotation >= 0:
                unify(snapshot, annotated(snapshot, function[1], annotation), (receiver,), bound)
    if arguments is not None:
        bind_arguments(snapshot, function, arguments, bound, bound_first=receiver is not None)
    return substitute(type_, bound)


def bind_arguments(
    snapshot: Snapshot,
    function: Entity,
    arguments: Arguments,
    bound: dict[Entity, Type],
    *,
    bound_first: bool,
) -> None:
    """Find what the type variables of parameters stand for in a call."""
    facts = snapshot.need(function[1])
    table = facts.parameter
    place = 0
    rows = signatures.parameters_of(snapshot, function)
    if bound_first and not facts.definition[f.DEF_FLAGS][function[2]] & f.STATIC:
        rows = rows[1:]
    for row in rows:
        kind, annotation = table[f.PAR_KIND][row], table[f.PAR_ANNOTATION][row]
        name = facts.names[table[f.PAR_NAME][row]]
        if kind == f.VAR_POSITIONAL:
            types = [
                arguments.type_of(index, "") for index in range(place, len(arguments.positional))
            ]
            given = union(*types)
        else:
            given = arguments.type_of(place if kind <= f.POSITIONAL else -1, name)
            place += 1
        if annotation >= 0 and given:
            unify(snapshot, annotated(snapshot, function[1], annotation), given, bound)


def unify(
    snapshot: Snapshot, wanted: Type, given: Type, bound: dict[Entity, Type], depth: int = 0
) -> None:
    """Match a parameter's type with an argument's, recording what type variables must be."""
    if depth > 5:
        return
    for want in wanted:
        form, entity, args, _ = want
        if form == VARIABLE_TYPE:
            if entity[1].startswith("type:"):
                plain = (entity[0], entity[1][5:], entity[2])
                objects = tuple(
                    (INSTANCE, value[1], value[2], value[3])
                    for value in given
                    if value[0] == CLASS_OBJECT
                )
                if objects:
                    bound.setdefault(plain, objects)
            else:
                rest = known(given) if len(wanted) > 1 else given
                if rest and entity not in bound:
                    bound[entity] = rest
        elif form == INSTANCE and args:
            for value in known(given):
                if value[0] == INSTANCE:
                    base = as_base(snapshot, value, entity)
                    parameters = type_parameters(snapshot, entity)
                    for parameter, inner in zip(parameters, args, strict=False):
                        unify(snapshot, inner, base.get(parameter, UNKNOWN), bound, depth + 1)
        elif form == CALLABLE and args:
            for value in given:
                if value[0] in (FUNCTION_OBJECT, CALLABLE, CLASS_OBJECT):
                    result = calls.call_value(snapshot, value, Arguments(snapshot, ""))
                    unify(snapshot, args[0], result, bound, depth + 1)
