"""Attributes: what ``receiver.name`` names, and the type that reading it gives."""

from __future__ import annotations

from .. import facts as f
from ..plugins import synthesized
from . import entities
from .classes import base_arguments, class_member, is_enum, metaclass, own_member
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
    Entity,
    Found,
    owner_class,
)
from .names import module_attribute
from .standard_types import builtin_instance, standard_class
from .type_variables import concrete
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE_VALUE,
    SELF,
    SUPER,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    class_objects,
    substitute,
    union,
    weaken,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference
    from .types import Type, Value


def attribute_definitions(inference: Inference, path: str, receiver: int, name: str) -> list[Found]:
    """Entities that ``receiver.name`` names."""
    found: list[Found] = []
    for item in inference.definitions_of(path, receiver):
        if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE):
            inner = module_attribute(inference, item.entity, name)
            found = entities.merge_found(found, [each.weaker(item.evidence) for each in inner])
    if found:
        return found
    exact = _names_self_or_class(inference, path, receiver)
    for value in concrete(inference, inference.infer_type(path, receiver)):
        inner = member_definitions(inference, value, name)
        evidence = EXACT if exact else max(INFERRED, value.evidence)
        found = entities.merge_found(found, [each.weaker(evidence) for each in inner])
    return found


def _names_self_or_class(inference: Inference, path: str, receiver: int) -> bool:
    """Whether a receiver is bound to its class by names alone: ``self``, ``cls``, or a class."""
    return any(
        item.entity.kind == CLASS
        or (
            item.entity.kind == PARAMETER
            and entities.first_parameter_class(inference.need(item.entity.path), item.entity) >= 0
        )
        for item in inference.definitions_of(path, receiver)
    )


