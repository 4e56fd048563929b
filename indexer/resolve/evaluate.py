"""Expressions: what a recorded expression stands for and evaluates to, computed on demand.

:func:`objects` gives the entities that an expression names, :func:`values` the type of its value.
Not knowing gives an empty answer, never a guess; cycles and depth are bounded, and a bound that is
reached means unknown.
"""

from __future__ import annotations

from bisect import bisect_right

from .. import facts as f
from .annotations import annotated
from .classes import as_base, class_member, is_enum, mro
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
from .names import lookup, member_of
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    NONE_VALUE,
    NOWHERE,
    SUPER,
    UNKNOWN,
    builtin,
    instance,
    known,
    named,
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
    from .types import Type, Value

_LITERALS = {
    f.STRING: "str", f.BYTES: "bytes", f.FORMATTED: "str", f.INTEGER: "int", f.FLOAT: "float",
    f.COMPLEX: "complex", f.TRUE: "bool", f.FALSE: "bool", f.NOT: "bool", f.COMPARE: "bool",
    f.SLICE: "slice",
}  # fmt: skip
_DISPLAYS = {f.LIST: "list", f.SET: "set"}
_COMPREHENSIONS = {
    f.LIST_COMPREHENSION: "list",
    f.SET_COMPREHENSION: "set",
    f.DICT_COMPREHENSION: "dict",
}
_OPERATOR_METHODS = {
    "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "//": "__floordiv__",
    "%": "__mod__", "**": "__pow__", "@": "__matmul__", "&": "__and__", "|": "__or__",
    "^": "__xor__", "<<": "__lshift__", ">>": "__rshift__",
}  # fmt: skip


def objects(snapshot: Snapshot, path: str, expr: int) -> list[Found]:
    """Entities that an expression names."""
    if expr < 0:
        return []
    key = ("objects", path, expr)
    return remember(snapshot, key, lambda: _objects(snapshot, path, expr), list[Found]())


def _objects(snapshot: Snapshot, path: str, expr: int) -> list[Found]:
    facts = snapshot.facts(path)
    if facts is None:
        return []
    ops, positions, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.NAME:
        return lookup(snapshot, path, rights[expr], lefts[expr], positions[expr], expr)
    if op == f.ATTRIBUTE:
        return attribute(snapshot, path, lefts[expr], facts.names[rights[expr]])
    if op == f.SUBSCRIPT:
        found = objects(snapshot, path, lefts[expr])
        return [item for item in found if item.entity[0] in (CLASS, OUTSIDE)]
    if op == f.CONDITIONAL_EXPR:
        return merged(
            objects(snapshot, path, lefts[expr]),
            objects(snapshot, path, rights[expr]),
        )
    return []


def attribute(snapshot: Snapshot, path: str, receiver: int, name: str) -> list[Found]:
    """Entities that ``receiver.name`` names."""
    found: list[Found] = []
    for item in objects(snapshot, path, receiver):
        if item.entity[0] in (MODULE, NAMESPACE, OUTSIDE):
            inner = member_of(snapshot, item.entity, name)
            found = merged(found, [each.weaker(item.evidence) for each in inner])
    if found:
        return found
    exact = _names_self_or_class(snapshot, path, receiver)
    for value in known(values(snapshot, path, receiver)):
        inner = member_found(snapshot, value, name)
        evidence = EXACT if exact else max(INFERRED, value[3])
        found = merged(found, [each.weaker(evidence) for each in inner])
    return found


def _names_self_or_class(snapshot: Snapshot, path: str, receiver: int) -> bool:
    """Whether a receiver is bound to its class by names alone: ``self``, ``cls``, or a class."""
    return any(
        item.entity[0] == CLASS
        or (
            item.entity[0] == PARAMETER
            and first_parameter_class(snapshot.need(item.entity[1]), item.entity) >= 0
        )
        for item in objects(snapshot, path, receiver)
    )


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


