"""Uses of values: for each expression of a file, what takes its value, and how."""

from __future__ import annotations

from ...indexer import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts

# How a value is used, where no expression says it: the function of a call; what a name, an
# attribute or an item is set to; what a function gives; what a branch or loop depends on.
CALLED, BOUND, SET, GIVEN, TESTED, DEFAULT, DECORATES = range(-1, -8, -1)

_OPERAND = frozenset(
    [f.ATTRIBUTE, f.AWAIT, f.STARRED, f.NAMED, f.NOT, f.UNARY, f.ELEMENT, f.ENTERED, f.RAISED,
     f.ITEM, f.REST, f.LIST_COMPREHENSION, f.SET_COMPREHENSION, f.DICT_COMPREHENSION,
     f.GENERATOR_EXPRESSION, f.LAMBDA, f.YIELDED, f.MATCHED, f.AUGMENTED]
)  # fmt: skip
_BOTH = frozenset([f.SUBSCRIPT, f.CONDITIONAL_EXPR, f.AND, f.OR])
_LISTED = frozenset([f.LIST, f.TUPLE, f.SET, f.FORMATTED])


class Uses:
    """Uses of every expression: pairs of how and the row of what uses it (see the codes above).

    How is the op of the using expression, or one of the codes.
    """

    __slots__ = ("_uses",)

    def __init__(self, facts: FileFacts) -> None:
        """Look through a file."""
        self._uses: dict[int, list[tuple[int, int]]] = {}
        self._expressions(facts)
        for row, value in enumerate(facts.binding.value):
            self._add(value, BOUND, row)
        for row, value in enumerate(facts.attribute_binding.value):
            self._add(value, SET, row)
        for row, value in enumerate(facts.item_binding.value):
            self._add(value, SET, row)
        for row, value in enumerate(facts.result.expr):
            self._add(value, GIVEN, row)
        for row, value in enumerate(facts.block.test):
            self._add(value, TESTED, row)
        for row, value in enumerate(facts.parameter.default):
            self._add(value, DEFAULT, row)
        (extra,) = facts.extra
        for at in facts.definition.decorators:
            for value in extra[at + 1 : at + 1 + extra[at]] if at >= 0 else ():
                self._add(value, DECORATES, -1)

    def of(self, expr: int) -> list[tuple[int, int]]:
        """What uses the value of an expression."""
        return self._uses.get(expr, [])

    def _add(self, expr: int, how: int, row: int) -> None:
        if expr >= 0:
            self._uses.setdefault(expr, []).append((how, row))

    def _expressions(self, facts: FileFacts) -> None:
        (extra,) = facts.extra
        ops, _, lefts, rights = facts.expr
        for row, op in enumerate(ops):
            left, right = lefts[row], rights[row]
            if op == f.CALL:
                self._add(left, CALLED, row)
                for index in range(right + 1, right + 1 + 3 * extra[right], 3):
                    self._add(extra[index + 2], op, row)
            elif op in _OPERAND:
                self._add(left, op, row)
            elif op in _BOTH:
                self._add(left, op, row)
                self._add(right, op, row)
            elif (op in _LISTED and left >= 0) or op == f.DICT:
                for part in extra[left + 1 : left + 1 + extra[left]]:
                    self._add(part, op, row)
            elif op == f.COMPARE:
                self._add(left, op, row)
                for index in range(right + 2, right + 1 + extra[right], 2):
                    self._add(extra[index], op, row)
            elif op == f.BINARY:
                self._add(left, op, row)
                self._add(extra[right + 1], op, row)


def uses_of(facts: FileFacts) -> Uses:
    """The uses in a file, remembered with its facts."""
    found: Uses | None = facts.memo.get("uses")
    if found is None:
        found = facts.memo["uses"] = Uses(facts)
    return found
