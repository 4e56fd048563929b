"""Expressions: every one becomes a row of the expression table, every name an occurrence."""

from __future__ import annotations

from .. import facts as f
from . import columns
from .grammar import ERROR, KIND_NAMES, field, kind, kinds
from .tables import Tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar

    from tree_sitter import Node

EXTRAS = kinds("comment", "line_continuation")
_KEYWORD_ARGUMENT = kind("keyword_argument")
_LIST_SPLAT = kinds("list_splat", "parenthesized_list_splat")
_SPECIAL_ARGUMENTS = EXTRAS | _LIST_SPLAT | kinds("keyword_argument", "dictionary_splat")
_QUOTES = (b'"', b"'")
_LONG_QUOTES = (b'"""', b"'''")
STAR = ord("*")
_GENERATOR = kind("generator_expression")
_INTERPOLATION = kind("interpolation")
_FORMAT_SPECIFIER = kind("format_specifier")
_PAIR = kind("pair")
_STRING = kind("string")
_PARENTHESIZED = kind("parenthesized_expression")
_NAMED = kind("named_expression")
_BINARY = kind("binary_operator")
_BOOLEAN = kind("boolean_operator")

_VALUE = field("value")
_LEFT = field("left")
_RIGHT = field("right")
_OPERATOR = field("operator")
_ARGUMENT = field("argument")
_SUBSCRIPT = field("subscript")

_OPERATOR_ROW = {text.replace("-", " "): row for row, text in enumerate(f.OPERATORS)} | {
    "-": f.OPERATORS.index("-"),
}
_MINUS = _OPERATOR_ROW["-"]
PREFIXES = b"rRbBuUfFtT"
_LONGEST_STRING = 80
_DYNAMIC_SCOPE_CALLS = frozenset(["locals", "exec", "vars"])


