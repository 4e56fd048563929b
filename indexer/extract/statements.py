"""Statements: control flow as blocks, imports, and the statements that bind or delete.

A visitor of a statement returns whether control never runs off its end (``LEAVES_FUNCTION`` or
``LEAVES_LOOP``), which is what narrowing after an early return rests on.
"""

from __future__ import annotations

from .. import facts as f
from . import columns
from .binders import Binders
from .exports import Exports
from .expressions import EXTRAS
from .grammar import ERROR, KIND_NAMES, field, kind, kinds, parse_as_name
from .repair import runs_on

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
_EXCEPT = kinds("except_clause", "except_group_clause")
_CLAUSES = _EXCEPT | kinds("else_clause", "finally_clause")
_IDENTIFIER = kind("identifier")
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

# What may follow `print` or `exec` in an expression.
_CONTINUES_EXPRESSION = frozenset([b">", b"(", b"[", b".", b"-", b"+", b"*"])
_CATCHES_IMPORT = (b"ImportError", b"ModuleNotFoundError", b"Exception")
# How no alternative at all leaves.
NO_WAY = -1


class Statements(Exports, Binders):
    """Visits statements; everything that is none is an expression standing alone."""

    __slots__ = ()

    statements: ClassVar[dict[int, Callable[[Any, Node], int]]] = {}

    def __init_subclass__(cls) -> None:
        """Collect the visitors of statements by the number of the node kind."""
        super().__init_subclass__()
        cls.statements = {
            number: getattr(cls, f"do_{name}")
            for number, name in enumerate(KIND_NAMES)
            if hasattr(cls, f"do_{name}")
        }
        cls.statements[ERROR] = cls.do_module

    def do(self, node: Node) -> int:
        """Visit one statement; returns how it leaves."""
        handler = self.statements.get(node.kind_id)
        if handler is not None:
            return handler(self, node)
        self.visit(node)
        return 0

    def run(self, nodes: list[Node]) -> int:
        """Visit statements in order; returns how the last one that matters leaves.

        One that is nested too deeply costs only itself.
        """
        leaves = 0
        previous: Node | None = None
        state = self.state()
        for node in nodes:
            if node.kind_id in EXTRAS:
                if previous is not None and node.kind_id == _COMMENT:
                    self.type_comment(node, previous.start_byte, previous.end_byte)
                continue
            previous = node
            try:
                leaves |= self.do(node)
            except RecursionError:
                self.give_up(node, state)
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

    def do_expression_statement(self, node: Node) -> int:
        start, end = node.start_byte, node.end_byte
        if self.text.find(b"\n", start, end) >= 0:
            self.check_lines(start, end)
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

    def check_lines(self, start: int, end: int) -> None:
        """Remember a statement that goes on behind a line on which it should have ended."""
        line_end = runs_on(self.text, start, end)
        if line_end >= 0:
            self.joined.append((start, line_end))

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
                is_alias = annotation >= 0 and self.last_name(annotation) == "TypeAlias"
                value = self.annotation(right) if is_alias else self.value(right)
        if left is not None:
            self.target(left, f.ASSIGN if right is not None else f.DECLARE, value, annotation)
            if self.scope == 0:
                self.export_assignment(left, value)
        return value

    def value(self, node: Node) -> int:
        """Visit an expression; the target of one that is nested too deeply is still bound."""
        state = self.state()
        try:
            return self.visit(node)
        except RecursionError:
            self.give_up(node, state)
            return self.emit(f.UNKNOWN, node.start_byte)

    def augmented(self, node: Node) -> int:
        left = node.child_by_field_id(_LEFT)
        right = node.child_by_field_id(_RIGHT)
        operator = node.child_by_field_id(_OPERATOR)
        if left is None or right is None:
            return self.visit(node)
        left = self.without_parentheses(left)
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
        start, end = node.start_byte, node.end_byte
        if self.text.find(b"\n", start, end) >= 0:
            self.check_lines(start, end)
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        value = self.visit(parts[0]) if parts else -1
        self.result += (self.scope, value, f.RETURN, self.block, start)
        return f.LEAVES_FUNCTION

    def do_raise_statement(self, node: Node) -> int:
        parts = [child for child in node.named_children if child.kind_id not in EXTRAS]
        if parts and parts[0].kind_id in _EXPRESSION_LIST:
            self.error(parts[0])  # `raise Kind, "message"` of Python 2
            parts = parts[0].named_children
        values = [self.visit(part) for part in parts]
        value = values[0] if values else -1
        self.result += (self.scope, value, f.RAISE, self.block, node.start_byte)
        return f.LEAVES_FUNCTION

    def do_print_statement(self, node: Node) -> int:
        """Return what the grammar takes for a statement of Python 2, which may be an expression."""
        length = 4 if node.type == "exec_statement" else 5
        start, end = node.start_byte, node.end_byte
        name = self.data[start : start + length]
        if self.data[start + length : end].lstrip()[:1] in _CONTINUES_EXPRESSION:
            root = parse_as_name(self.data, start, end, length)
            if not root.has_error:
                return self.run(root.named_children)
        self.error(node)
        row = self.name(name)
        self.occur(row, f.READ, start, self.emit(f.NAME, start, row, self.scope))
        self.visit_other(node)
        return 0

    do_exec_statement = do_print_statement

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
            row = self.open_block(f.IF_FALSE, node, tests[0], start=node.end_byte)
            self.close_block(row, f.LEAVES_FUNCTION)
        return 0

    def do_global_statement(self, node: Node) -> int:
        return self.declare(node, f.GLOBAL)

    def do_nonlocal_statement(self, node: Node) -> int:
        return self.declare(node, f.NONLOCAL)

    def declare(self, node: Node, binding_kind: int) -> int:
        for child in node.named_children:
            if child.kind_id == _IDENTIFIER and child.end_byte > child.start_byte:
                name = self.name_of(child)
                self.bind(name, child.start_byte, binding_kind)
                self.visit(child)
        return 0

    def do_if_statement(self, node: Node) -> int:
        condition = node.child_by_field_id(_CONDITION)
        test = self.visit(condition) if condition is not None else -1
        outer = self.import_flags
        when_true, when_false = self.branch_flags(test)
        self.import_flags = outer | when_true
        leaves = self.body(node.child_by_field_id(_CONSEQUENCE), f.IF_TRUE, test)
        opened: list[tuple[int, int]] = []
        has_else = False
        for clause in node.children_by_field_id(_ALTERNATIVE):
            # An alternative runs where all tests before it failed, so alternatives nest.
            row = self.open_block(f.IF_FALSE, clause, test)
            self.blocks[row * 7 + columns.BLOCK_END] = node.end_byte
            self.import_flags = outer | when_false
            if clause.kind_id == _ELIF:
                condition = clause.child_by_field_id(_CONDITION)
                test = self.visit(condition) if condition is not None else -1
                when_true, when_false = self.branch_flags(test)
                self.import_flags = outer | when_true
                left = self.body(clause.child_by_field_id(_CONSEQUENCE), f.IF_TRUE, test)
            else:
                suite = clause.child_by_field_id(_BODY)
                left = self.run(suite.named_children) if suite is not None else 0
                has_else = True
            opened.append((row, left))
        rest = NO_WAY if has_else else 0
        for row, left in reversed(opened):
            rest = both(rest, left)
            self.close_block(row, rest)
        self.import_flags = outer
        return both(leaves, rest)

    def branch_flags(self, test: int) -> tuple[int, int]:
        """Flags of imports where a test holds, and where it does not."""
        if self.says_type_checking(test):
            return f.TYPE_CHECKING_ONLY, f.IN_BRANCH
        is_not = test >= 0 and self.expr[test * 4] == f.NOT
        if is_not and self.says_type_checking(self.expr[test * 4 + 2]):
            return f.IN_BRANCH, f.TYPE_CHECKING_ONLY
        return f.IN_BRANCH, f.IN_BRANCH

    def says_type_checking(self, test: int) -> bool:
        """True if a test holds only for type checkers: TYPE_CHECKING or typing.TYPE_CHECKING."""
        if test < 0:
            return False
        at = test * 4
        if self.expr[at] == f.AND:
            return any(map(self.says_type_checking, self.expr[at + 2 : at + 4]))
        return self.last_name(test) == "TYPE_CHECKING"

    def do_while_statement(self, node: Node) -> int:
        condition = node.child_by_field_id(_CONDITION)
        test = self.visit(condition) if condition is not None else -1
        self.loop(node, test)
        return 0

    def loop(self, node: Node, test: int = -1) -> None:
        """The body of a loop and its ``else``."""
        outer = self.import_flags
        self.import_flags |= f.IN_BRANCH
        self.body(node.child_by_field_id(_BODY), f.LOOP, test)
        clause = node.child_by_field_id(_ALTERNATIVE)
        if clause is not None:
            self.body(clause.child_by_field_id(_BODY), f.LOOP_ELSE)
        self.import_flags = outer

    def do_for_statement(self, node: Node) -> int:
        left = node.child_by_field_id(_LEFT)
        right = node.child_by_field_id(_RIGHT)
        is_async = node.children[0].type == "async"
        iterable = self.visit(right) if right is not None else -1
        if left is not None:
            element = self.emit(f.ELEMENT, left.start_byte, iterable, int(is_async))
            self.target(left, f.FOR, element)
        self.header_comment(node, right)
        self.loop(node)
        return 0

    def do_with_statement(self, node: Node) -> int:
        is_async = int(node.children[0].type == "async")
        clause: Node | None = None
        for clause in node.named_children:
            if clause.type != "with_clause":
                continue
            for item in clause.named_children:
                if item.kind_id == _WITH_ITEM:
                    self.with_item(item, is_async)
            break
        self.header_comment(node, clause)
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
        clauses = [child for child in node.named_children if child.kind_id in _CLAUSES]
        if any(self.catches_import(clause) for clause in clauses):
            self.import_flags |= f.IN_TRY
        leaves = self.body(node.child_by_field_id(_BODY), f.TRY)
        handled = 0
        all_leave = True
        finally_leaves = 0
        for clause in clauses:
            number = clause.kind_id
            if number in _EXCEPT:
                self.import_flags = outer | f.IN_HANDLER
                left = self.except_clause(clause)
                handled |= left
                all_leave = all_leave and left != 0
            elif number == _ELSE:
                self.import_flags = outer | f.IN_BRANCH
                leaves |= self.body(clause.child_by_field_id(_BODY), f.TRY_ELSE)
            else:
                self.import_flags = outer
                suite = [child for child in clause.named_children if child.kind_id in _BLOCK]
                finally_leaves = self.body(suite[0] if suite else None, f.FINALLY)
        self.import_flags = outer
        # The body, with its else, and each handler are alternatives.
        leaves = leaves | handled if leaves and all_leave else 0
        return leaves | finally_leaves

    def catches_import(self, clause: Node) -> bool:
        """True if a clause is a handler that a failing import would end in."""
        if clause.kind_id not in _EXCEPT:
            return False
        values = clause.children_by_field_id(_VALUE)
        if not values:
            return True
        text = self.data[values[0].start_byte : values[-1].end_byte]
        return any(kind in text for kind in _CATCHES_IMPORT)

    def except_clause(self, node: Node) -> int:
        is_group = int(any(child.type == "except*" for child in node.children[:1]))
        is_group |= int(any(child.type == "*" for child in node.children[1:2]))
        values = node.children_by_field_id(_VALUE)
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
        self.blocks[row * 7 + columns.BLOCK_TEST] = caught
        if alias is not None:
            raised = self.emit(f.RAISED, alias.start_byte, caught, is_group)
            self.target(alias, f.EXCEPT, raised)
        leaves = self.run(suite[0].named_children) if suite else 0
        self.close_block(row, leaves)
        return leaves


def both(first: int, second: int) -> int:
    """Return how two alternative ways leave together: only if each of them leaves."""
    if first == NO_WAY:
        return second
    return first | second if first and second else 0
