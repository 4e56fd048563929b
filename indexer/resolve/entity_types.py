"""Entities as values: the type of what a variable, an attribute or a parameter holds."""

from __future__ import annotations

from .. import facts as f
from .. import places
from . import conventions, evaluate, filled, lambdas, results, synthesized
from .annotations import SELF, annotated
from .classes import as_base, class_member, own_attributes
from .decorators import decorated
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
from .memo import remember
from .types import (
    CLASS_OBJECT,
    INSTANCE,
    NONE,
    UNKNOWN,
    VARIABLE_TYPE,
    builtin,
    instance,
    known,
    of_entity,
    substitute,
    union,
    weaker,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type


def entity_value(snapshot: Snapshot, entity: Entity) -> Type:
    """Type of what an entity holds."""
    kind, path, row = entity
    if kind in (MODULE, NAMESPACE, OUTSIDE, CLASS):
        return of_entity(entity)
    if kind == FUNCTION:
        if snapshot.need(path).definition[f.DEF_FLAGS][row] & f.PROPERTY:
            return builtin(snapshot, "property")  # as in `@name.setter`
        return decorated(snapshot, entity)
    way = {ATTRIBUTE: _attribute_value, PARAMETER: _parameter_value}.get(kind, _variable_value)
    return remember(
        snapshot,
        ("entity", entity),
        lambda: way(snapshot, path, snapshot.need(path), row),
        UNKNOWN,
    )


def _variable_value(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    annotation = facts.binding[f.BIND_ANNOTATION][row]
    kind = facts.binding[f.BIND_KIND][row]
    if kind in (f.TYPE_PARAMETER, f.TYPE_ALIAS):
        return UNKNOWN
    value = facts.binding[f.BIND_VALUE][row]
    scope, name = facts.binding[f.BIND_SCOPE][row], facts.binding[f.BIND_NAME][row]
    if annotation >= 0:
        type_ = declared(snapshot, path, facts, annotation)
        if type_ or value < 0:
            return type_
    if synthesized.made_class(facts, (VARIABLE, path, row)):
        return ((CLASS_OBJECT, (VARIABLE, path, row), (), INFERRED),)
    type_ = synthesized.field_value(snapshot, path, facts, row)
    type_ = type_ or evaluate.values(snapshot, path, value)
    type_ = filled.filled(snapshot, path, facts, filled.of_variable(facts, row), type_)
    in_class = facts.scope[f.SCOPE_KIND][scope] == f.CLASS_SCOPE
    if in_class:
        cls = facts.scope[f.SCOPE_DEFINITION][scope]
        inherited = _declared_in_base(snapshot, path, facts, cls, name)
        if inherited:
            return inherited
        rows = own_attributes(facts, cls, name)
        type_ = filled.filled(snapshot, path, facts, filled.of_attribute(cls, name), type_)
        if not known(type_):
            type_ = union(type_, _assigned(snapshot, path, facts, cls, name, rows))
    if _is_none(type_):
        # `x = None` at first says nothing about what it is later.
        others = [
            evaluate.values(snapshot, path, facts.binding[f.BIND_VALUE][other])
            for other in [*facts.bindings_of(scope, name), *_bound_inside(facts, scope, name)]
            if other != row
            and (other not in facts.bindings_of(scope, name) or not _is_local(facts, scope))
        ]
        type_ = union(type_, *others)
    return weaker(type_, INFERRED)


def _is_none(type_: Type) -> bool:
    return len(type_) == 1 and type_[0][0] == NONE


def _is_local(facts: FileFacts, scope: int) -> bool:
    return facts.scope[f.SCOPE_KIND][scope] == f.FUNCTION_SCOPE


def _bound_inside(facts: FileFacts, scope: int, name: int) -> list[int]:
    """Bindings by functions inside that say ``global`` or ``nonlocal``."""
    table: dict[int, list[int]] | None = facts.memo.get("declared outside")
    kinds = facts.binding[f.BIND_KIND]
    if table is None:
        table = facts.memo["declared outside"] = {}
        for row, kind in enumerate(kinds):
            if kind in (f.GLOBAL, f.NONLOCAL):
                table.setdefault(facts.binding[f.BIND_NAME][row], []).append(row)
    found: list[int] = []
    for row in table.get(name, ()):
        inner = facts.binding[f.BIND_SCOPE][row]
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
        scope = facts.scope[f.SCOPE_PARENT][scope]
    return scope == outer


def declared(snapshot: Snapshot, path: str, facts: FileFacts, annotation: int) -> Type:
    """The type of an annotation inside of a class or function: ``Self`` is the class around it."""
    type_ = annotated(snapshot, path, annotation)
    if any(value[0] == VARIABLE_TYPE and value[1] == SELF for value in type_):
        position = facts.expr[f.EXPR_POS][annotation]
        scope = places.scope_at(facts, position)
        cls = places.enclosing_class(facts, position)
        if cls >= 0 and facts.scope[f.SCOPE_KIND][scope] != f.CLASS_SCOPE:
            return substitute(type_, {SELF: ((INSTANCE, (CLASS, path, cls), (), INFERRED),)})
    return type_


def _attribute_value(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    table = facts.attribute_binding
    owner, name = table[f.ATTR_OWNER][row], table[f.ATTR_NAME][row]
    rows = own_attributes(facts, owner, name) if owner >= 0 else [row]
    for index in rows:
        if table[f.ATTR_ANNOTATION][index] >= 0:
            return annotated(snapshot, path, table[f.ATTR_ANNOTATION][index])
    if owner >= 0:
        inherited = _declared_in_base(snapshot, path, facts, owner, name)
        if inherited:
            return inherited
    type_ = _assigned(snapshot, path, facts, owner, name, rows)
    if owner >= 0 and not known(type_):
        entity = (CLASS, path, owner)
        for item in class_member(snapshot, entity, facts.names[name], after=entity):
            if item.entity[0] in (VARIABLE, ATTRIBUTE):
                type_ = union(type_, entity_value(snapshot, item.entity))
    return weaker(type_, INFERRED)


def _assigned(
    snapshot: Snapshot, path: str, facts: FileFacts, owner: int, name: int, rows: list[int]
) -> Type:
    """What methods assign to an attribute."""
    values = facts.attribute_binding[f.ATTR_VALUE]
    type_ = union(*(evaluate.values(snapshot, path, values[index]) for index in rows))
    return filled.filled(snapshot, path, facts, filled.of_attribute(owner, name), type_)


def _declared_in_base(snapshot: Snapshot, path: str, facts: FileFacts, cls: int, name: int) -> Type:
    """The annotation that a base class has for an attribute that is assigned here."""
    if cls < 0 or facts.definition[f.DEF_ARGUMENTS][cls] < 0:
        return UNKNOWN
    entity = (CLASS, path, cls)
    for item in class_member(snapshot, entity, facts.names[name], after=entity):
        kind, where, row = item.entity
        other = snapshot.need(where) if kind in (VARIABLE, ATTRIBUTE) else None
        if other is None:
            continue
        if kind == VARIABLE:
            annotation = other.binding[f.BIND_ANNOTATION][row]
        else:
            annotation = other.attribute_binding[f.ATTR_ANNOTATION][row]
        if annotation >= 0:
            type_ = annotated(snapshot, where, annotation)
            owner = owner_class(other, item.entity)
            bound = as_base(snapshot, instance(entity), (CLASS, where, owner)) if owner >= 0 else {}
            return substitute(type_, bound, keep=True)
    return UNKNOWN


def first_parameter_class(facts: FileFacts, entity: Entity) -> int:
    """Definition row of the class whose method has this as its first parameter, or -1."""
    row = entity[2]
    scope = facts.binding[f.BIND_SCOPE][row]
    definition = facts.scope[f.SCOPE_DEFINITION][scope]
    if definition < 0 or facts.scope[f.SCOPE_KIND][scope] != f.FUNCTION_SCOPE:
        return -1
    parameter = facts.binding[f.BIND_REF][row]
    if (
        parameter not in _first_parameters(facts)
        or facts.definition[f.DEF_FLAGS][definition] & f.STATIC
    ):
        return -1
    return owner_class(facts, (FUNCTION, entity[1], definition))


def _first_parameters(facts: FileFacts) -> set[int]:
    """Rows of the first parameters; those of a default's lambda stand between others' rows."""
    found: set[int] | None = facts.memo.get("first parameters")
    if found is None:
        first: dict[int, int] = {}
        for row, scope in enumerate(facts.parameter[f.PAR_SCOPE]):
            first.setdefault(scope, row)
        found = facts.memo["first parameters"] = set(first.values())
    return found


def _parameter_value(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    annotation = facts.binding[f.BIND_ANNOTATION][row]
    parameter = facts.binding[f.BIND_REF][row]
    kind = facts.parameter[f.PAR_KIND][parameter]
    if annotation >= 0:
        type_ = declared(snapshot, path, facts, annotation)
        if kind == f.VAR_POSITIONAL:
            return builtin(snapshot, "tuple", type_)
        if kind == f.VAR_KEYWORD:
            if any(synthesized.is_typed_dict(snapshot, value[1]) for value in type_):
                return type_  # `**options: Unpack[Options]`
            return builtin(snapshot, "dict", builtin(snapshot, "str"), type_)
        return type_
    cls = first_parameter_class(facts, (PARAMETER, path, row))
    if cls >= 0:
        scope = facts.binding[f.BIND_SCOPE][row]
        definition = facts.scope[f.SCOPE_DEFINITION][scope]
        entity = (CLASS, path, cls)
        flags = facts.definition[f.DEF_FLAGS][definition]
        name = facts.names[facts.definition[f.DEF_NAME][definition]]
        is_class = flags & f.CLASSMETHOD or name in ("__new__", "__init_subclass__")
        form = CLASS_OBJECT if is_class else INSTANCE
        return ((form, entity, (), EXACT),)
    if kind == f.VAR_POSITIONAL:
        return builtin(snapshot, "tuple", UNKNOWN)
    if kind == f.VAR_KEYWORD:
        return builtin(snapshot, "dict", builtin(snapshot, "str"), UNKNOWN)

    if facts.scope[f.SCOPE_KIND][facts.binding[f.BIND_SCOPE][row]] == f.LAMBDA_SCOPE:
        type_ = lambdas.parameter_value(snapshot, path, facts, row)
        if type_ or not snapshot.conventional:
            return type_
        return conventions.parameter_type(snapshot, path, row)
    default = facts.parameter[f.PAR_DEFAULT][parameter]
    type_ = known(evaluate.values(snapshot, path, default)) if default >= 0 else UNKNOWN
    if type_ or not snapshot.conventional:
        return type_
    return conventions.parameter_type(snapshot, path, row)


def instances_of(snapshot: Snapshot, entity: Entity) -> list[Found]:
    """Classes that what an entity holds is an instance of; for a property, what it gives."""
    if entity[0] == FUNCTION:
        facts = snapshot.need(entity[1])
        if facts.definition[f.DEF_FLAGS][entity[2]] & f.PROPERTY:
            return evaluate.classes_of(results.returned(snapshot, entity, None))
        return []
    return evaluate.classes_of(entity_value(snapshot, entity))