class Expressions(Tables):
    """Visits expression nodes. A visitor takes a node and returns the row of its expression."""

    __slots__ = ()

    # By node kind; filled for each concrete visitor, because a table of plain functions made once
    # is much cheaper than bound methods made for every file.
    handlers: ClassVar[dict[int, Callable[[Any, Node], int]]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the visitors of expressions by the number of the node kind."""
        super().__init_subclass__()
        cls.handlers = {
            number: getattr(cls, f"visit_{name}", cls.visit_other)
            for number, name in enumerate(KIND_NAMES)
        }
        cls.handlers[ERROR] = cls.visit_other

    def visit(self, node: Node) -> int:
        """Row of the expression that a node stands for."""
        return self.handlers[node.kind_id](self, node)

    def visit_other(self, node: Node) -> int:
        """Whatever the grammar calls it: its names still count, its value is unknown."""
        position = node.start_byte
        for child in node.named_children:
            self.visit(child)
        return self.emit(f.UNKNOWN, position)

    def visit_identifier(self, node: Node) -> int:
        position = node.start_byte
        text = self.data[position : node.end_byte]
        name = self.name_ids.get(text)
        if name is None:
            if not text:  # a token that the parser had to invent
                return self.emit(f.UNKNOWN, position)
            name = self.add_name(text)
        rows = self.expr
        row = len(rows) >> 2
        rows += (f.NAME, position, name, self.scope)
        self.occurrences[name] += (self.role, position, row)
        return row

    def visit_attribute(self, node: Node) -> int:
        children = node.named_children
        if len(children) != 2:
            children = [child for child in children if child.kind_id not in EXTRAS]
            if len(children) < 2:
                return self.visit_other(node)
        target, attribute = children[0], children[-1]
        receiver = self.visit(target)
        position = attribute.start_byte
        text = self.data[position : attribute.end_byte]
        if not text:  # `x.` in half-written code
            return self.emit(f.UNKNOWN, position, receiver)
        name = self.name_ids.get(text)
        if name is None:
            name = self.add_name(text)
        rows = self.expr
        row = len(rows) >> 2
        rows += (f.ATTRIBUTE, position, receiver, name)
        self.occurrences[name] += (self.role | f.ATTRIBUTE_ROLE, position, row)
        return row

    visit_member_type = visit_attribute

    def visit_call(self, node: Node) -> int:
        if self.role:
            # `Annotated[int, Depends(get)]`: what is called in a type is no type.
            outer, self.role = self.role, f.READ
            row = self.visit_call(node)
            self.role = outer
            return row
        children = node.named_children
        if len(children) != 2:
            children = [child for child in children if child.kind_id not in EXTRAS]
            if len(children) < 2:
                return self.visit_other(node)
        function = self.visit(children[0])
        rows = self.expr
        op = rows[function * 4]
        if op == f.NAME:
            occurrence = self.occurrences[rows[function * 4 + 2]]
            if occurrence[-3] == f.READ:
                occurrence[-3] = f.CALLED
            if self.names[rows[function * 4 + 2]] in _DYNAMIC_SCOPE_CALLS:
                self.scopes[self.scope * 6 + columns.SCOPE_FLAGS] |= f.SCOPE_USES_LOCALS
        elif op == f.ATTRIBUTE:
            occurrence = self.occurrences[rows[function * 4 + 3]]
            if occurrence[-3] == f.ATTRIBUTE_ROLE:
                occurrence[-3] = f.CALLED | f.ATTRIBUTE_ROLE
        arguments = children[1]
        if arguments.kind_id == _GENERATOR:
            value = self.visit(arguments)
            listed = [1, f.ARG_POSITIONAL, arguments.start_byte, value]
        else:
            listed = self.arguments(arguments)
        # Behind its arguments: expressions are numbered in the order of evaluation.
        row = self.emit(f.CALL, node.start_byte, function, len(self.extra))
        self.extra += listed
        self.keywords(listed, row)
        return row

    def keywords(self, listed: list[int], call: int) -> None:
        """Record the keywords of an argument list; ``call`` is -1 for that of a class."""
        for at in range(1, len(listed), 3):
            if listed[at] >= 0:
                self.occurrences[listed[at]] += (f.KEYWORD, listed[at + 1], call)

    def arguments(self, node: Node) -> list[int]:
        """``[n, (key, position, expr) * n]`` of an argument list."""
        listed = [0]
        data, handlers = self.data, self.handlers
        for child in node.named_children:
            number = child.kind_id
            position = child.start_byte
            if number not in _SPECIAL_ARGUMENTS:
                if data[position] == STAR:
                    key, value = f.ARG_STAR, self.starred(child)
                else:
                    key, value = f.ARG_POSITIONAL, handlers[number](self, child)
            elif number == _KEYWORD_ARGUMENT:
                parts = [part for part in child.named_children if part.kind_id not in EXTRAS]
                key = self.name(data[position : parts[0].end_byte])
                value = self.visit(parts[-1]) if len(parts) > 1 else self.emit(f.UNKNOWN, position)
            elif number in EXTRAS:
                continue
            elif number in _LIST_SPLAT:
                key, value = f.ARG_STAR, self.visit(child)
            else:
                key, value = f.ARG_DOUBLE_STAR, self.visit(child)
            listed += (key, position, value)
        listed[0] = len(listed) // 3
        return listed

    def starred(self, node: Node) -> int:
        """``*a.b()`` where the grammar has the star bind tighter: ``(*a.b)()``."""
        start = node.start_byte
        outer, self.star = self.star, start
        first = len(self.expr)
        row = self.visit(node)
        self.star = outer
        self.behind_star(first, start)
        return self.emit(f.STARRED, start, row, 1)

    def behind_star(self, first: int, start: int) -> None:
        """Have what begins with a star, in the expressions from ``first`` on, begin behind it."""
        begin = start + 1
        while self.data[begin] in b" \t":
            begin += 1
        for at in range(first + columns.EXPR_POS, len(self.expr), 4):
            if self.expr[at] == start:
                self.expr[at] = begin

    def visit_string(self, node: Node) -> int:
        position, end = node.start_byte, node.end_byte
        data = self.data
        at = position
        if data[at : at + 1] not in _QUOTES:
            while at < end and data[at] in PREFIXES:
                at += 1
            prefix = data[position:at].lower()
            if b"f" in prefix or b"t" in prefix:
                return self.formatted(node)
            if b"b" in prefix:
                return self.emit(f.BYTES, position, -1, end)
            if data[at : at + 1] == b"`":  # Python 2
                self.error(node)
                return self.emit(f.UNKNOWN, position)
        row = -1
        if end - at <= _LONGEST_STRING:
            quotes = 3 if data[at : at + 3] in _LONG_QUOTES and end - at >= 6 else 1
            text = data[at + quotes : end - quotes]
            if b"\\" not in text and b"\n" not in text:
                row = self.string_ids.get(text, -1)
                if row < 0:
                    row = self.string(text)
        rows = self.expr
        rows += (f.STRING, position, row, end)
        return (len(rows) >> 2) - 1

    def formatted(self, node: Node) -> int:
        values = [
            self.interpolated(child)
            for part in node.named_children
            if part.kind_id == _INTERPOLATION
            for child in part.named_children
        ]
        listed = self.emit_list(values) if values else -1
        return self.emit(f.FORMATTED, node.start_byte, listed, node.end_byte)

    def interpolated(self, node: Node) -> int:
        """Row of what stands in braces; ``{x:=10}`` is x with a format, and no walrus."""
        if node.kind_id == _NAMED:
            return self.visit(node.named_children[0])
        return self.visit(node)

    def visit_concatenated_string(self, node: Node) -> int:
        parts = [self.visit(child) for child in node.named_children if child.kind_id == _STRING]
        ops = {self.expr[part * 4] for part in parts}
        op = f.FORMATTED if f.FORMATTED in ops else f.BYTES if f.BYTES in ops else f.STRING
        if op == f.FORMATTED:
            return self.emit(op, node.start_byte, self.emit_list(parts), node.end_byte)
        return self.emit(op, node.start_byte, -1, node.end_byte)

    def visit_integer(self, node: Node) -> int:
        position = node.start_byte
        text = self.data[position : node.end_byte]
        if len(text) < 9 and text.isdigit():
            return self.emit(f.INTEGER, position, int(text), 1)
        op = f.COMPLEX if text[-1:] in (b"j", b"J") else f.INTEGER
        return self.emit(op, position, -1, 0)

    def visit_float(self, node: Node) -> int:
        op = f.COMPLEX if self.data[node.end_byte - 1 : node.end_byte] in (b"j", b"J") else f.FLOAT
        return self.emit(op, node.start_byte)

    def visit_true(self, node: Node) -> int:
        return self.emit(f.TRUE, node.start_byte)

    def visit_false(self, node: Node) -> int:
        return self.emit(f.FALSE, node.start_byte)

    def visit_none(self, node: Node) -> int:
        return self.emit(f.NONE, node.start_byte)

    def visit_ellipsis(self, node: Node) -> int:
        return self.emit(f.ELLIPSIS, node.start_byte)

    def elements(self, node: Node) -> int:
        """Extra row of the expressions that a display lists."""
        return self.emit_list(
            [self.element(child) for child in node.named_children if child.kind_id not in EXTRAS]
        )

    def element(self, node: Node) -> int:
        """Row of an expression that may have a star."""
        if self.data[node.start_byte] == STAR and node.kind_id not in _LIST_SPLAT:
            return self.starred(node)
        return self.handlers[node.kind_id](self, node)

    def visit_list(self, node: Node) -> int:
        return self.emit(f.LIST, node.start_byte, self.elements(node), node.end_byte)

    def visit_tuple(self, node: Node) -> int:
        return self.emit(f.TUPLE, node.start_byte, self.elements(node), node.end_byte)

    visit_expression_list = visit_tuple
    visit_pattern_list = visit_tuple
    visit_list_pattern = visit_list
    visit_tuple_pattern = visit_tuple

    def visit_set(self, node: Node) -> int:
        return self.emit(f.SET, node.start_byte, self.elements(node), node.end_byte)

    def visit_dictionary(self, node: Node) -> int:
        listed: list[int] = []
        for child in node.named_children:
            number = child.kind_id
            if number == _PAIR:
                parts = [part for part in child.named_children if part.kind_id not in EXTRAS]
                listed += (self.visit(parts[0]), self.visit(parts[-1]))
            elif number not in EXTRAS:
                listed += (-1, self.visit(child))
        return self.emit(f.DICT, node.start_byte, self.emit_list(listed), node.end_byte)

    def visit_parenthesized_expression(self, node: Node) -> int:
        while True:  # a loop, because generated code nests deeply
            inner = [child for child in node.named_children if child.kind_id not in EXTRAS]
            if len(inner) != 1:
                return self.visit_other(node)
            (node,) = inner
            if node.kind_id != _PARENTHESIZED:
                return self.visit(node)

    visit_format_expression = visit_parenthesized_expression
    visit_type = visit_parenthesized_expression
    visit_chevron = visit_parenthesized_expression

    def visit_comment(self, node: Node) -> int:
        return self.emit(f.UNKNOWN, node.start_byte)

    visit_line_continuation = visit_comment
    visit_type_conversion = visit_comment

    def visit_list_splat(self, node: Node) -> int:
        row = self.inner(node)
        if node.start_byte == self.star:
            return row
        return self.emit(f.STARRED, node.start_byte, row, 1)

    visit_splat_type = visit_list_splat
    visit_list_splat_pattern = visit_list_splat
    visit_parenthesized_list_splat = visit_list_splat

    def visit_dictionary_splat(self, node: Node) -> int:
        return self.emit(f.STARRED, node.start_byte, self.inner(node), 2)

    def inner(self, node: Node) -> int:
        """The only expression inside a node."""
        for child in node.named_children:
            if child.kind_id not in EXTRAS:
                return self.visit(child)
        return self.emit(f.UNKNOWN, node.start_byte)

    def visit_await(self, node: Node) -> int:
        return self.emit(f.AWAIT, node.start_byte, self.inner(node))

    def visit_yield(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        value = self.visit(parts[0]) if parts else -1
        is_from = any(child.type == "from" for child in node.children[1:2])
        kind_ = f.YIELD_FROM if is_from else f.YIELD
        self.result += (self.scope, value, kind_, self.block, node.start_byte)
        return self.emit(f.YIELDED, node.start_byte, value, int(is_from))

    def visit_unary_operator(self, node: Node) -> int:
        operator = node.child_by_field_id(_OPERATOR)
        operand = node.child_by_field_id(_ARGUMENT)
        if operand is None:
            return self.visit_other(node)
        value = self.visit(operand)
        row = _OPERATOR_ROW.get(operator.type, -1) if operator else -1
        if row == _MINUS:
            return self.negated(value, node.start_byte)
        return self.emit(f.UNARY, node.start_byte, value, row)

    def negated(self, value: int, position: int) -> int:
        """Row of minus an expression; small numbers stay numbers."""
        op, _, number, is_small = self.expr[value * 4 : value * 4 + 4]
        if op == f.INTEGER and is_small == 1 and number >= 0:
            return self.emit(f.INTEGER, position, -number, 1)
        return self.emit(f.UNARY, position, value, _MINUS)

    def visit_not_operator(self, node: Node) -> int:
        return self.emit(f.NOT, node.start_byte, self.inner(node))

    def visit_binary_operator(self, node: Node) -> int:
        a, terms = self.terms(node, _BINARY)
        for term in reversed(terms):
            right = term.child_by_field_id(_RIGHT)
            operator = term.child_by_field_id(_OPERATOR)
            b = self.visit(right) if right is not None else self.emit(f.UNKNOWN, term.end_byte)
            at = len(self.extra)
            self.extra += (_OPERATOR_ROW.get(operator.type, -1) if operator else -1, b)
            a = self.emit(f.BINARY, term.start_byte, a, at)
        return a

    def terms(self, node: Node, number: int) -> tuple[int, list[Node]]:
        """Row of the first operand of a chain, and its operators from the last one back.

        A loop, because generated code adds up thousands of terms.
        """
        terms = [node]
        left = node.child_by_field_id(_LEFT)
        while left is not None and left.kind_id == number:
            terms.append(left)
            left = left.child_by_field_id(_LEFT)
        return self.visit(left) if left is not None else self.emit(
            f.UNKNOWN, node.start_byte
        ), terms

    def visit_union_type(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        if len(parts) < 2:
            return self.visit_other(node)
        a = self.visit(parts[0])
        b = self.visit(parts[-1])
        at = len(self.extra)
        self.extra += (_OPERATOR_ROW["|"], b)
        return self.emit(f.BINARY, node.start_byte, a, at)

    def visit_boolean_operator(self, node: Node) -> int:
        a, terms = self.terms(node, _BOOLEAN)
        for term in reversed(terms):
            right = term.child_by_field_id(_RIGHT)
            operator = term.child_by_field_id(_OPERATOR)
            if right is None:
                continue
            conjunction = operator is not None and operator.type == "and"
            block = self.open_block(f.IF_TRUE if conjunction else f.IF_FALSE, right, a)
            b = self.visit(right)
            self.close_block(block, 0)
            a = self.emit(f.AND if conjunction else f.OR, term.start_byte, a, b)
        return a

    def visit_comparison_operator(self, node: Node) -> int:
        left = -1
        operator = -1
        listed: list[int] = []
        for child in node.children:
            if not child.is_named:
                operator = _OPERATOR_ROW.get(child.type, -1)
            elif child.kind_id not in EXTRAS:
                value = self.visit(child)
                if left < 0:
                    left = value
                else:
                    listed += (operator, value)
        return self.emit(f.COMPARE, node.start_byte, left, self.emit_list(listed))

    def visit_conditional_expression(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        if len(parts) != 3:
            return self.visit_other(node)
        test = self.visit(parts[1])
        block = self.open_block(f.IF_TRUE, parts[0], test)
        a = self.visit(parts[0])
        self.close_block(block, 0)
        block = self.open_block(f.IF_FALSE, parts[2], test)
        b = self.visit(parts[2])
        self.close_block(block, 0)
        return self.emit(f.CONDITIONAL_EXPR, node.start_byte, a, b)

    def visit_subscript(self, node: Node) -> int:
        value = node.child_by_field_id(_VALUE)
        if value is None:
            return self.visit_other(node)
        a = self.visit(value)
        children = node.children_by_field_id(_SUBSCRIPT)
        indexes = [self.element(child) for child in children]
        if (
            len(indexes) == 1
            and (children[0].end_byte + 1 == node.end_byte or not self.has_comma(node))
            and self.data[children[0].start_byte] != STAR
        ):
            return self.emit(f.SUBSCRIPT, node.start_byte, a, indexes[0])
        b = self.emit(f.TUPLE, node.start_byte, self.emit_list(indexes), node.end_byte)
        return self.emit(f.SUBSCRIPT, node.start_byte, a, b)

    def has_comma(self, node: Node) -> bool:
        """True if a comma stands behind the only index or element of a bracket."""
        return any(child.type == "," for child in node.children[-3:])

    def visit_generic_type(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        if len(parts) < 2:
            return self.visit_other(node)
        a = self.visit(parts[0])
        indexes = [
            self.visit(child) for child in parts[1].named_children if child.kind_id not in EXTRAS
        ]
        is_starred = self.expr[indexes[0] * 4] == f.STARRED if indexes else False
        if len(indexes) == 1 and not is_starred and not self.has_comma(parts[1]):
            return self.emit(f.SUBSCRIPT, node.start_byte, a, indexes[0])
        b = self.emit(f.TUPLE, node.start_byte, self.emit_list(indexes), node.end_byte)
        return self.emit(f.SUBSCRIPT, node.start_byte, a, b)

    def visit_slice(self, node: Node) -> int:
        for child in node.named_children:
            self.visit(child)
        return self.emit(f.SLICE, node.start_byte)
