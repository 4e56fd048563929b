"""Values that are known only by what an attribute is assigned.

A class tells what its attributes hold by assignments, which something else may replace:
descriptors, ``__setattr__``, a metaclass, code that sets the attribute of one object. Declarations
do not depend on that.
"""

from __future__ import annotations

from collections.abc import Iterator

from .. import facts as f
from .. import facts_view as view
from .entities import ATTRIBUTE, MODULE, NAMESPACE, OUTSIDE, VARIABLE, Entity
from .names import bindings_of_name
from .types import FUNCTION_OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .inference import Inference

# Names that are bound, calls and results of functions that one value is followed through.
_DEPTH = 8
# Expressions that are made of one or two others, and are what these are.
_OF_OPERAND = frozenset(
    [f.AWAIT, f.ELEMENT, f.ENTERED, f.ITEM, f.REST, f.STARRED, f.NAMED, f.UNARY]
)
_OF_BRANCHES = frozenset([f.AND, f.OR, f.CONDITIONAL_EXPR])


def is_held_by_attribute(inference: Inference, path: str, expr: int, depth: int = _DEPTH) -> bool:
    """True if what an expression evaluates to rests on what an attribute is assigned."""
    if expr < 0 or not depth:
        return False
    return _is_assigned_value(inference, path, expr) or any(
        is_held_by_attribute(inference, *part, depth - 1) for part in _parts(inference, path, expr)
    )


def _is_assigned_value(inference: Inference, path: str, expr: int) -> bool:
    facts = inference.need(path)
    attribute = view.attribute(facts, expr)
    if attribute is None:
        return False
    owners = inference.definitions_of(path, attribute.receiver)
    if any(item.entity.kind in (MODULE, NAMESPACE, OUTSIDE) for item in owners):
        return False
    return any(
        _is_assigned(inference, item.entity) for item in inference.definitions_of(path, expr)
    )


def _is_assigned(inference: Inference, member: Entity) -> bool:
    """True for an attribute that is assigned and not declared, in a method or in the class body."""
    if member.kind not in (ATTRIBUTE, VARIABLE):
        return False
    facts = inference.need(member.path)
    table = facts.attribute_binding if member.kind == ATTRIBUTE else facts.binding
    return table.annotation[member.row] < 0


def _parts(inference: Inference, path: str, expr: int) -> Iterator[tuple[str, int]]:
    """Yield (path, expression) of what the value of an expression comes from."""
    facts = inference.need(path)
    kind = view.op(facts, expr)
    if kind == f.NAME:
        for row in bindings_of_name(facts, expr):
            if facts.binding.annotation[row] < 0:
                yield path, facts.binding.value[row]
    elif kind == f.ATTRIBUTE:
        attribute = view.attribute(facts, expr)
        assert attribute is not None
        yield path, attribute.receiver
    elif kind == f.CALL:
        function = view.called(facts, expr)
        yield path, function
        for value in inference.infer_type(path, function):
            if value.form == FUNCTION_OBJECT:
                yield from _results(inference, value.entity)
    elif kind == f.SUBSCRIPT:
        item = view.subscript(facts, expr)
        assert item is not None
        yield path, item.value
    elif kind == f.BINARY:
        sides = view.binary(facts, expr)
        yield path, sides.left
        yield path, sides.right
    elif kind in _OF_BRANCHES:
        for branch in view.branches(facts, expr):
            yield path, branch
    elif kind in _OF_OPERAND:
        yield path, view.operand(facts, expr)


def _results(inference: Inference, function: Entity) -> Iterator[tuple[str, int]]:
    """Yield (path, expression) of what a function returns that is not declared to."""
    facts = inference.need(function.path)
    table = facts.definition
    if table.returns[function.row] < 0:
        for value in view.returned(facts, table.own_scope[function.row]):
            yield function.path, value
