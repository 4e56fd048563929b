"""Statements: control flow as blocks, imports, and the statements that bind or delete.

A visitor of a statement returns whether control never runs off its end (``LEAVES_FUNCTION`` or
``LEAVES_LOOP``), which is what narrowing after an early return rests on.
"""

from __future__ import annotations

from .. import facts as f
from .binders import Binders
from .exports import Exports
from .expressions import EXTRAS
from .grammar import KIND_NAMES, field, kind, kinds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar

    from tree_sitter import Node

_COMMENT = kind("comment")
_BLOCK = kinds("block")
_ASSIGNMENT = kind("assignment")
_AUGMENTED = kind("augmented_assignment")
_AS_PATTERN = kinds("as_pattern")
_WITH_ITEM = kind("with_item")
_ELIF = kind("elif_clause")
_ELSE = kind("else_clause")
_EXCEPT = kind("except_clause")
_FINALLY = kind("finally_clause")
_EXPRESSION_LIST = kinds("expression_list")

_LEFT = field("left")
_RIGHT = field("right")
_TYPE = field("type")
_BODY = field("body")
_CONDITION = field("condition")
_CONSEQUENCE = field("consequence")
_ALTERNATIVE = field("alternative")
_VALUE = field("value")
_ALIAS = field("alias")
_OPERATOR = field("operator")

_EVERYTHING = f.LEAVES_FUNCTION | f.LEAVES_LOOP


