"""Lengths of tuples and lists: how many values there are to unpack, where that is known."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.facts_view import elements, op
from ...indexer.inference.operators import namedtuple_fields
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.types import INSTANCE, Value
from .context import CheckContext
from .coroutines import has_declared_result

# Longer tuples have no known length.
_LONGEST_TUPLE = 11


def length_of_value(context: CheckContext, value: Value) -> int | None:
    """Return how many values there are to unpack; None when that is not known."""
    if value.form != INSTANCE:
        return None
    if value.entity == standard_class(context.strict, "builtins", "tuple"):
        count = len(value.args) - 1
        return count if 1 <= count <= _LONGEST_TUPLE else None
    return len(namedtuple_fields(context.strict, value)) or None


def known_length(context: CheckContext, expr: int) -> int | None:
    """Return how many values ``*expr`` passes; None when that is not known."""
    facts = context.facts
    if op(facts, expr) in (f.TUPLE, f.LIST):
        listed = elements(facts, expr)
        return None if any(op(facts, each) == f.STARRED for each in listed) else len(listed)
    if op(facts, expr) == f.CALL and not has_declared_result(context.strict, context.path, expr):
        return None
    counts = {length_of_value(context, value) for value in context.complete_type(expr)}
    return counts.pop() if len(counts) == 1 else None