def attribute_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Type that reading an attribute gives."""
    _, _, lefts, rights = facts.expr
    name = facts.names[rights[expr]]
    receiver = lefts[expr]
    parts: list[Type] = []
    for item in inference.definitions_of(path, receiver):
        if item.entity.kind in (MODULE, NAMESPACE):
            for inner in module_attribute(inference, item.entity, name):
                parts.append(inference.entity_type(inner.entity))
    if parts:
        return union(*parts)
    for value in concrete(inference, inference.infer_type(path, receiver)):
        parts.append(weaken(member_type(inference, value, name), value.evidence))
    return union(*parts)


def member_definitions(inference: Inference, value: Value, name: str) -> list[Found]:
    """Entities that an attribute of a value names."""
    form, entity, args, _ = value
    if form == INSTANCE:
        found = class_member(inference, entity, name)
        if any(item.entity.kind == VARIABLE for item in found) and synthesized.is_typed_dict(
            inference, entity
        ):
            return []  # a key, not an attribute
        return found or _of_object(inference, entity, name)
    if form == CLASS_OBJECT:
        return _found_on_class(inference, entity, name)
    if form == SUPER:
        start = args[0][0][1] if args and args[0] else entity
        return [
            item.weaker(INFERRED) for item in class_member(inference, start, name, after=entity)
        ]
    if form == MODULE_OBJECT:
        found = module_attribute(inference, entity, name)
        if not found and name.startswith("__") and entity.kind == MODULE:
            kind = standard_class(inference, "types", "ModuleType")
            found = class_member(inference, kind, name) if kind else []
        return found
    if form in (FUNCTION_OBJECT, CALLABLE):
        kind = standard_class(inference, "types", "FunctionType")
        return class_member(inference, kind, name) if kind else []
    return []


def _found_on_class(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """An attribute of a class itself: its own, then one of its metaclass."""
    found = class_member(inference, entity, name)
    if found and found[0].entity.kind != OUTSIDE:
        return found
    meta = metaclass(inference, entity) or standard_class(inference, "builtins", "type")
    found = (class_member(inference, meta, name) if meta else []) or found
    return found or _of_object(inference, entity, name)


def _of_object(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """What every object has; it stands in no order of resolution here."""
    base = standard_class(inference, "builtins", "object") if name.startswith("__") else None
    return own_member(inference, base, name) if base and entity.kind == CLASS else []


def member_type(inference: Inference, value: Value, name: str) -> Type:
    """Type of an attribute of a value: descriptors applied, type variables filled in."""
    form, entity, _, _ = value
    if form == VARIABLE_TYPE:
        limits = concrete(inference, (value,))
        return union(*(member_type(inference, each, name) for each in limits))
    if form == INSTANCE and name == "__class__":
        return class_objects((value,))
    special = _made_for_it(inference, value, name)
    if special is not None:
        return special
    parts: list[Type] = []
    found = member_definitions(inference, value, name)
    for item in found:
        kind = item.entity.kind
        if kind == FUNCTION:
            parts.append(_method_value(inference, value, item.entity))
        elif kind == VARIABLE and _is_enum_member(inference, value, item.entity, name):
            parts.append(synthesized.member_of_enum(inference, entity, item.entity))
        elif kind in (VARIABLE, ATTRIBUTE, CLASS, MODULE):
            inner = inference.entity_type(item.entity)
            held = inference.held(value, item.entity, inner)
            if held is not None:
                parts.append(held)
                continue
            if kind == VARIABLE and form in (INSTANCE, CLASS_OBJECT):
                inner = _got(inference, value, inner)
            parts.append(bind_type_arguments(inference, value, item.entity, inner))
    if not found and form == INSTANCE and not name.startswith("__"):
        for item in class_member(inference, entity, "__getattr__"):
            if item.entity.kind == FUNCTION:
                parts.append(inference.return_type(item.entity, value))
    return union(*parts)


def _made_for_it(inference: Inference, value: Value, name: str) -> Type | None:
    """A member that is not written: the value of an enumeration's member, a field by a string."""
    form, entity, args, _ = value
    if form != INSTANCE:
        return None
    if name in ("value", "_value_") and is_enum(inference, entity):
        found = class_member(inference, entity, name)
        if found and found[0].entity.path.endswith("/enum.pyi"):
            return args[0] if args else synthesized.enum_values(inference, entity)
    if entity.kind == VARIABLE:
        for field, type_ in synthesized.made_fields(inference, entity):
            if field == name:
                return type_
    return None


def _is_enum_member(inference: Inference, value: Value, member: Entity, name: str) -> bool:
    if name.startswith("_") or value.form not in (INSTANCE, CLASS_OBJECT):
        return False
    facts = inference.need(member.path)
    if facts.scope.kind[facts.binding.scope[member.row]] != f.CLASS_SCOPE:
        return False
    return is_enum(inference, value.entity) and (
        facts.binding.value[member.row] >= 0 or member.path.endswith(".pyi")
    )


def _got(inference: Inference, receiver: Value, type_: Type) -> Type:
    """What reading a class attribute gives: descriptors answer themselves, functions are bound."""
    parts: list[Type] = []
    for value in type_:
        if value.form == INSTANCE and value.entity.kind == CLASS:
            given = _descriptor(inference, receiver, value)
            if given is not None:
                parts.append(given)
                continue
        if (
            value.form == FUNCTION_OBJECT
            and receiver.form == INSTANCE
            and not (value.args and value.args[0])
        ):
            parts.append((Value(FUNCTION_OBJECT, value.entity, ((receiver,),), value.evidence),))
            continue
        parts.append((value,))
    return union(*parts)


def _descriptor(inference: Inference, receiver: Value, value: Value) -> Type | None:
    """What a descriptor gives when it is read; None for what is none."""
    if value.args and value.entity == standard_class(inference, "builtins", "property"):
        return (value,) if receiver.form == CLASS_OBJECT else value.args[0]
    getter = class_member(inference, value.entity, "__get__")
    if not getter or getter[0].entity.kind != FUNCTION:
        return None
    on_class = receiver.form == CLASS_OBJECT
    instance_ = NONE_VALUE if on_class else receiver
    owner = (receiver,) if on_class else class_objects((receiver,))
    given = inference.method_result(value, "__get__", [(instance_,), owner])
    own = tuple(each for each in given if each.head == value.head)
    if own and len(own) < len(given):  # `if instance is None: return self`
        return own if on_class else tuple(each for each in given if each not in own)
    return given


