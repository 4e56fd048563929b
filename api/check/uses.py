"""Uses of values: for each expression of a file, what takes its value, and how."""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.facts_view import (
    Attribute,
    arguments,
    attribute,
    binary,
    called,
    comparisons,
    decorators,
    elements,
    items,
    name_row,
    name_scope,
)
from ...indexer.inference.access_paths import last_name
from .context import CheckContext

# How a value is used, where no expression says it: the function of a call; what a name, an
# attribute or an item is set to; what a function returns; what a branch or loop depends on.
CALLED, BOUND, SET, RETURNED, TESTED, DEFAULT, DECORATES = range(-1, -8, -1)

_OPERAND = frozenset(
    [f.ATTRIBUTE, f.AWAIT, f.STARRED, f.NAMED, f.NOT, f.UNARY, f.ELEMENT, f.ENTERED, f.RAISED,
     f.ITEM, f.REST, f.LIST_COMPREHENSION, f.SET_COMPREHENSION, f.DICT_COMPREHENSION,
     f.GENERATOR_EXPRESSION, f.LAMBDA, f.YIELDED, f.MATCHED, f.AUGMENTED]
)  # fmt: skip
_BOTH = frozenset([f.SUBSCRIPT, f.CONDITIONAL_EXPR, f.AND, f.OR])
_LISTED = frozenset([f.LIST, f.TUPLE, f.SET, f.FORMATTED])


class Uses:
    """Uses of every expression: pairs of how and the row of what uses it.

    How is the op of the expression that uses it, or one of the codes above.
    """

    __slots__ = ("_uses",)

    def __init__(self, facts: FileFacts) -> None:
        """Look through a file."""
        self._uses: dict[int, list[tuple[int, int]]] = {}
        self._expressions(facts)
        for how, values in (
            (BOUND, facts.binding.value), (SET, facts.attribute_binding.value),
            (SET, facts.item_binding.value), (RETURNED, facts.result.expr),
            (TESTED, facts.block.test), (DEFAULT, facts.parameter.default),
        ):  # fmt: skip
            for row, value in enumerate(values):
                self._add(value, how, row)
        for definition in range(len(facts.definition.kind)):
            for value in decorators(facts, definition):
                self._add(value, DECORATES, -1)

    def of(self, expr: int) -> list[tuple[int, int]]:
        """Return what uses the value of an expression."""
        return self._uses.get(expr, [])

    def _add(self, expr: int, how: int, row: int) -> None:
        if expr >= 0:
            self._uses.setdefault(expr, []).append((how, row))

    def _expressions(self, facts: FileFacts) -> None:
        lefts, rights = facts.expr.a, facts.expr.b
        for row, op in enumerate(facts.expr.op):
            if op == f.CALL:
                self._add(lefts[row], CALLED, row)
                for each in arguments(facts, row):
                    self._add(each.value, op, row)
            elif op in _OPERAND:
                self._add(lefts[row], op, row)
            elif op in _BOTH:
                self._add(lefts[row], op, row)
                self._add(rights[row], op, row)
            elif op in _LISTED:
                for part in elements(facts, row):
                    self._add(part, op, row)
            elif op == f.DICT:
                for pair in items(facts, row):
                    for part in pair:
                        self._add(part, op, row)
            elif op == f.COMPARE:
                self._add(lefts[row], op, row)
                for each in comparisons(facts, row):
                    self._add(each.right, op, row)
            elif op == f.BINARY:
                self._add(lefts[row], op, row)
                self._add(binary(facts, row).right, op, row)


def uses_of(facts: FileFacts) -> Uses:
    """Return the uses in a file, remembered with its facts."""
    found: Uses | None = facts.memo.get("uses")
    if found is None:
        found = facts.memo["uses"] = Uses(facts)
    return found


def bindings_of_local(facts: FileFacts, expr: int) -> list[int]:
    """Return the rows of all bindings of a plain name in the scope in which it is read."""
    return facts.bindings_of(name_scope(facts, expr), name_row(facts, expr))


def wanted_calls(context: CheckContext) -> Iterator[tuple[int, int, str]]:
    """Yield the row, function and name of the calls that rules are to look at."""
    facts = context.facts
    for call in context.expressions(f.CALL):
        function = called(facts, call)
        name = last_name(facts, function)
        if context.includes(name):
            yield call, function, name


def wanted_attributes(context: CheckContext) -> Iterator[tuple[int, Attribute]]:
    """Yield the row and the parts of the attributes that rules are to look at."""
    for expr in context.expressions(f.ATTRIBUTE):
        parts = attribute(context.facts, expr)
        if parts is not None and context.includes(parts.name):
            yield expr, parts