class Statements(Exports, Binders):
    """Visits statements; everything that is none is an expression standing alone."""

    __slots__ = ()

    statements: ClassVar[list[Callable[[Any, Node], int] | None]] = []

    def __init_subclass__(cls) -> None:
        """Collect the visitors of statements by the number of the node kind."""
        super().__init_subclass__()
        cls.statements = [getattr(cls, f"do_{name}", None) for name in KIND_NAMES]

    def do(self, node: Node) -> int:
        """Visit one statement; returns how it leaves."""
        number = node.kind_id
        handler = self.statements[number] if number < 65535 else None
        if handler is not None:
            return handler(self, node)
        if number == 65535:
            return self.run(node.named_children)
        self.visit(node)
        return 0

    def run(self, nodes: list[Node]) -> int:
        """Visit statements in order; returns how the last one that matters leaves."""
        leaves = 0
        previous: Node | None = None
        bound = 0
        for node in nodes:
            if node.kind_id in EXTRAS:
                if previous is not None and node.kind_id == _COMMENT:
                    self.type_comment(node, previous, bound)
                continue
            previous, bound = node, len(self.binding)
            leaves |= self.do(node)
        return leaves

    def do_module(self, node: Node) -> int:
        return self.run(node.named_children)

    do_block = do_module

    def body(self, node: Node | None, block_kind: int, test: int = -1) -> int:
        """Visit a suite as a block; returns how it leaves."""
        if node is None:
            return 0
        row = self.open_block(block_kind, node, test)
        leaves = self.run(node.named_children)
        self.close_block(row, leaves)
        return leaves

    def type_comment(self, comment: Node, statement: Node, bound: int) -> None:
        """PEP 484 type comment after an assignment, ``for`` or ``with`` on the same line."""
        start = comment.start_byte
        text = self.data[start : comment.end_byte]
        if not text.startswith(b"# type:") or len(self.binding) == bound:
            return
        if b"\n" in self.data[statement.end_byte : start]:
            return
        spelled = text[7:].split(b"#")[0].strip()
        if not spelled or spelled.startswith(b"ignore"):
            return
        begin = start + text.index(spelled, 7)
        row = self.spelled(begin, begin + len(spelled), -1)
        for at in range(bound, len(self.binding), 8):
            if row >= 0 and self.binding[at + f.BIND_ANNOTATION] < 0:
                self.binding[at + f.BIND_ANNOTATION] = row

    def do_expression_statement(self, node: Node) -> int:
        children = node.named_children
        for child in children:
            number = child.kind_id
            if number == _ASSIGNMENT:
                self.assignment(child)
            elif number == _AUGMENTED:
                self.augmented(child)
            elif number not in EXTRAS:
                row = self.visit(child)
                if self.scope == 0:
                    self.export_call(row)
        return 0

    def assignment(self, node: Node) -> int:
        """Visit an assignment; returns the row of the value, which chains share."""
        left = node.child_by_field_id(_LEFT)
        right = node.child_by_field_id(_RIGHT)
        annotated = node.child_by_field_id(_TYPE)
        annotation = self.annotation(annotated) if annotated is not None else -1
        value = -1
        if right is not None:
            if right.kind_id == _ASSIGNMENT:
                value = self.assignment(right)
            elif right.kind_id == _AUGMENTED:
                value = self.augmented(right)
            else:
                value = self.visit(right)
        if left is not None:
            self.target(left, f.ASSIGN if right is not None else f.DECLARE, value, annotation)
            if self.scope == 0:
                self.export_assignment(left, value)
        return value

    def augmented(self, node: Node) -> int:
        left = node.child_by_field_id(_LEFT)
        right = node.child_by_field_id(_RIGHT)
        operator = node.child_by_field_id(_OPERATOR)
        if left is None or right is None:
            return self.visit(node)
        value = self.visit(right)
        read = self.visit(left)
        at = len(self.extra)
        sign = operator.type.rstrip("=") if operator is not None else ""
        self.extra += (f.OPERATORS.index(sign) if sign in f.OPERATORS else -1, value)
        row = self.emit(f.AUGMENTED, node.start_byte, read, at)
        op = self.expr[read * 4]
        if op == f.NAME:
            # The same text reads and writes: one occurrence, as a write.
            rows = self.occurrences[self.expr[read * 4 + 2]]
            del rows[-3:]
            self.target(left, f.AUGMENT, row)
        elif op == f.ATTRIBUTE:
            self.occurrences[self.expr[read * 4 + 3]][-3] = f.WRITTEN | f.ATTRIBUTE_ROLE
        if self.scope == 0:
            self.export_assignment(left, value, augmented=True)
        return row

    def visit_assignment(self, node: Node) -> int:
        return self.assignment(node)

    def visit_augmented_assignment(self, node: Node) -> int:
        return self.augmented(node)

    def do_return_statement(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        value = self.visit(parts[0]) if parts else -1
        self.result += (self.scope, value, f.RETURN, self.block, node.start_byte)
        return f.LEAVES_FUNCTION

    def do_raise_statement(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        values = [self.visit(part) for part in parts]
        value = values[0] if values else -1
        self.result += (self.scope, value, f.RAISE, self.block, node.start_byte)
        return f.LEAVES_FUNCTION

    def do_break_statement(self, node: Node) -> int:
        return f.LEAVES_LOOP

    do_continue_statement = do_break_statement

    def do_pass_statement(self, node: Node) -> int:
        return 0

    def do_delete_statement(self, node: Node) -> int:
        for child in node.named_children:
            if child.kind_id in _EXPRESSION_LIST:
                for part in child.named_children:
                    self.target(part, f.DELETE, -1)
            else:
                self.target(child, f.DELETE, -1)
        return 0

    def do_assert_statement(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        tests = [self.visit(part) for part in parts]
        if tests:
            # Behind the assertion its test holds: an empty failing block that leaves says so.
            row = self.open_block(f.IF_FALSE, node, tests[0])
            self.close_block(row, f.LEAVES_FUNCTION)
        return 0

    def do_global_statement(self, node: Node) -> int:
        return self.declare(node, f.GLOBAL)

    def do_nonlocal_statement(self, node: Node) -> int:
        return self.declare(node, f.NONLOCAL)

    def declare(self, node: Node, binding_kind: int) -> int:
        for child in node.named_children:
            if child.kind_id not in EXTRAS:
                name = self.name_of(child)
                self.bind(name, child.start_byte, binding_kind)
                self.visit(child)
        return 0

    def do_if_statement(self, node: Node) -> int:
        condition = node.child_by_field_id(_CONDITION)
        test = self.visit(condition) if condition is not None else -1
        outer = self.import_flags
        self.import_flags |= f.TYPE_CHECKING_ONLY if self.says_type_checking(test) else f.IN_BRANCH
        leaves = self.body(node.child_by_field_id(_CONSEQUENCE), f.IF_TRUE, test)
        self.import_flags = outer | f.IN_BRANCH
        opened: list[tuple[int, int]] = []
        has_else = False
        for clause in node.children_by_field_id(_ALTERNATIVE):
            # An alternative runs where all tests before it failed, so alternatives nest.
            row = self.open_block(f.IF_FALSE, clause, test)
            self.blocks[row * 7 + f.BLOCK_END] = node.end_byte
            if clause.kind_id == _ELIF:
                condition = clause.child_by_field_id(_CONDITION)
                test = self.visit(condition) if condition is not None else -1
                left = self.body(clause.child_by_field_id(_CONSEQUENCE), f.IF_TRUE, test)
            else:
                suite = clause.child_by_field_id(_BODY)
                left = self.run(suite.named_children) if suite is not None else 0
                has_else = True
            opened.append((row, left))
        rest = _EVERYTHING if has_else else 0
        for row, left in reversed(opened):
            rest = _both(rest, left)
            self.close_block(row, rest)
        self.import_flags = outer
        return _both(leaves, rest)

    def says_type_checking(self, test: int) -> bool:
        """Whether a test is TYPE_CHECKING or typing.TYPE_CHECKING."""
        at = test * 4
        if test < 0 or self.expr[at] not in (f.NAME, f.ATTRIBUTE):
            return False
        column = 2 if self.expr[at] == f.NAME else 3
        return self.names[self.expr[at + column]] == "TYPE_CHECKING"

    def do_while_statement(self, node: Node) -> int:
        condition = node.child_by_field_id(_CONDITION)
        test = self.visit(condition) if condition is not None else -1
        self.body(node.child_by_field_id(_BODY), f.LOOP, test)
        return self.loop_else(node, 0)

    def loop_else(self, node: Node, leaves: int) -> int:
        clause = node.child_by_field_id(_ALTERNATIVE)
        if clause is not None:
            self.body(clause.child_by_field_id(_BODY), f.LOOP_ELSE)
        return leaves

    def do_for_statement(self, node: Node) -> int:
        left = node.child_by_field_id(_LEFT)
        right = node.child_by_field_id(_RIGHT)
        is_async = node.children[0].type == "async"
        iterable = self.visit(right) if right is not None else -1
        suite = node.child_by_field_id(_BODY)
        bound = len(self.binding)
        if left is not None:
            element = self.emit(f.ELEMENT, left.start_byte, iterable, int(is_async))
            self.target(left, f.FOR, element)
        self.header_comment(node, right, bound)
        self.body(suite, f.LOOP)
        return self.loop_else(node, 0)

    def header_comment(self, node: Node, before: Node | None, bound: int) -> None:
        """Type comment behind the colon of a compound statement."""
        for child in node.children:
            if child.kind_id == _COMMENT and before is not None:
                self.type_comment(child, before, bound)
                return

    def do_with_statement(self, node: Node) -> int:
        is_async = int(node.children[0].type == "async")
        bound = len(self.binding)
        clause: Node | None = None
        for clause in node.named_children:
            if clause.type != "with_clause":
                continue
            for item in clause.named_children:
                if item.kind_id == _WITH_ITEM:
                    self.with_item(item, is_async)
            break
        self.header_comment(node, clause, bound)
        return self.body(node.child_by_field_id(_BODY), f.WITH_BODY)

    def with_item(self, item: Node, is_async: int) -> None:
        value = item.child_by_field_id(_VALUE)
        if value is None:
            return
        if value.kind_id in _AS_PATTERN:
            parts = [child for child in value.named_children if child.kind_id not in EXTRAS]
            context = self.visit(parts[0])
            entered = self.emit(f.ENTERED, parts[0].start_byte, context, is_async)
            alias = value.child_by_field_id(_ALIAS)
            if alias is not None:
                self.target(alias, f.WITH, entered)
        else:
            self.visit(value)

    def visit_as_pattern(self, node: Node) -> int:
        """``a as b`` where the grammar takes a parenthesized with-clause for a tuple."""
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        context = self.visit(parts[0])
        alias = node.child_by_field_id(_ALIAS)
        if alias is not None:
            self.target(alias, f.WITH, self.emit(f.ENTERED, node.start_byte, context, 0))
        return context

    def do_try_statement(self, node: Node) -> int:
        outer = self.import_flags
        self.import_flags |= f.IN_TRY
        leaves = self.body(node.child_by_field_id(_BODY), f.TRY)
        self.import_flags = outer | f.IN_HANDLER
        finally_leaves = 0
        for clause in node.named_children:
            number = clause.kind_id
            if number == _EXCEPT:
                leaves = _both(leaves, self.except_clause(clause))
            elif number == _ELSE:
                leaves |= self.body(clause.child_by_field_id(_BODY), f.TRY_ELSE)
            elif number == _FINALLY:
                suite = [child for child in clause.named_children if child.kind_id in _BLOCK]
                finally_leaves = self.body(suite[0] if suite else None, f.FINALLY)
        self.import_flags = outer
        return leaves | finally_leaves

    def except_clause(self, node: Node) -> int:
        is_group = int(any(child.type == "except*" for child in node.children[:1]))
        is_group |= int(any(child.type == "*" for child in node.children[1:2]))
        values = [child for child in node.children_by_field_id(_VALUE)]
        alias = node.child_by_field_id(_ALIAS)
        suite = [child for child in node.named_children if child.kind_id in _BLOCK]
        row = self.open_block(f.HANDLER, node)
        rows: list[int] = []
        for value in values:
            if value.kind_id in _AS_PATTERN:
                parts = [child for child in value.named_children if child.kind_id not in EXTRAS]
                rows.append(self.visit(parts[0]))
                alias = value.child_by_field_id(_ALIAS)
            else:
                rows.append(self.visit(value))
        caught = rows[0] if rows else -1
        if len(rows) > 1:  # Python 3.14: several without parentheses
            caught = self.emit(f.TUPLE, node.start_byte, self.emit_list(rows))
        if alias is not None:
            raised = self.emit(f.RAISED, alias.start_byte, caught, is_group)
            self.target(alias, f.EXCEPT, raised)
        leaves = self.run(suite[0].named_children) if suite else 0
        self.close_block(row, leaves)
        return leaves


def _both(first: int, second: int) -> int:
    """How two alternative ways leave together: only if each of them leaves."""
    return first | second if first and second else 0
