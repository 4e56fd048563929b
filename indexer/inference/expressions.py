"""Expressions: what a recorded expression stands for and evaluates to, computed on demand.

:func:`definitions_of` gives the entities that an expression names, :func:`infer_type` its type.
Not knowing gives an empty answer, never a guess; cycles and depth are bounded, and a bound that is
reached means unknown.
"""

from __future__ import annotations

from .. import facts as f
from ..plugins import registry
from . import calls, displays, entity_types, members, narrowing, operators, type_guards
from .entities import CLASS, INFERRED, OUTSIDE, Found, merge_found
from .names import lookup
from .query_cache import cached
from .standard_types import builtin_instance, standard_class
from .types import (
    CALLABLE,
    NONE_VALUE,
    NOWHERE,
    UNKNOWN,
    Value,
    alternatives,
    classes_of_type,
    instance,
    weaken,
    without_none,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type

    # A container: its scope and name, or -1 - definition row of the class and attribute name.
    ContainerKey = tuple[int, int]


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


def definitions_of(inference: Inference, path: str, expr: int) -> list[Found]:
    """Entities that an expression names."""
    facts = inference.facts(path) if expr >= 0 else None
    if facts is None or facts.expr.op[expr] not in _NAMING:
        return []
    key = ("objects", path, expr)
    return cached(inference, key, lambda: _definitions_of(inference, path, expr), list[Found]())


def _definitions_of(inference: Inference, path: str, expr: int) -> list[Found]:
    facts = inference.facts(path)
    if facts is None:
        return []
    ops, positions, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.NAME:
        return lookup(inference, path, rights[expr], lefts[expr], positions[expr], expr)
    if op == f.ATTRIBUTE:
        name = facts.names[rights[expr]]
        found = members.attribute_definitions(inference, path, lefts[expr], name)
        if found or not inference.conventional:
            return found
        return inference.conventional_definitions(path, lefts[expr], name)
    if op == f.SUBSCRIPT:
        found = definitions_of(inference, path, lefts[expr])
        return [item for item in found if item.entity.kind in (CLASS, OUTSIDE)]
    if op == f.CONDITIONAL_EXPR:
        return merge_found(
            definitions_of(inference, path, lefts[expr]),
            definitions_of(inference, path, rights[expr]),
        )
    return []


def infer_type(inference: Inference, path: str, expr: int) -> Type:
    """Type of the value of an expression."""
    if expr < 0:
        return UNKNOWN
    key = ("values", path, expr)
    return cached(inference, key, lambda: _infer_type(inference, path, expr), UNKNOWN)


def _infer_type(inference: Inference, path: str, expr: int) -> Type:
    """Return what types say of an expression, else what convention says."""
    if inference.conventional:
        type_ = registry.expression_type(inference, path, expr)
        if type_:
            return type_
    type_ = _typed(inference, path, expr)
    if without_none(type_) or not inference.conventional:
        return type_
    return inference.conventional_type(path, expr) or type_


def _typed(inference: Inference, path: str, expr: int) -> Type:
    facts = inference.facts(path)
    if facts is None:
        return UNKNOWN
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.NAME:
        found = definitions_of(inference, path, expr)
        type_ = alternatives(
            *(
                weaken(entity_types.entity_type(inference, item.entity), item.evidence)
                for item in found
            )
        )
        type_ = operators.augmented_before(inference, path, facts, expr, type_)
        return narrowing.narrow(inference, path, expr, type_)
    if op == f.ATTRIBUTE:
        type_ = members.attribute_type(inference, path, facts, expr)

        return narrowing.narrow(inference, path, expr, type_)
    if op in _LITERALS:
        return builtin_instance(inference, _LITERALS[op])
    if op == f.NONE:
        return (NONE_VALUE,)
    if op == f.CALL:
        return calls.call_type(inference, path, expr)
    if op in (f.CONDITIONAL_EXPR, f.OR, f.AND):
        left = infer_type(inference, path, lefts[expr])
        right = infer_type(inference, path, rights[expr])
        if op == f.AND:
            left = operators.falsy_part(inference, left)
        if op == f.OR and left:
            # Nothing but None on the left leaves the right.
            left = without_none(left) or right
        return alternatives(left, right)
    if op == f.NAMED:
        return infer_type(inference, path, lefts[expr])
    if op == f.AWAIT:
        return operators.awaited_type(inference, infer_type(inference, path, lefts[expr]))
    if op == f.SUBSCRIPT:
        type_ = displays.written_item(inference, path, facts, expr) or operators.subscript_type(
            inference, path, facts, expr
        )
        return narrowing.narrow(inference, path, expr, type_)
    return _composed(inference, path, facts, expr)


def _composed(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    ops, _, lefts, _ = facts.expr
    op = ops[expr]
    extra = facts.extra.value
    if op in _DISPLAYS or op == f.TUPLE:
        at = lefts[expr]
        listed = extra[at + 1 : at + 1 + extra[at]]
        elements = [infer_type(inference, path, part) for part in listed[:12]]
        if op != f.TUPLE:
            return builtin_instance(inference, _DISPLAYS[op], alternatives(*elements))
        starred = any(ops[part] == f.STARRED for part in listed)
        entity = standard_class(inference, "builtins", "tuple")
        args = (alternatives(*elements), *(() if starred else elements))
        return (instance(entity, args),) if entity else UNKNOWN
    if op == f.STARRED:
        return operators.iterated_type(inference, infer_type(inference, path, lefts[expr]))
    if op == f.DICT:
        at = lefts[expr]
        pairs = list(extra[at + 1 : at + 1 + extra[at]])[:24]
        keys = [infer_type(inference, path, row) for row in pairs[::2] if row >= 0]
        held = [
            infer_type(inference, path, row)
            for key, row in zip(pairs[::2], pairs[1::2], strict=False)
            if key >= 0
        ]
        for key, row in zip(pairs[::2], pairs[1::2], strict=False):
            if key < 0:  # `**mapping`
                inside = lefts[row] if ops[row] == f.STARRED else row
                spread = operators.mapping_types(inference, infer_type(inference, path, inside))
                keys.append(spread[0])
                held.append(spread[1])
        return builtin_instance(inference, "dict", alternatives(*keys), alternatives(*held))
    if op in _COMPREHENSIONS:
        inner = infer_type(inference, path, lefts[expr])
        if op == f.DICT_COMPREHENSION:
            return builtin_instance(inference, "dict", UNKNOWN, inner)
        return builtin_instance(inference, _COMPREHENSIONS[op], inner)
    if op == f.GENERATOR_EXPRESSION:
        kind = _generator_class(facts, expr)
        entity = standard_class(inference, "typing", kind)
        inner = infer_type(inference, path, lefts[expr])
        return (instance(entity, (inner, UNKNOWN, (NONE_VALUE,))),) if entity else UNKNOWN
    if op == f.LAMBDA:
        return (Value(CALLABLE, NOWHERE, (infer_type(inference, path, lefts[expr]),), INFERRED),)
    if f.ELEMENT <= op <= f.REST:
        return _received(inference, path, facts, expr)
    if op == f.AUGMENTED:
        return operators.augmented_type(inference, path, facts, expr)
    if op == f.MATCHED:
        return type_guards.matched_type(inference, path, expr)
    if op == f.BINARY:
        return operators.binary_type(inference, path, facts, expr)
    if op == f.UNARY:
        return operators.unary_type(inference, path, facts, expr)
    if op == f.COMPARE:
        return operators.comparison_type(inference, path, facts, expr)
    if op == f.YIELDED:
        return operators.yield_type(inference, path, facts, expr)
    return UNKNOWN


def _received(inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
    """Return what a target receives, when that is not a written expression."""
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.ELEMENT:
        return operators.iterated_type(
            inference, infer_type(inference, path, lefts[expr]), bool(rights[expr])
        )
    if op == f.ENTERED:
        return operators.context_type(
            inference, infer_type(inference, path, lefts[expr]), bool(rights[expr])
        )
    if op == f.RAISED:
        caught = operators.exception_type(inference, infer_type(inference, path, lefts[expr]))
        return builtin_instance(inference, "ExceptionGroup", caught) if rights[expr] else caught
    if op == f.ITEM:
        return displays.written_item(inference, path, facts, expr) or operators.unpacked_type(
            inference, infer_type(inference, path, lefts[expr]), rights[expr]
        )
    if op == f.REST:
        return operators.starred_type(
            inference, facts, lefts[expr], infer_type(inference, path, lefts[expr])
        )
    return UNKNOWN


def infer_classes(inference: Inference, path: str, expr: int) -> list[Found]:
    """Classes that the value of an expression is an instance of."""
    return classes_of_type(infer_type(inference, path, expr))


def _generator_class(facts: FileFacts, expr: int) -> str:
    """Return the class of a generator expression.

    ``async for`` makes it asynchronous, and so does ``await`` but in the first iterable, which is
    evaluated at once. What stands inside of an expression comes before it.
    """
    ops, positions = facts.expr.op, facts.expr.position
    start = positions[expr]
    inner = start - 1  # where the last generator expression inside of this one begins
    waits: list[int] = []
    first = -1
    for row in range(expr - 1, -1, -1):
        if positions[row] < start:
            break
        if start <= inner <= positions[row]:
            continue
        inner = positions[row] if ops[row] == f.GENERATOR_EXPRESSION else inner
        if ops[row] == f.ELEMENT:
            if facts.expr.b[row]:  # `async for`
                return "AsyncGenerator"
            first = row
        elif ops[row] == f.AWAIT:
            waits.append(row)
    iterable = facts.expr.a[first] if first >= 0 else -1
    if any(row > iterable or positions[row] < positions[iterable] for row in waits):
        return "AsyncGenerator"
    return "Generator"
