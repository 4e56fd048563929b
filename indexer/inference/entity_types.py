"""Entities as values: the type of what a variable, an attribute or a parameter holds."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view, scope_map
from . import container_contents, generics, synthesized, types
from .annotations import annotation_type
from .classes import base_arguments, class_member, own_attributes
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
    QUOTED,
    VARIABLE,
    Entity,
    Found,
    first_parameter_class,
    owner_class,
)
from .query_cache import cached
from .standard_types import builtin_instance
from .types import (
    CLASS_OBJECT,
    INSTANCE,
    NONE,
    SELF,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    alternatives,
    entity_object,
    instance,
    substitute,
    union,
    weaken,
    without_none,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .expressions import ContainerKey
    from .inference import Inference
    from .types import Type


def entity_type(inference: Inference, entity: Entity) -> Type:
    """Type of what an entity holds."""
    kind, path, row = entity
    if kind in (MODULE, NAMESPACE, OUTSIDE):
        return entity_object(entity)
    if kind == QUOTED:
        return UNKNOWN
    if kind == CLASS:
        return inference.decorated_class(entity)
    if kind == FUNCTION:
        if inference.need(path).definition.flags[row] & f.PROPERTY:
            return builtin_instance(inference, "property")  # as in `@name.setter`
        return inference.decorated_type(entity)
    way = {ATTRIBUTE: _attribute_value, PARAMETER: _parameter_value}.get(kind, _variable_value)
    return cached(
        inference,
        ("entity", entity),
        lambda: way(inference, path, inference.need(path), row),
        UNKNOWN,
    )


def _variable_value(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    annotation = facts.binding.annotation[row]
    kind = facts.binding.kind[row]
    if kind in (f.TYPE_PARAMETER, f.TYPE_ALIAS):
        return UNKNOWN
    value = facts.binding.value[row]
    scope, name = facts.binding.scope[row], facts.binding.name[row]
    if annotation >= 0:
        type_ = declared_type(inference, path, facts, annotation)
        if type_ and inference.conventional:
            key = container_contents.variable_container(facts, row)
            type_ = _filled(inference, path, facts, key, type_, value)
        if type_ or value < 0:
            return type_
    if synthesized.is_factory_class(facts, Entity(VARIABLE, path, row)):
        return (Value(CLASS_OBJECT, Entity(VARIABLE, path, row), (), INFERRED),)
    type_ = synthesized.field_value(inference, path, facts, row)
    type_ = type_ or inference.infer_type(path, value)
    type_ = container_contents.container_contents(
        inference, path, facts, container_contents.variable_container(facts, row), type_
    )
    in_class = facts.scope.kind[scope] == f.CLASS_SCOPE
    if in_class:
        cls = facts.scope.definition[scope]
        inherited = _declared_in_base(inference, path, facts, cls, name)
        if inherited:
            return inherited
        rows = own_attributes(facts, cls, name)
        type_ = container_contents.container_contents(
            inference, path, facts, container_contents.attribute_container(cls, name), type_
        )
        if not any(_is_descriptor(inference, value) for value in type_):
            # The default of instances, whose methods assign to their own.
            type_ = union(type_, _assigned(inference, path, facts, cls, name, rows))
    if _is_none(type_):
        # `x = None` at first says nothing about what it is later.
        others = [
            inference.infer_type(path, facts.binding.value[other])
            for other in [*facts.bindings_of(scope, name), *_bound_inside(facts, scope, name)]
            if other != row
            and (other not in facts.bindings_of(scope, name) or not _is_local(facts, scope))
        ]
        type_ = union(type_, *others)
    return weaken(type_, INFERRED)


def _filled(
    inference: Inference, path: str, facts: FileFacts, key: ContainerKey, declared: Type, value: int
) -> Type:
    """Return a declared type with what is put into a container, which `list` alone does not say."""
    if not declared or any(any(each.args) for each in declared):
        return declared
    filled = container_contents.container_contents(inference, path, facts, key, declared)
    given = {each.head: each.args for each in inference.infer_type(path, value)}
    return tuple(
        Value(
            each.form,
            each.entity,
            tuple(weaken(arg, CONVENTIONAL) for arg in each.args or given.get(each.head, ())),
            each.evidence,
        )
        for each in filled
    )


def _is_descriptor(inference: Inference, value: Value) -> bool:
    """True if assigning to an attribute that is this value calls its ``__set__``."""
    return value.form == INSTANCE and bool(class_member(inference, value.entity, "__set__"))


def _is_none(type_: Type) -> bool:
    return len(type_) == 1 and type_[0].form == NONE


def _is_local(facts: FileFacts, scope: int) -> bool:
    return facts.scope.kind[scope] == f.FUNCTION_SCOPE


def _bound_inside(facts: FileFacts, scope: int, name: int) -> list[int]:
    """Bindings by functions inside that say ``global`` or ``nonlocal``."""
    table: dict[int, list[int]] | None = facts.memo.get("declared outside")
    kinds = facts.binding.kind
    if table is None:
        table = facts.memo["declared outside"] = {}
        for row, kind in enumerate(kinds):
            if kind in (f.GLOBAL, f.NONLOCAL):
                table.setdefault(facts.binding.name[row], []).append(row)
    found: list[int] = []
    for row in table.get(name, ()):
        inner = facts.binding.scope[row]
        if (kinds[row] == f.GLOBAL) == (scope == 0) and inner != scope:
            if kinds[row] == f.NONLOCAL and not _is_inside(facts, inner, scope):
                continue
            found += [
                other
                for other in facts.bindings_of(inner, name)
                if kinds[other] not in (f.GLOBAL, f.NONLOCAL, f.DELETE)
            ]
    return found


def _is_inside(facts: FileFacts, scope: int, outer: int) -> bool:
    while scope >= 0 and scope != outer:
        scope = facts.scope.parent[scope]
    return scope == outer


def declared_type(inference: Inference, path: str, facts: FileFacts, annotation: int) -> Type:
    """The type of an annotation inside of a class or function: ``Self`` is the class around it."""
    type_ = annotation_type(inference, path, annotation)
    if any(value.form == VARIABLE_TYPE and value.entity == SELF for value in type_):
        position = facts.expr.position[annotation]
        scope = scope_map.scope_at(facts, position)
        cls = scope_map.enclosing_class(facts, position)
        if cls >= 0 and facts.scope.kind[scope] != f.CLASS_SCOPE:
            return substitute(
                type_, {SELF: (Value(INSTANCE, Entity(CLASS, path, cls), (), INFERRED),)}
            )
    return type_


def _attribute_value(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    table = facts.attribute_binding
    owner, name = table.owner[row], table.name[row]
    rows = own_attributes(facts, owner, name) if owner >= 0 else [row]
    for index in rows:
        if table.annotation[index] >= 0:
            type_ = annotation_type(inference, path, table.annotation[index])
            # `self.document: document = document` names the parameter, not the class.
            if not inference.conventional:
                return type_
            if type_ or table.value[index] < 0:
                key = container_contents.attribute_container(owner, name)
                return _filled(inference, path, facts, key, type_, table.value[index])
    if owner >= 0:
        inherited = _declared_in_base(inference, path, facts, owner, name)
        if inherited:
            return inherited
    type_ = _assigned(inference, path, facts, owner, name, rows)
    if owner >= 0 and not without_none(type_):
        entity = Entity(CLASS, path, owner)
        for item in class_member(inference, entity, facts.names[name], after=entity):
            if item.entity.kind in (VARIABLE, ATTRIBUTE):
                type_ = union(type_, entity_type(inference, item.entity))
    return weaken(type_, INFERRED)


def _assigned(
    inference: Inference, path: str, facts: FileFacts, owner: int, name: int, rows: list[int]
) -> Type:
    """Return what methods assign to an attribute."""
    values = facts.attribute_binding.value
    type_ = alternatives(*(inference.infer_type(path, values[index]) for index in rows))
    return container_contents.container_contents(
        inference, path, facts, container_contents.attribute_container(owner, name), type_
    )


def _declared_in_base(
    inference: Inference, path: str, facts: FileFacts, cls: int, name: int
) -> Type:
    """The annotation that a base class has for an attribute that is assigned here."""
    if cls < 0 or facts.definition.arguments[cls] < 0:
        return UNKNOWN
    entity = Entity(CLASS, path, cls)
    for item in class_member(inference, entity, facts.names[name], after=entity):
        kind, where, row = item.entity
        other = inference.need(where) if kind in (VARIABLE, ATTRIBUTE) else None
        if other is None:
            continue
        if kind == VARIABLE:
            annotation = other.binding.annotation[row]
        else:
            annotation = other.attribute_binding.annotation[row]
        if annotation >= 0:
            type_ = annotation_type(inference, where, annotation)
            owner = owner_class(other, item.entity)
            bound = (
                base_arguments(inference, instance(entity), Entity(CLASS, where, owner))
                if owner >= 0
                else {}
            )
            return substitute(type_, bound, keep=True)
    return UNKNOWN


def _self_of_lambda(path: str, facts: FileFacts, row: int) -> Type:
    """Return the receiver that a lambda gets first which is a method: ``area = lambda self: …``."""
    scope = facts.binding.scope[row]
    around = facts.scope.parent[scope]
    first = next(facts_view.parameters(facts, scope), -1)
    if facts.scope.kind[around] != f.CLASS_SCOPE or facts.binding.ref[row] != first:
        return UNKNOWN
    for each in facts_view.bindings_in(facts, around):
        value = facts.binding.value[each]
        if (
            facts_view.op(facts, value) == f.LAMBDA
            and facts_view.lambda_scope(facts, value) == scope
        ):
            return (instance(Entity(CLASS, path, facts.scope.definition[around]), (), INFERRED),)
    return UNKNOWN


def _is_type_expression(facts: FileFacts, expr: int) -> bool:
    """True if an expression may be an annotation of a type, and not of anything else."""
    kind = facts_view.op(facts, expr)
    if kind == f.BINARY:
        return facts_view.binary(facts, expr).operator == "|"
    return kind in (f.NAME, f.ATTRIBUTE, f.SUBSCRIPT, f.NONE)


def _parameter_value(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    annotation = facts.binding.annotation[row]
    parameter = facts.binding.ref[row]
    kind = facts.parameter.kind[parameter]
    if annotation >= 0:
        type_ = declared_type(inference, path, facts, annotation)
        if not type_ and inference.conventional and not _is_type_expression(facts, annotation):
            return inference.parameter_type(path, row)  # `size: "in pixels"`
        if kind == f.VAR_POSITIONAL:
            return builtin_instance(inference, "tuple", type_)
        if kind == f.VAR_KEYWORD:
            if any(synthesized.is_typed_dict(inference, value.entity) for value in type_):
                return type_  # `**options: Unpack[Options]`
            return builtin_instance(inference, "dict", builtin_instance(inference, "str"), type_)
        return type_
    cls = first_parameter_class(facts, Entity(PARAMETER, path, row))
    if cls >= 0:
        scope = facts.binding.scope[row]
        definition = facts.scope.definition[scope]
        entity = Entity(CLASS, path, cls)
        flags = facts.definition.flags[definition]
        name = facts.names[facts.definition.name[definition]]
        is_class = flags & f.CLASSMETHOD or name in ("__new__", "__init_subclass__")
        form = CLASS_OBJECT if is_class else INSTANCE
        return (Value(form, entity, (), EXACT),)
    if kind == f.VAR_POSITIONAL:
        return builtin_instance(inference, "tuple", UNKNOWN)
    if kind == f.VAR_KEYWORD:
        return builtin_instance(inference, "dict", builtin_instance(inference, "str"), UNKNOWN)

    if facts.scope.kind[facts.binding.scope[row]] == f.LAMBDA_SCOPE:
        type_ = generics.lambda_parameter_type(inference, path, facts, row)
        if not type_ and inference.conventional:
            type_ = _self_of_lambda(path, facts, row)
        if type_ or not inference.conventional:
            return type_
        return inference.parameter_type(path, row)
    default = facts.parameter.default[parameter]
    type_ = without_none(inference.infer_type(path, default)) if default >= 0 else UNKNOWN
    if type_ or not inference.conventional:
        return type_
    return inference.parameter_type(path, row)


def instance_classes(inference: Inference, entity: Entity) -> list[Found]:
    """Classes that what an entity holds is an instance of; for a property, what it gives."""
    if entity.kind == FUNCTION:
        facts = inference.need(entity.path)
        if facts.definition.flags[entity.row] & f.PROPERTY:
            return types.classes_of_type(inference.return_type(entity, None))
        return []
    return types.classes_of_type(entity_type(inference, entity))
