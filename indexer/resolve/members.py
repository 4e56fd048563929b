"""Attributes: what ``receiver.name`` names, and the type that reading it gives."""

from __future__ import annotations

from .. import facts as f
from . import entity_types, evaluate, results
from .annotations import SELF
from .classes import as_base, class_member, is_enum
from .entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Found,
    owner_class,
)
from .names import member_of
from .types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    SUPER,
    UNKNOWN,
    builtin,
    instance,
    known,
    named,
    substitute,
    union,
    weaker,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value


def attribute(snapshot: Snapshot, path: str, receiver: int, name: str) -> list[Found]:
    """Entities that ``receiver.name`` names."""
    found: list[Found] = []
    for item in evaluate.objects(snapshot, path, receiver):
        if item.entity[0] in (MODULE, NAMESPACE, OUTSIDE):
            inner = member_of(snapshot, item.entity, name)
            found = evaluate.merged(found, [each.weaker(item.evidence) for each in inner])
    if found:
        return found
    exact = _names_self_or_class(snapshot, path, receiver)
    for value in known(evaluate.values(snapshot, path, receiver)):
        inner = member_found(snapshot, value, name)
        evidence = EXACT if exact else max(INFERRED, value[3])
        found = evaluate.merged(found, [each.weaker(evidence) for each in inner])
    return found


def _names_self_or_class(snapshot: Snapshot, path: str, receiver: int) -> bool:
    """Whether a receiver is bound to its class by names alone: ``self``, ``cls``, or a class."""
    return any(
        item.entity[0] == CLASS
        or (
            item.entity[0] == PARAMETER
            and entity_types.first_parameter_class(snapshot.need(item.entity[1]), item.entity) >= 0
        )
        for item in evaluate.objects(snapshot, path, receiver)
    )


def attribute_values(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """Type that reading an attribute gives."""
    _, _, lefts, rights = facts.expr
    name = facts.names[rights[expr]]
    receiver = lefts[expr]
    parts: list[Type] = []
    for item in evaluate.objects(snapshot, path, receiver):
        if item.entity[0] in (MODULE, NAMESPACE):
            for inner in member_of(snapshot, item.entity, name):
                parts.append(entity_types.entity_value(snapshot, inner.entity))
    if parts:
        return union(*parts)
    for value in known(evaluate.values(snapshot, path, receiver)):
        parts.append(weaker(member_value(snapshot, value, name), value[3]))
    return union(*parts)


def member_found(snapshot: Snapshot, value: Value, name: str) -> list[Found]:
    """Entities that an attribute of a value names."""
    form, entity, args, _ = value
    if form == INSTANCE:
        return class_member(snapshot, entity, name)
    if form == CLASS_OBJECT:
        found = class_member(snapshot, entity, name)
        if not found or found[0].entity[0] == OUTSIDE:
            meta = named(snapshot, "builtins", "type")
            found = (class_member(snapshot, meta, name) if meta else []) or found
        return found
    if form == SUPER:
        start = args[0][0][1] if args and args[0] else entity
        return [item.weaker(INFERRED) for item in class_member(snapshot, start, name, after=entity)]
    if form == MODULE_OBJECT:
        return member_of(snapshot, entity, name)
    if form == FUNCTION_OBJECT:
        kind = named(snapshot, "types", "FunctionType")
        return class_member(snapshot, kind, name) if kind else []
    return []


def member_value(snapshot: Snapshot, value: Value, name: str) -> Type:
    """Type of an attribute of a value: descriptors applied, type variables filled in."""
    form, entity, _, _ = value
    parts: list[Type] = []
    for item in member_found(snapshot, value, name):
        kind = item.entity[0]
        if kind == FUNCTION:
            parts.append(_method_value(snapshot, value, item.entity))
        elif kind in (VARIABLE, ATTRIBUTE, CLASS, MODULE):
            inner = entity_types.entity_value(snapshot, item.entity)
            if kind == VARIABLE and is_enum(snapshot, entity) and not name.startswith("_"):
                inner = (instance(entity),)
            if form == INSTANCE and kind in (VARIABLE, ATTRIBUTE):
                inner = _got(snapshot, inner)
            parts.append(bound_types(snapshot, value, item.entity, inner))
        elif kind == OUTSIDE:
            continue
    return union(*parts)


def _got(snapshot: Snapshot, type_: Type) -> Type:
    """What reading a class attribute through an instance gives: descriptors answer themselves."""
    parts: list[Type] = []
    for value in type_:
        if value[0] == INSTANCE and value[1][0] == CLASS:
            getter = class_member(snapshot, value[1], "__get__")
            if getter and getter[0].entity[0] == FUNCTION:
                inner = results.returned(snapshot, getter[0].entity, value)
                parts.append(inner)
                continue
        parts.append((value,))
    return union(*parts)


def _method_value(snapshot: Snapshot, value: Value, function: Entity) -> Type:
    facts = snapshot.need(function[1])
    flags = facts.definition[f.DEF_FLAGS][function[2]]
    if flags & f.PROPERTY:
        if value[0] == CLASS_OBJECT:
            return builtin(snapshot, "property")

        return results.returned(snapshot, function, value)
    receiver: Type = (value,)
    if value[0] == SUPER:
        receiver = value[2][0] if value[2] else UNKNOWN
    if flags & f.STATIC:
        receiver = UNKNOWN
    elif flags & f.CLASSMETHOD:
        receiver = tuple(
            (CLASS_OBJECT, each[1], each[2], each[3]) if each[0] == INSTANCE else each
            for each in receiver
        )
    return ((FUNCTION_OBJECT, function, (receiver,), INFERRED),)


def bound_types(snapshot: Snapshot, value: Value, member: Entity, type_: Type) -> Type:
    """The type of a member with the class's type variables replaced by the instance's arguments."""
    form, entity, _, _ = value
    if form not in (INSTANCE, CLASS_OBJECT) or not type_:
        return type_
    facts = snapshot.need(member[1]) if member[0] != MODULE else None
    cls = owner_class(facts, member) if facts is not None else -1
    if cls < 0:
        return type_

    bound = as_base(snapshot, value, (CLASS, member[1], cls))
    bound[SELF] = ((INSTANCE, entity, value[2], value[3]),)
    return substitute(type_, bound)