def _method_value(inference: Inference, value: Value, function: Entity) -> Type:
    parts: list[Type] = []
    for made in inference.decorated_type(function):
        if made.form == FUNCTION_OBJECT and made.entity == function:
            parts.append(_bound_method(inference, value, function))
            continue
        if made.form == INSTANCE and made.entity == standard_class(
            inference, "builtins", "property"
        ):
            # Under another name: `_magic_enum_attr = property`.
            own = value.form == CLASS_OBJECT and not _belongs_to_metaclass(
                inference, value.entity, function
            )
            given = (made,) if own else inference.return_type(function, _receiver(value))
            parts.append(given)
            continue
        inner = _got(inference, value, (made,))
        if not inner and made.form == INSTANCE:
            # A property of one's own that hands on what its function gives.
            inner = inference.return_type(function, _receiver(value))
        parts.append(bind_type_arguments(inference, value, function, inner))
    return union(*parts)


def _receiver(value: Value) -> Value:
    """What a method is called on: for ``super()``, the instance."""
    return value.args[0][0] if value.form == SUPER and value.args and value.args[0] else value


def _bound_method(inference: Inference, value: Value, function: Entity) -> Type:
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    form = value.form
    if flags & f.PROPERTY:
        on_metaclass = form == CLASS_OBJECT and value.entity != owner_entity(inference, function)
        if (
            form == CLASS_OBJECT
            and not flags & f.CLASSMETHOD
            and not (on_metaclass and _belongs_to_metaclass(inference, value.entity, function))
        ):
            return builtin_instance(inference, "property")
        return inference.return_type(function, _receiver(value))
    receiver: Type = (_receiver(value),)
    if flags & f.STATIC:
        receiver = UNKNOWN
    elif flags & f.CLASSMETHOD:
        receiver = tuple(
            Value(CLASS_OBJECT, each.entity, each.args, each.evidence)
            if each.form == INSTANCE
            else each
            for each in receiver
        )
    elif form == CLASS_OBJECT and not _belongs_to_metaclass(inference, value.entity, function):
        receiver = UNKNOWN  # `Box.area(box)`
    if facts.names[facts.definition.name[function.row]] == "__new__":
        receiver = UNKNOWN  # a static method: the class is its first argument
    return (Value(FUNCTION_OBJECT, function, (receiver,), INFERRED),)


def owner_entity(inference: Inference, member: Entity) -> Entity:
    """The class that a member is written in."""
    return Entity(CLASS, member.path, owner_class(inference.need(member.path), member))


def _belongs_to_metaclass(inference: Inference, cls: Entity, function: Entity) -> bool:
    """Whether a function found on a class is one of its metaclass."""
    name = inference.need(function.path).names[
        inference.need(function.path).definition.name[function.row]
    ]
    return all(item.entity.kind == OUTSIDE for item in class_member(inference, cls, name))


def bind_type_arguments(inference: Inference, value: Value, member: Entity, type_: Type) -> Type:
    """The type of a member with the class's type variables replaced by the instance's arguments."""
    form, entity, _, _ = value
    if form not in (INSTANCE, CLASS_OBJECT) or not type_:
        return type_
    facts = inference.need(member.path) if member.kind != MODULE else None
    cls = owner_class(facts, member) if facts is not None else -1
    if cls < 0:
        return type_

    bound = base_arguments(inference, value, Entity(CLASS, member.path, cls))
    bound = {variable: known_ for variable, known_ in bound.items() if known_}
    bound[SELF] = (Value(INSTANCE, entity, value.args, value.evidence),)
    return substitute(type_, bound, keep=True)
