"""Attributes: the definitions that ``receiver.name`` refers to, and the type of reading it."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..plugins import registry
from . import entities, synthesized
from .access_paths import last_name
from .classes import base_arguments, class_member, has_unknown_bases, metaclass, own_member
from .entities import (
    ATTRIBUTE,
    CLASS,
    CONVENTIONAL,
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
from .query_cache import cached
from .standard_types import builtin_instance, standard_class
from .type_variables import concrete
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
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
    from .inference import Inference
    from .types import Type


def attribute_definitions(inference: Inference, path: str, receiver: int, name: str) -> list[Found]:
    """Return the entities that ``receiver.name`` refers to."""
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
    """True if a receiver is bound to its class by names alone: ``self``, ``cls``, or a class."""
    return any(
        item.entity.kind == CLASS
        or (
            item.entity.kind == PARAMETER
            and entities.first_parameter_class(inference.need(item.entity.path), item.entity) >= 0
        )
        for item in inference.definitions_of(path, receiver)
    )


def attribute_type(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return the type of an attribute expression."""
    attribute = facts_view.attribute(facts, expr)
    if attribute is None:
        return UNKNOWN
    receiver, name = attribute.receiver, attribute.name
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


_CLASSES_OF_FORMS = {
    NONE: "NoneType", MODULE_OBJECT: "ModuleType", FUNCTION_OBJECT: "FunctionType",
}  # fmt: skip


def member_definitions(inference: Inference, value: Value, name: str) -> list[Found]:
    """Return the entities that an attribute of a value refers to."""
    form, entity = value.head
    if form == INSTANCE:
        found = class_member(inference, entity, name)
        if any(item.entity.kind == VARIABLE for item in found) and synthesized.is_typed_dict(
            inference, entity
        ):
            return []  # a key, not an attribute
        return found or _of_object(inference, entity, name) or _of_delegate(inference, entity, name)
    if form == CLASS_OBJECT:
        return _found_on_class(inference, entity, name)
    if form == SUPER:
        start = value.args[0][0].entity if value.args and value.args[0] else entity
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


