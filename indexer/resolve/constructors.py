"""Constructors: what calling a class gives, its type parameters solved by the arguments."""

from __future__ import annotations

from .. import facts as f
from . import entity_types, generics, results, signatures, synthesized
from .annotations import annotated
from .classes import as_base, class_member, is_enum, metaclass, mro, type_parameters
from .entities import CLASS, FUNCTION, VARIABLE, owner_class
from .types import (
    INSTANCE,
    UNKNOWN,
    VARIABLE_TYPE,
    instance,
    known,
    named,
    substitute,
)
from .variables import fallback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .arguments import Arguments
    from .entities import Entity
    from .types import Type, Value


def constructed(snapshot: Snapshot, value: Value, arguments: Arguments) -> Type:
    """Type of what calling a class gives."""
    _, entity, args, evidence = value
    if entity[0] == VARIABLE or is_enum(snapshot, entity):
        return (instance(entity, (), evidence),)
    if entity[0] != CLASS:
        return UNKNOWN
    other = _made_otherwise(snapshot, value, arguments)
    if other:
        return other
    if args:
        return (instance(entity, args, evidence),)
    parameters = type_parameters(snapshot, entity)
    if not parameters:
        return (instance(entity, (), evidence),)
    bound = _solved(snapshot, entity, parameters, arguments)
    solved = tuple(
        bound.get(each) or fallback(snapshot, each, bounds=snapshot.conventional)
        for each in parameters
    )
    return (instance(entity, solved, evidence),)


def _made_otherwise(snapshot: Snapshot, value: Value, arguments: Arguments) -> Type:
    """What a metaclass's ``__call__`` or ``__new__`` gives, if that is no instance of the class."""
    entity = value[1]
    meta = metaclass(snapshot, entity)
    if meta is not None:
        for item in class_member(snapshot, meta, "__call__"):
            builtin = named(snapshot, "builtins", "type")
            if item.entity[0] != FUNCTION or builtin is None or item.entity[1] == builtin[1]:
                continue
            type_ = known(results.returned(snapshot, item.entity, value, arguments))
            if type_ and not _has_instance(snapshot, type_, entity):
                return type_
    for item in class_member(snapshot, entity, "__new__"):
        if item.entity[0] != FUNCTION:
            continue
        facts = snapshot.need(item.entity[1])
        if facts.definition[f.DEF_RETURNS][item.entity[2]] < 0 and item.entity[1][:1] == "/":
            continue
        type_ = known(results.returned(snapshot, item.entity, value, arguments))
        if type_ and not _has_instance(snapshot, type_, entity):
            return type_
    return UNKNOWN


def _has_instance(snapshot: Snapshot, type_: Type, entity: Entity) -> bool:
    """Whether a type is, or may be, an instance of a class or of one of its bases."""
    order = mro(snapshot, entity)
    return any(
        value[0] != INSTANCE or value[1] in order or entity in mro(snapshot, value[1])
        for value in type_
    )


def _solved(
    snapshot: Snapshot, entity: Entity, parameters: list[Entity], arguments: Arguments
) -> dict[Entity, Type]:
    """What the type parameters of a class are by the arguments of its constructor."""
    for name in ("__init__", "__new__"):
        for item in class_member(snapshot, entity, name)[:1]:
            if item.entity[0] == FUNCTION:
                bound = _by_signature(snapshot, entity, parameters, item.entity, arguments)
                if bound:
                    return bound
    bound: dict[Entity, Type] = {}
    for place, field in enumerate(synthesized.fields(snapshot, entity)):
        given = arguments.type_of(place, field.keyword)
        if given:
            generics.unify(
                snapshot, entity_types.entity_value(snapshot, field.entity), given, bound
            )
    return bound


def _by_signature(
    snapshot: Snapshot,
    entity: Entity,
    parameters: list[Entity],
    function: Entity,
    arguments: Arguments,
) -> dict[Entity, Type]:
    taking = signatures.candidates(snapshot, function, arguments, bound=True)
    if len(taking) > 1 and not snapshot.conventional:
        return {}  # which one it is depends on an argument that nobody knows
    function = taking[0]
    bound: dict[Entity, Type] = {}
    generics.bind_arguments(snapshot, function, arguments, bound, bound_first=True)
    facts = snapshot.need(function[1])
    # `def __init__(self: dict[str, V], **items: V)`
    for row in signatures.parameters_of(snapshot, function)[:1]:
        for said in annotated(snapshot, function[1], facts.parameter[f.PAR_ANNOTATION][row]):
            if said[0] == INSTANCE and said[1] == entity:
                for parameter, arg in zip(parameters, said[2], strict=False):
                    bound[parameter] = substitute(arg, bound)
    # `def __new__(cls, one: Iterable[A], other: Iterable[B]) -> zip[tuple[A, B]]`
    for said in annotated(snapshot, function[1], facts.definition[f.DEF_RETURNS][function[2]]):
        if said[0] == INSTANCE and said[1] == entity:
            for parameter, arg in zip(parameters, said[2], strict=False):
                bound[parameter] = substitute(arg, bound)
    owner = owner_class(facts, function)
    if owner >= 0 and (CLASS, function[1], owner) != entity:
        # An inherited constructor speaks of the variables of its own class.
        own = instance(entity, tuple(((VARIABLE_TYPE, each, (), 1),) for each in parameters))
        base = as_base(snapshot, own, (CLASS, function[1], owner))
        for variable, meaning in base.items():
            generics.unify(snapshot, meaning, bound.get(variable, UNKNOWN), bound)
    return bound