def values(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of the value of an expression."""
    if expr < 0:
        return UNKNOWN
    key = ("values", path, expr)
    return remember(snapshot, key, lambda: _values(snapshot, path, expr), UNKNOWN)


def _values(snapshot: Snapshot, path: str, expr: int) -> Type:
    facts = snapshot.facts(path)
    if facts is None:
        return UNKNOWN
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.NAME:
        found = objects(snapshot, path, expr)
        type_ = union(
            *(weaker(entity_value(snapshot, item.entity), item.evidence) for item in found)
        )
        from .narrowing import narrowed

        return narrowed(snapshot, path, expr, type_)
    if op == f.ATTRIBUTE:
        type_ = _attribute_values(snapshot, path, facts, expr)
        from .narrowing import narrowed

        return narrowed(snapshot, path, expr, type_)
    if op in _LITERALS:
        return builtin(snapshot, _LITERALS[op])
    if op == f.NONE:
        return (NONE_VALUE,)
    if op == f.CALL:
        from .calls import call

        return call(snapshot, path, expr)
    if op in (f.CONDITIONAL_EXPR, f.OR, f.AND):
        left = values(snapshot, path, lefts[expr])
        right = values(snapshot, path, rights[expr])
        return union(known(left) if op == f.OR else left, right)
    if op == f.NAMED:
        return values(snapshot, path, lefts[expr])
    if op == f.AWAIT:
        return awaited(snapshot, values(snapshot, path, lefts[expr]))
    if op == f.SUBSCRIPT:
        return _subscript(snapshot, path, facts, expr)
    return _composed(snapshot, path, facts, expr)


def _composed(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    (extra,) = facts.extra
    if op in _DISPLAYS or op == f.TUPLE:
        at = lefts[expr]
        listed = extra[at + 1 : at + 1 + extra[at]]
        elements = [values(snapshot, path, part) for part in listed[:12]]
        if op != f.TUPLE:
            return builtin(snapshot, _DISPLAYS[op], union(*elements))
        starred = any(ops[part] == f.STARRED for part in listed)
        entity = named(snapshot, "builtins", "tuple")
        args = (union(*elements),) if starred else (union(*elements), *elements)
        return (instance(entity, args),) if entity else UNKNOWN
    if op == f.STARRED:
        return element(snapshot, values(snapshot, path, lefts[expr]))
    if op == f.DICT:
        at = lefts[expr]
        pairs = list(extra[at + 1 : at + 1 + extra[at]])[:24]
        keys = [values(snapshot, path, row) for row in pairs[::2] if row >= 0]
        held = [
            values(snapshot, path, row)
            for key, row in zip(pairs[::2], pairs[1::2], strict=False)
            if key >= 0
        ]
        return builtin(snapshot, "dict", union(*keys), union(*held))
    if op in _COMPREHENSIONS:
        inner = values(snapshot, path, lefts[expr])
        if op == f.DICT_COMPREHENSION:
            return builtin(snapshot, "dict", UNKNOWN, inner)
        return builtin(snapshot, _COMPREHENSIONS[op], inner)
    if op == f.GENERATOR_EXPRESSION:
        entity = named(snapshot, "typing", "Generator")
        inner = values(snapshot, path, lefts[expr])
        return (instance(entity, (inner, UNKNOWN, UNKNOWN)),) if entity else UNKNOWN
    if op == f.LAMBDA:
        return ((CALLABLE, NOWHERE, (values(snapshot, path, lefts[expr]),), INFERRED),)
    if op == f.ELEMENT:
        return element(snapshot, values(snapshot, path, lefts[expr]), bool(rights[expr]))
    if op == f.ENTERED:
        return _entered(snapshot, values(snapshot, path, lefts[expr]), bool(rights[expr]))
    if op == f.RAISED:
        return _raised(snapshot, values(snapshot, path, lefts[expr]))
    if op == f.ITEM:
        return item_at(snapshot, values(snapshot, path, lefts[expr]), rights[expr])
    if op == f.REST:
        inner = element(snapshot, values(snapshot, path, lefts[expr]))
        return builtin(snapshot, "list", inner)
    if op == f.AUGMENTED:
        return values(snapshot, path, lefts[expr])
    if op == f.MATCHED:
        from .narrowing import matched

        return matched(snapshot, path, lefts[expr], rights[expr])
    if op == f.BINARY:
        return _binary(snapshot, path, facts, expr)
    if op == f.UNARY:
        return values(snapshot, path, lefts[expr])
    return UNKNOWN


def _attribute_values(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    _, _, lefts, rights = facts.expr
    name = facts.names[rights[expr]]
    receiver = lefts[expr]
    parts: list[Type] = []
    for item in objects(snapshot, path, receiver):
        if item.entity[0] in (MODULE, NAMESPACE):
            for inner in member_of(snapshot, item.entity, name):
                parts.append(entity_value(snapshot, inner.entity))
    if parts:
        return union(*parts)
    for value in known(values(snapshot, path, receiver)):
        parts.append(weaker(member_value(snapshot, value, name), value[3]))
    return union(*parts)


def member_value(snapshot: Snapshot, value: Value, name: str) -> Type:
    """Type of an attribute of a value: descriptors applied, type variables filled in."""
    form, entity, _, _ = value
    parts: list[Type] = []
    for item in member_found(snapshot, value, name):
        kind = item.entity[0]
        if kind == FUNCTION:
            parts.append(_method_value(snapshot, value, item.entity))
        elif kind in (VARIABLE, ATTRIBUTE, CLASS, MODULE):
            inner = entity_value(snapshot, item.entity)
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
                from .calls import returned

                inner = returned(snapshot, getter[0].entity, value)
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
        from .calls import returned

        return returned(snapshot, function, value)
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
    from .annotations import SELF

    bound = as_base(snapshot, value, (CLASS, member[1], cls))
    bound[SELF] = ((INSTANCE, entity, value[2], value[3]),)
    return substitute(type_, bound)


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
    type_ = values(snapshot, path, value)
    if len(type_) == 1 and type_[0][0] == NONE:
        # `x = None` at first says nothing about what it is later.
        scope, name = facts.binding[f.BIND_SCOPE][row], facts.binding[f.BIND_NAME][row]
        others = [
            values(snapshot, path, facts.binding[f.BIND_VALUE][other])
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
        union(*(values(snapshot, path, table[f.ATTR_VALUE][index]) for index in rows)),
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
    from .conventions import parameter_type

    if facts.scope[f.SCOPE_KIND][facts.binding[f.BIND_SCOPE][row]] == f.LAMBDA_SCOPE:
        from .calls import lambda_parameter

        return lambda_parameter(snapshot, path, facts, row)
    default = facts.parameter[f.PAR_DEFAULT][parameter]
    type_ = known(values(snapshot, path, default)) if default >= 0 else UNKNOWN
    if type_ or not snapshot.conventional:
        return type_
    return parameter_type(snapshot, path, row)


def element(snapshot: Snapshot, type_: Type, is_async: bool = False) -> Type:
    """Type of one element of iterating a value."""
    parts: list[Type] = []
    protocol = named(snapshot, "typing", "AsyncIterable" if is_async else "Iterable")
    for value in known(type_):
        if value[0] == CLASS_OBJECT and is_enum(snapshot, value[1]):
            parts.append((instance(value[1]),))
            continue
        if value[0] != INSTANCE:
            continue
        bound = as_base(snapshot, value, protocol) if protocol else {}
        if bound:
            parts.append(union(*bound.values()))
            continue
        from .calls import call_method

        method, then = ("__aiter__", "__anext__") if is_async else ("__iter__", "__next__")
        iterator = call_method(snapshot, value, method)
        for inner in iterator:
            bound = as_base(snapshot, inner, protocol) if protocol and inner != value else {}
            step = union(*bound.values()) or call_method(snapshot, inner, then)
            parts.append(awaited(snapshot, step) if is_async and not bound else step)
        if not iterator:
            parts.append(call_method(snapshot, value, "__getitem__"))
    return union(*parts)


def item_at(snapshot: Snapshot, type_: Type, index: int) -> Type:
    """Type of one place of unpacking a value."""
    parts: list[Type] = []
    for value in known(type_):
        if value[0] == INSTANCE and len(value[2]) > 1 and _is_tuple(snapshot, value[1]):
            places = value[2][1:]
            if -len(places) <= index < len(places):
                parts.append(places[index])
                continue
        fields = tuple_fields(snapshot, value)
        if -len(fields) <= index < len(fields):
            parts.append(member_value(snapshot, value, fields[index]))
            continue
        parts.append(element(snapshot, (value,)))
    return union(*parts)


def _is_tuple(snapshot: Snapshot, entity: Entity) -> bool:
    return entity == named(snapshot, "builtins", "tuple")


def tuple_fields(snapshot: Snapshot, value: Value) -> list[str]:
    """Field names of a NamedTuple's instance, in order."""
    if value[0] != INSTANCE or value[1][0] != CLASS:
        return []
    marker = named(snapshot, "typing", "NamedTuple")
    if marker is None or marker not in mro(snapshot, value[1]):
        return []
    facts = snapshot.need(value[1][1])
    scope = facts.definition[f.DEF_OWN_SCOPE][value[1][2]]
    return [
        facts.names[facts.binding[f.BIND_NAME][row]]
        for row, where in enumerate(facts.binding[f.BIND_SCOPE])
        if where == scope and facts.binding[f.BIND_ANNOTATION][row] >= 0
    ]


def _subscript(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    ops, _, lefts, rights = facts.expr
    receiver = values(snapshot, path, lefts[expr])
    index = rights[expr]
    parts: list[Type] = []
    for value in known(receiver):
        if value[0] == CLASS_OBJECT:
            for inner in annotated(snapshot, path, expr):
                if inner[0] == INSTANCE:
                    parts.append(((CLASS_OBJECT, inner[1], inner[2], inner[3]),))
            continue
        if ops[index] == f.INTEGER and facts.expr[f.EXPR_B][index] == 1 and value[0] == INSTANCE:
            place = facts.expr[f.EXPR_A][index]
            if (len(value[2]) > 1 and _is_tuple(snapshot, value[1])) or tuple_fields(
                snapshot, value
            ):
                parts.append(item_at(snapshot, (value,), place))
                continue
        if ops[index] == f.SLICE and value[0] == INSTANCE and value[2]:
            parts.append((value,))
            continue
        mapping = named(snapshot, "typing", "Mapping")
        bound = as_base(snapshot, value, mapping) if mapping and value[0] == INSTANCE else {}
        if len(bound) == 2:
            parts.append(list(bound.values())[1])
            continue
        from .calls import call_method

        parts.append(call_method(snapshot, value, "__getitem__", [index], path))
    return union(*parts)


def _entered(snapshot: Snapshot, type_: Type, is_async: bool) -> Type:
    from .calls import call_method

    method = "__aenter__" if is_async else "__enter__"
    parts: list[Type] = []
    for value in known(type_):
        given = call_method(snapshot, value, method)
        parts.append(awaited(snapshot, given) if is_async else given)
    return union(*parts)


def _raised(snapshot: Snapshot, type_: Type) -> Type:
    parts: list[Type] = []
    for value in type_:
        if value[0] == CLASS_OBJECT:
            parts.append((instance(value[1], value[2]),))
        elif value[0] == INSTANCE and _is_tuple(snapshot, value[1]) and value[2]:
            parts.append(_raised(snapshot, value[2][0]))
    return union(*parts)


def awaited(snapshot: Snapshot, type_: Type) -> Type:
    """Type of what awaiting a value gives."""
    parts: list[Type] = []
    awaitable = named(snapshot, "typing", "Awaitable")
    for value in known(type_):
        if value[0] != INSTANCE:
            continue
        bound = as_base(snapshot, value, awaitable) if awaitable else {}
        if bound:
            parts.append(union(*bound.values()))
            continue
        from .calls import call_method

        for generator in call_method(snapshot, value, "__await__"):
            if generator[0] == INSTANCE and len(generator[2]) == 3:
                parts.append(generator[2][2])
    return union(*parts)


def _binary(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    _, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    left = values(snapshot, path, lefts[expr])
    operator, right = extra[rights[expr]], extra[rights[expr] + 1]
    method = _OPERATOR_METHODS.get(f.OPERATORS[operator]) if operator >= 0 else None
    if method is None:
        return UNKNOWN
    if method == "__or__" and any(value[0] == CLASS_OBJECT for value in left):
        return union(left, values(snapshot, path, right))
    from .calls import call_method

    parts = [call_method(snapshot, value, method, [right], path) for value in known(left)]
    return union(*parts)


def enclosing_class(facts: FileFacts, position: int) -> int:
    """Definition row of the innermost class whose text holds a position, or -1."""
    table = facts.definition
    kinds, ends = table[f.DEF_KIND], table[f.DEF_END]
    for row in range(bisect_right(table[f.DEF_START], position) - 1, -1, -1):
        if kinds[row] == f.CLASS and ends[row] > position:
            return row
    return -1


def instances(snapshot: Snapshot, path: str, expr: int) -> list[Found]:
    """Classes that the value of an expression is an instance of."""
    return _classes(values(snapshot, path, expr))


def instances_of(snapshot: Snapshot, entity: Entity) -> list[Found]:
    """Classes that what an entity holds is an instance of; for a property, what it gives."""
    if entity[0] == FUNCTION:
        facts = snapshot.need(entity[1])
        if facts.definition[f.DEF_FLAGS][entity[2]] & f.PROPERTY:
            from .calls import returned

            return _classes(returned(snapshot, entity, None))
        return []
    return _classes(entity_value(snapshot, entity))


def _classes(type_: Type) -> list[Found]:
    return [
        Found(value[1], max(value[3], INFERRED))
        for value in type_
        if value[0] == INSTANCE and value[1][0] == CLASS
    ]


def merged(first: list[Found], second: list[Found]) -> list[Found]:
    """Both lists, each entity once."""
    seen = {item.entity for item in first}
    return first + [item for item in second if item.entity not in seen]
