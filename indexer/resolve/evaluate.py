"""Expressions: what a recorded expression stands for and evaluates to, computed on demand.

:func:`objects` gives the entities that an expression names, :func:`values` the type of its value.
Not knowing gives an empty answer, never a guess; cycles and depth are bounded, and a bound that is
reached means unknown.
"""

from __future__ import annotations

from .. import facts as f
from . import calls, conventions, entity_types, members, narrowing, operators, patterns, protocols
from .entities import (
    CLASS,
    INFERRED,
    OUTSIDE,
    Found,
)
from .memo import remember
from .names import lookup
from .types import (
    CALLABLE,
    INSTANCE,
    NONE_VALUE,
    NOWHERE,
    UNKNOWN,
    builtin,
    instance,
    known,
    named,
    union,
    weaker,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .types import Type

_LITERALS = {
    f.STRING: "str", f.BYTES: "bytes", f.FORMATTED: "str", f.INTEGER: "int", f.FLOAT: "float",
    f.COMPLEX: "complex", f.TRUE: "bool", f.FALSE: "bool", f.NOT: "bool",
    f.SLICE: "slice",
}  # fmt: skip
_DISPLAYS = {f.LIST: "list", f.SET: "set"}
_COMPREHENSIONS = {
    f.LIST_COMPREHENSION: "list",
    f.SET_COMPREHENSION: "set",
    f.DICT_COMPREHENSION: "dict",
}


# Expressions that may name an entity.
_NAMING = frozenset([f.NAME, f.ATTRIBUTE, f.SUBSCRIPT, f.CONDITIONAL_EXPR])


def objects(snapshot: Snapshot, path: str, expr: int) -> list[Found]:
    """Entities that an expression names."""
    facts = snapshot.facts(path) if expr >= 0 else None
    if facts is None or facts.expr[f.EXPR_OP][expr] not in _NAMING:
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
        name = facts.names[rights[expr]]
        found = members.attribute(snapshot, path, lefts[expr], name)
        if found or not snapshot.conventional:
            return found
        return conventions.attribute_found(snapshot, path, lefts[expr], name)
    if op == f.SUBSCRIPT:
        found = objects(snapshot, path, lefts[expr])
        return [item for item in found if item.entity[0] in (CLASS, OUTSIDE)]
    if op == f.CONDITIONAL_EXPR:
        return merged(
            objects(snapshot, path, lefts[expr]),
            objects(snapshot, path, rights[expr]),
        )
    return []


def values(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of the value of an expression."""
    if expr < 0:
        return UNKNOWN
    key = ("values", path, expr)
    return remember(snapshot, key, lambda: _values(snapshot, path, expr), UNKNOWN)


def _values(snapshot: Snapshot, path: str, expr: int) -> Type:
    """What types say of an expression, else what convention says."""
    if snapshot.conventional:
        held = conventions.of_query_set(snapshot, path, expr)
        if held:
            return held
    type_ = _typed(snapshot, path, expr)
    if known(type_) or not snapshot.conventional:
        return type_
    return conventions.unknown_value(snapshot, path, expr) or type_


def _typed(snapshot: Snapshot, path: str, expr: int) -> Type:
    facts = snapshot.facts(path)
    if facts is None:
        return UNKNOWN
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.NAME:
        found = objects(snapshot, path, expr)
        type_ = union(
            *(
                weaker(entity_types.entity_value(snapshot, item.entity), item.evidence)
                for item in found
            )
        )
        type_ = operators.augmented_before(snapshot, path, facts, expr, type_)
        return narrowing.narrowed(snapshot, path, expr, type_)
    if op == f.ATTRIBUTE:
        type_ = members.attribute_values(snapshot, path, facts, expr)

        return narrowing.narrowed(snapshot, path, expr, type_)
    if op in _LITERALS:
        return builtin(snapshot, _LITERALS[op])
    if op == f.NONE:
        return (NONE_VALUE,)
    if op == f.CALL:
        return calls.call(snapshot, path, expr)
    if op in (f.CONDITIONAL_EXPR, f.OR, f.AND):
        left = values(snapshot, path, lefts[expr])
        right = values(snapshot, path, rights[expr])
        if op == f.AND:
            left = operators.may_be_false(snapshot, left)
        return union(known(left) if op == f.OR else left, right)
    if op == f.NAMED:
        return values(snapshot, path, lefts[expr])
    if op == f.AWAIT:
        return protocols.awaited(snapshot, values(snapshot, path, lefts[expr]))
    if op == f.SUBSCRIPT:
        return protocols.subscripted(snapshot, path, facts, expr)
    return _composed(snapshot, path, facts, expr)


def _composed(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    ops, _, lefts, _ = facts.expr
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
        return protocols.element(snapshot, values(snapshot, path, lefts[expr]))
    if op == f.DICT:
        at = lefts[expr]
        pairs = list(extra[at + 1 : at + 1 + extra[at]])[:24]
        keys = [values(snapshot, path, row) for row in pairs[::2] if row >= 0]
        held = [
            values(snapshot, path, row)
            for key, row in zip(pairs[::2], pairs[1::2], strict=False)
            if key >= 0
        ]
        for key, row in zip(pairs[::2], pairs[1::2], strict=False):
            if key < 0:  # `**mapping`
                inside = lefts[row] if ops[row] == f.STARRED else row
                spread = protocols.mapped(snapshot, values(snapshot, path, inside))
                keys.append(spread[0])
                held.append(spread[1])
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
    if f.ELEMENT <= op <= f.REST:
        return _received(snapshot, path, facts, expr)
    if op == f.AUGMENTED:
        return operators.augmented(snapshot, path, facts, expr)
    if op == f.MATCHED:
        return patterns.matched(snapshot, path, expr)
    if op == f.BINARY:
        return operators.binary(snapshot, path, facts, expr)
    if op == f.UNARY:
        return operators.unary(snapshot, path, facts, expr)
    if op == f.COMPARE:
        return operators.compared(snapshot, path, facts, expr)
    if op == f.YIELDED:
        return operators.yielded(snapshot, path, facts, expr)
    return UNKNOWN


def _received(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Type:
    """What a target receives, when that is not a written expression."""
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.ELEMENT:
        return protocols.element(snapshot, values(snapshot, path, lefts[expr]), bool(rights[expr]))
    if op == f.ENTERED:
        return protocols.entered(snapshot, values(snapshot, path, lefts[expr]), bool(rights[expr]))
    if op == f.RAISED:
        caught = protocols.raised(snapshot, values(snapshot, path, lefts[expr]))
        return builtin(snapshot, "ExceptionGroup", caught) if rights[expr] else caught
    if op == f.ITEM:
        return protocols.item_at(snapshot, values(snapshot, path, lefts[expr]), rights[expr])
    if op == f.REST:
        return protocols.rest(snapshot, facts, lefts[expr], values(snapshot, path, lefts[expr]))
    return UNKNOWN


def instances(snapshot: Snapshot, path: str, expr: int) -> list[Found]:
    """Classes that the value of an expression is an instance of."""
    return classes_of(values(snapshot, path, expr))


def classes_of(type_: Type) -> list[Found]:
    """Classes that a type has instances of."""
    return [
        Found(value[1], max(value[3], INFERRED))
        for value in type_
        if value[0] == INSTANCE and value[1][0] == CLASS
    ]


def merged(first: list[Found], second: list[Found]) -> list[Found]:
    """Both lists, each entity once."""
    seen = {item.entity for item in first}
    return first + [item for item in second if item.entity not in seen]