def _of_delegate(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """Return what ``__getattr__`` takes from something else: ``return getattr(self._it, name)``."""
    if name.startswith("__") or not inference.conventional:
        return []
    # What is wrapped may be another one of its kind.
    key = "delegated", entity, name
    return cached(inference, key, lambda: _delegated(inference, entity, name), list[Found]())


def _delegated(inference: Inference, entity: Entity, name: str) -> list[Found]:
    found: list[Found] = []
    for item in class_member(inference, entity, "__getattr__"):
        if item.entity.kind != FUNCTION:
            continue
        path = item.entity.path
        facts = inference.need(path)
        scope = facts.definition.own_scope[item.entity.row]
        asked = [facts.parameter.name[row] for row in facts_view.parameters(facts, scope)][1:]
        for result in facts_view.returned(facts, scope):
            passed = facts_view.positional_arguments(facts, result) if (
                last_name(facts, facts_view.called(facts, result)) == "getattr"
            ) else []  # fmt: skip
            if len(passed) < 2 or facts_view.op(facts, passed[1]) != f.NAME:
                continue
            if facts_view.name_row(facts, passed[1]) in asked:
                inner = attribute_definitions(inference, path, passed[0], name)
                found = entities.merge_found(found, [each.weaker(CONVENTIONAL) for each in inner])
    return found


def _found_on_class(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """Return the definitions of an attribute of a class: its own, then its metaclass's."""
    found = class_member(inference, entity, name)
    if found and found[0].entity.kind != OUTSIDE:
        return found
    meta = metaclass(inference, entity) or standard_class(inference, "builtins", "type")
    found = (class_member(inference, meta, name) if meta else []) or found
    return found or _of_object(inference, entity, name)


def _of_object(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """Return the definitions of a special attribute of ``object``, which no mro here contains."""
    base = standard_class(inference, "builtins", "object") if name.startswith("__") else None
    return own_member(inference, base, name) if base and entity.kind == CLASS else []


def member_type(inference: Inference, value: Value, name: str) -> Type:
    """Return the type of an attribute of a value, descriptors and type arguments applied."""
    form, entity = value.head
    if form == VARIABLE_TYPE:
        limits = concrete(inference, (value,))
        return union(*(member_type(inference, each, name) for each in limits))
    if name == "__class__":
        return class_of(inference, value)
    special = _synthesized_type(inference, value, name) if form == INSTANCE else None
    if special is not None:
        return special
    parts: list[Type] = []
    found = member_definitions(inference, value, name)
    for item in found:
        kind = item.entity.kind
        if kind == FUNCTION:
            parts.append(_method_value(inference, value, item.entity))
        elif kind in (VARIABLE, ATTRIBUTE, CLASS, MODULE):
            is_read = kind == VARIABLE and form in (INSTANCE, CLASS_OBJECT)
            if is_read and entity.kind == CLASS:
                special = registry.member_type(inference, value, item.entity, name)
                if special is not None:
                    parts.append(special)
                    continue
            inner = inference.entity_type(item.entity)
            if is_read:
                inner = _read_from_class(inference, value, inner)
            parts.append(bind_type_arguments(inference, value, item.entity, inner))
    if not found and form in (INSTANCE, CLASS_OBJECT) and not name.startswith("__"):
        of = entity if form == INSTANCE else metaclass(inference, entity)
        for item in class_member(inference, of, "__getattr__") if of is not None else ():
            if item.entity.kind == FUNCTION:
                parts.append(inference.return_type(item.entity, value))
    return union(*parts)


def class_of(inference: Inference, value: Value) -> Type:
    """Return the class of a value as an object: what ``type(value)`` gives."""
    form, entity = value.head
    if form in (INSTANCE, VARIABLE_TYPE):
        return class_objects((value,))
    if form == CLASS_OBJECT:
        cls = metaclass(inference, entity)
        if cls is None and inference.conventional and not has_unknown_bases(inference, entity):
            cls = standard_class(inference, "builtins", "type")
    else:
        name = _CLASSES_OF_FORMS.get(form)
        cls = standard_class(inference, "types", name) if name else None
    return (Value(CLASS_OBJECT, cls, (), INFERRED),) if cls is not None else UNKNOWN


def _synthesized_type(inference: Inference, value: Value, name: str) -> Type | None:
    """Return the type of an attribute of an instance that no class body shows."""
    type_ = registry.attribute_type(inference, value, name)
    if type_ is None and value.entity.kind == VARIABLE:
        for field, field_type in synthesized.factory_class_fields(inference, value.entity):
            if field == name:
                return field_type
    return type_


def _read_from_class(inference: Inference, receiver: Value, type_: Type) -> Type:
    """Return the type of reading a class attribute: descriptors are called, functions bound."""
    parts: list[Type] = []
    for value in type_:
        if value.form == INSTANCE and value.entity.kind == CLASS:
            result = _descriptor(inference, receiver, value)
            if result is not None:
                parts.append(result)
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
    """Return the type of reading a descriptor; None for a value that is not a descriptor."""
    if value.args and value.entity == standard_class(inference, "builtins", "property"):
        return (value,) if receiver.form == CLASS_OBJECT else value.args[0]
    getter = class_member(inference, value.entity, "__get__")
    if not getter or getter[0].entity.kind != FUNCTION:
        return None
    on_class = receiver.form == CLASS_OBJECT
    instance_ = NONE_VALUE if on_class else receiver
    owner = (receiver,) if on_class else class_objects((receiver,))
    result = inference.method_result(value, "__get__", [(instance_,), owner])
    own = tuple(each for each in result if each.head == value.head)
    if own and len(own) < len(result):  # `if instance is None: return self`
        return own if on_class else tuple(each for each in result if each not in own)
    return result


def _method_value(inference: Inference, value: Value, function: Entity) -> Type:
    parts: list[Type] = []
    for decorated in inference.decorated_type(function):
        if decorated.form == FUNCTION_OBJECT and decorated.entity == function:
            parts.append(_bound_method(inference, value, function))
            continue
        if decorated.form == INSTANCE and decorated.entity == standard_class(
            inference, "builtins", "property"
        ):
            # Under another name: `_magic_enum_attr = property`.
            own = value.form == CLASS_OBJECT and not _belongs_to_metaclass(
                inference, value.entity, function
            )
            result = (decorated,) if own else inference.return_type(function, _receiver(value))
            parts.append(result)
            continue
        inner = _read_from_class(inference, value, (decorated,))
        if not inner and decorated.form == INSTANCE:
            # A custom property class that returns the result of its function.
            inner = inference.return_type(function, _receiver(value))
        parts.append(bind_type_arguments(inference, value, function, inner))
    return union(*parts)


def _receiver(value: Value) -> Value:
    """Return the receiver of a method: for ``super()``, the instance."""
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
    if facts_view.definition_name(facts, function.row) == "__new__":
        receiver = UNKNOWN  # a static method: the class is its first argument
    return (Value(FUNCTION_OBJECT, function, (receiver,), INFERRED),)


def owner_entity(inference: Inference, member: Entity) -> Entity:
    """Return the class whose body or methods define a member."""
    return Entity(CLASS, member.path, owner_class(inference.need(member.path), member))


def _belongs_to_metaclass(inference: Inference, cls: Entity, function: Entity) -> bool:
    """True if a function found on a class is a method of its metaclass."""
    name = facts_view.definition_name(inference.need(function.path), function.row)
    return all(item.entity.kind == OUTSIDE for item in class_member(inference, cls, name))


def bind_type_arguments(inference: Inference, value: Value, member: Entity, type_: Type) -> Type:
    """Return the type of a member with type variables replaced by an instance's type arguments."""
    form, entity = value.head
    if form not in (INSTANCE, CLASS_OBJECT) or not type_:
        return type_
    facts = inference.need(member.path) if member.kind != MODULE else None
    cls = owner_class(facts, member) if facts is not None else -1
    if cls < 0:
        return type_

    bound = base_arguments(inference, value, Entity(CLASS, member.path, cls))
    bound = {variable: argument for variable, argument in bound.items() if argument}
    bound[SELF] = (Value(INSTANCE, entity, value.args, value.evidence),)
    return substitute(type_, bound, keep=True)
