"""Structural pattern matching: subjects, patterns, and the names that they capture."""

from __future__ import annotations

from .. import facts as f
from .expressions import EXTRAS
from .grammar import field, kind, kinds
from .statements import Statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

_CASE = kind("case_clause")
_DOTTED = kind("dotted_name")
_CASE_PATTERN = kind("case_pattern")
_KEYWORD_PATTERN = kind("keyword_pattern")
_CLASS_PATTERN = kind("class_pattern")
_AS_PATTERN = kinds("as_pattern")
_UNION_PATTERN = kind("union_pattern")
_SEQUENCE_PATTERNS = kinds("list_pattern", "tuple_pattern")
_DICT_PATTERN = kind("dict_pattern")
_SPLAT_PATTERN = kind("splat_pattern")
_IDENTIFIER = kind("identifier")

_SUBJECT = field("subject")
_BODY = field("body")
_GUARD = field("guard")
_CONSEQUENCE = field("consequence")


class Patterns(Statements):
    """Adds ``match``: each case is a block whose test is the pattern, seen from the subject."""

    __slots__ = ()

    def do_match_statement(self, node: Node) -> int:
        subjects = [self.visit(child) for child in node.children_by_field_id(_SUBJECT)]
        subject = (
            subjects[0]
            if len(subjects) == 1
            else self.emit(f.TUPLE, node.start_byte, self.emit_list(subjects), node.end_byte)
        )
        body = node.child_by_field_id(_BODY)
        for clause in body.named_children if body is not None else []:
            if clause.kind_id == _CASE:
                self.case_clause(clause, subject)
            elif clause.kind_id not in EXTRAS:
                self.do(clause)
        return 0

    def case_clause(self, node: Node, subject: int) -> None:
        patterns = [child for child in node.named_children if child.kind_id == _CASE_PATTERN]
        row = self.open_block(f.CASE, node)
        matched = self.emit(f.MATCHED, node.start_byte, subject)
        if len(patterns) == 1:
            test = self.pattern(patterns[0], matched)
        else:
            listed = [
                self.pattern(part, self.emit(f.ITEM, part.start_byte, matched, index))
                for index, part in enumerate(patterns)
            ]
            test = self.emit(f.PATTERN_SEQUENCE, node.start_byte, self.emit_list(listed))
        self.expr[matched * 4 + 3] = test
        self.blocks[row * 7 + f.BLOCK_TEST] = matched
        guard = node.child_by_field_id(_GUARD)
        guarded = -1
        if guard is not None:
            guarded = self.open_block(f.IF_TRUE, node, self.inner(guard))
        body = node.child_by_field_id(_CONSEQUENCE)
        leaves = self.run(body.named_children) if body is not None else 0
        if guarded >= 0:
            self.close_block(guarded, leaves)
        self.close_block(row, leaves)

    def capture(self, node: Node, value: int) -> None:
        """Bind a captured name; ``_`` captures nothing."""
        text = self.data[node.start_byte : node.end_byte]
        if text and text != b"_":
            name = self.name(text)
            binding = self.bind(name, node.start_byte, f.CAPTURE, value)
            self.occur(name, f.WRITTEN, node.start_byte, binding)

    def pattern(self, node: Node, value: int) -> int:
        """Row of a pattern; ``value`` is what it is matched against."""
        number = node.kind_id
        position = node.start_byte
        children = [child for child in node.named_children if child.kind_id not in EXTRAS]
        if number == _CASE_PATTERN and len(children) == 1:
            if b"-" in self.data[position : children[0].start_byte]:
                return self.emit(f.PATTERN_VALUE, position, self.visit(children[0]))
            return self.pattern(children[0], value)
        if number == _DOTTED:
            if len(children) > 1:
                return self.emit(f.PATTERN_VALUE, position, self.dotted(node))
            self.capture(node, value)
            return self.emit(f.PATTERN_ANY, position)
        if number == _IDENTIFIER:
            self.capture(node, value)
            return self.emit(f.PATTERN_ANY, position)
        if number in _AS_PATTERN and len(children) == 2:
            inner = self.pattern(children[0], value)
            matched = self.emit(f.MATCHED, position, value, inner)
            self.capture(children[1], matched)
            return inner
        if number == _UNION_PATTERN:
            listed = [self.pattern(child, value) for child in children]
            return self.emit(f.PATTERN_OR, position, self.emit_list(listed))
        if number in _SEQUENCE_PATTERNS:
            return self.sequence(children, position, value)
        if number == _CLASS_PATTERN and children:
            return self.class_pattern(children, position, value)
        if number == _DICT_PATTERN:
            return self.mapping(children, position, value)
        if number == _SPLAT_PATTERN:
            for child in children:
                self.capture(child, self.emit(f.REST, position, value))
            return self.emit(f.PATTERN_ANY, position)
        if number == _CASE_PATTERN:  # `_` has no children
            return self.emit(f.PATTERN_ANY, position)
        return self.emit(f.PATTERN_VALUE, position, self.visit(node))

    def sequence(self, children: list[Node], position: int, value: int) -> int:
        listed: list[int] = []
        for index, child in enumerate(children):
            item = self.emit(f.ITEM, child.start_byte, value, index)
            listed.append(self.pattern(child, item))
        return self.emit(f.PATTERN_SEQUENCE, position, self.emit_list(listed))

    def class_pattern(self, children: list[Node], position: int, value: int) -> int:
        function = self.dotted(children[0])
        matched = self.emit(f.MATCHED, position, value)
        listed = [0]
        row = self.emit(f.PATTERN_CLASS, position, function)
        self.expr[matched * 4 + 3] = row
        for child in children[1:]:
            inner = child
            while inner.kind_id == _CASE_PATTERN and len(inner.named_children) == 1:
                inner = inner.named_children[0]
            key, start = f.ARG_POSITIONAL, child.start_byte
            part = self.emit(f.UNKNOWN, start)
            if inner.kind_id == _KEYWORD_PATTERN:
                names = inner.named_children
                key = self.name_of(names[0])
                self.occur(key, f.KEYWORD | f.ATTRIBUTE_ROLE, names[0].start_byte, row)
                part = self.emit(f.ATTRIBUTE, names[0].start_byte, matched, key)
                inner = names[-1]
            pattern = self.pattern(inner, part)
            listed += (key, start, pattern)
        listed[0] = len(listed) // 3
        self.expr[row * 4 + 3] = len(self.extra)
        self.extra += listed
        return row

    def mapping(self, children: list[Node], position: int, value: int) -> int:
        listed: list[int] = []
        key = -1
        for child in children:
            if child.kind_id == _SPLAT_PATTERN:
                self.pattern(child, value)
            elif key < 0:
                key = self.visit(child)
            else:
                item = self.emit(f.SUBSCRIPT, child.start_byte, value, key)
                listed += (key, self.pattern(child, item))
                key = -1
        return self.emit(f.PATTERN_MAPPING, position, self.emit_list(listed))

    def dotted(self, node: Node) -> int:
        """Row of ``a.b.C`` where the grammar has a dotted name and not an attribute."""
        row = -1
        for part in node.named_children or [node]:
            if row < 0:
                row = self.visit(part)
                continue
            name = self.name_of(part)
            position = part.start_byte
            row = self.emit(f.ATTRIBUTE, position, row, name)
            self.occur(name, f.READ | f.ATTRIBUTE_ROLE, position, row)
        return row

    visit_dotted_name = dotted
