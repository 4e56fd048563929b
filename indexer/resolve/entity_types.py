"""Entities as values: the type of what a variable, an attribute or a parameter holds."""

from __future__ import annotations

from .. import facts as f
from . import calls, conventions, evaluate, results
from .annotations import annotated
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
    Found,
    owner_class,
)
from .memo import remember
from .types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NONE,
    UNKNOWN,
    builtin,
    known,
    of_entity,
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
        return ((FUNCTION_OBJECT, entity, (UNKNOWN,), EXACT),)
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
    if annotation >= 0:
        type_ = annotated(snapshot, path, annotation)
        if type_ or value < 0:
            return type_
    type_ = evaluate.values(snapshot, path, value)
    if len(type_) == 1 and type_[0][0] == NONE:
        # `x = None` at first says nothing about what it is later.
        scope, name = facts.binding[f.BIND_SCOPE][row], facts.binding[f.BIND_NAME][row]
        others = [
            evaluate.values(snapshot, path, facts.binding[f.BIND_VALUE][other])
            for other in facts.bindings_of(scope, name)
            if other != row and facts.scope[f.SCOPE_KIND][scope] != f.FUNCTION_SCOPE
        ]
        type_ = union(type_, *others)
    return weaker(type_, INFERRED)


def _attribute_value(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    table = facts.attribute_binding
    owner, name = table[f.ATTR_OWNER][row], table[f.ATTR_NAME][row]
    rows = [
        index
        for index, other in enumerate(table[f.ATTR_OWNER])
        if other == owner and table[f.ATTR_NAME][index] == name
    ]
    for index in rows:
        if table[f.ATTR_ANNOTATION][index] >= 0:
            return annotated(snapshot, path, table[f.ATTR_ANNOTATION][index])
    return weaker(
        union(*(evaluate.values(snapshot, path, table[f.ATTR_VALUE][index]) for index in rows)),
        INFERRED,
    )


def first_parameter_class(facts: FileFacts, entity: Entity) -> int:
    """Definition row of the class whose method has this as its first parameter, or -1."""
    row = entity[2]
    scope = facts.binding[f.BIND_SCOPE][row]
    definition = facts.scope[f.SCOPE_DEFINITION][scope]
    if definition < 0 or facts.scope[f.SCOPE_KIND][scope] != f.FUNCTION_SCOPE:
        return -1
    parameter = facts.binding[f.BIND_REF][row]
    first = parameter == 0 or facts.parameter[f.PAR_SCOPE][parameter - 1] != scope
    if not first or facts.definition[f.DEF_FLAGS][definition] & f.STATIC:
        return -1
    return owner_class(facts, (FUNCTION, entity[1], definition))


def _parameter_value(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    annotation = facts.binding[f.BIND_ANNOTATION][row]
    parameter = facts.binding[f.BIND_REF][row]
    kind = facts.parameter[f.PAR_KIND][parameter]
    if annotation >= 0:
        type_ = annotated(snapshot, path, annotation)
        if kind == f.VAR_POSITIONAL:
            return builtin(snapshot, "tuple", type_)
        if kind == f.VAR_KEYWORD:
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
        return calls.lambda_parameter(snapshot, path, facts, row)
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
