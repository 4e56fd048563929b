"""Structural pattern matching: subjects, patterns, and the names that they capture."""

from __future__ import annotations

from .. import facts as f
from . import columns
from .expressions import EXTRAS
from .grammar import field, kind, kinds
from .statements import NO_WAY, Statements, both

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
_TUPLE_PATTERN = kinds("tuple_pattern")
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
        children = node.children_by_field_id(_SUBJECT)
        subjects = [self.visit(child) for child in children]
        if len(subjects) == 1 and not self.comma_behind(children[0]):
            subject = subjects[0]
        else:
            listed = self.emit_list(subjects)
            subject = self.emit(f.TUPLE, node.start_byte, listed, node.end_byte)
        outer = self.import_flags
        self.import_flags |= f.IN_BRANCH
        leaves = NO_WAY
        exhausted = False
        body = node.child_by_field_id(_BODY)
        for clause in body.named_children if body is not None else []:
            if clause.kind_id == _CASE:
                left, exhausted = self.case_clause(clause, subject)
                leaves = both(leaves, left)
            elif clause.kind_id not in EXTRAS:
                self.do(clause)
        self.import_flags = outer
        return leaves if exhausted else 0

    def case_clause(self, node: Node, subject: int) -> tuple[int, bool]:
        """Visit a case; returns how it leaves and whether it matches whatever is left."""
        patterns = [child for child in node.named_children if child.kind_id == _CASE_PATTERN]
        row = self.open_block(f.CASE, node)
        matched = self.emit(f.MATCHED, node.start_byte, subject)
        if len(patterns) == 1 and not self.comma_behind(patterns[0]):
            test = self.pattern(patterns[0], matched)
        else:
            test = self.sequence(patterns, node.start_byte, matched)
        self.expr[matched * 4 + 3] = test
        self.blocks[row * 7 + columns.BLOCK_TEST] = matched
        guard = node.child_by_field_id(_GUARD)
        body = node.child_by_field_id(_CONSEQUENCE)
        guarded = -1
        if guard is not None:
            guarded = self.open_block(f.IF_TRUE, node, self.inner(guard), start=guard.end_byte)
        leaves = self.run(body.named_children) if body is not None else 0
        if guarded >= 0:
            self.close_block(guarded, leaves)
        self.close_block(row, leaves)
        return leaves, guarded < 0 and self.expr[test * 4] == f.PATTERN_ANY

    def comma_behind(self, node: Node) -> bool:
        """True if a node is followed by a comma."""
        following = node.next_sibling
        while following is not None and following.kind_id in EXTRAS:
            following = following.next_sibling
        return following is not None and following.type == ","

    def capture(self, node: Node, value: int) -> None:
        """Bind a captured name; ``_`` captures nothing."""
        text = self.data[node.start_byte : node.end_byte]
        if text and text != b"_":
            name = self.name(text)
            binding = self.bind(name, node.start_byte, f.CAPTURE, value)
            self.occur(name, f.WRITTEN, node.start_byte, binding)

    def pattern(self, node: Node, value: int, minus: int = -1) -> int:
        """Row of a pattern; ``value`` is what it is matched against.

        A minus is no part of the node of its number: ``minus`` is where one stands before it.
        """
        number = node.kind_id
        position = node.start_byte
        children = [child for child in node.named_children if child.kind_id not in EXTRAS]
        if number == _CASE_PATTERN and len(children) == 1:
            return self.pattern(children[0], value, self.minus(children[0]))
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
            listed: list[int] = []
            for child in node.children:
                if child.is_named and child.kind_id not in EXTRAS:
                    listed.append(self.pattern(child, value, self.minus(child)))
                elif child.type == "_":
                    listed.append(self.emit(f.PATTERN_ANY, child.start_byte))
            return self.emit(f.PATTERN_OR, position, self.emit_list(listed))
        if number in _TUPLE_PATTERN and len(children) == 1 and not self.comma_behind(children[0]):
            return self.pattern(children[0], value)
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
        row = self.visit(node)
        row = self.negated(row, minus) if minus >= 0 else row
        return self.emit(f.PATTERN_VALUE, position, row)

    def minus(self, number: Node) -> int:
        """Return where a minus stands before a number, or -1."""
        before = number.prev_sibling
        return before.start_byte if before is not None and before.type == "-" else -1

    def sequence(self, children: list[Node], position: int, value: int) -> int:
        listed: list[int] = []
        starred = False
        for index, child in enumerate(children):
            if self.is_splat(child):
                starred = True
                listed.append(self.pattern(child, value))
                continue
            place = index - len(children) if starred else index
            item = self.emit(f.ITEM, child.start_byte, value, place)
            listed.append(self.pattern(child, item))
        return self.emit(f.PATTERN_SEQUENCE, position, self.emit_list(listed))

    def is_splat(self, node: Node) -> bool:
        """True if a pattern in a sequence is a star, whatever it is wrapped in."""
        return self.data[node.start_byte : node.start_byte + 1] == b"*"

    def class_pattern(self, children: list[Node], position: int, value: int) -> int:
        function = self.dotted(children[0])
        matched = self.emit(f.MATCHED, position, value)
        listed = [0]
        row = self.emit(f.PATTERN_CLASS, position, function)
        self.expr[matched * 4 + 3] = row
        for place, child in enumerate(children[1:]):
            listed += self.class_argument(child, matched, row, place)
        listed[0] = len(listed) // 3
        self.expr[row * 4 + 3] = len(self.extra)
        self.extra += listed
        return row

    def class_argument(
        self, node: Node, matched: int, row: int, place: int
    ) -> tuple[int, int, int]:
        """(key, position, pattern) of a pattern for an attribute of what matched."""
        start = node.start_byte
        inner, captured = node, None
        while inner.kind_id != _KEYWORD_PATTERN:
            # In `Name(key=A() as b)` the grammar has the `as` around the keyword.
            parts = [part for part in inner.named_children if part.kind_id not in EXTRAS]
            if inner.kind_id in _AS_PATTERN and len(parts) == 2 and captured is None:
                captured = parts[1]
            elif inner.kind_id != _CASE_PATTERN or len(parts) != 1:
                part = self.emit(f.MATCHED, start, matched, -2 - place)
                return f.ARG_POSITIONAL, start, self.pattern(node, part)
            inner = parts[0]
        parts = [part for part in inner.named_children if part.kind_id not in EXTRAS]
        key, at = self.name_of(parts[0]), parts[0].start_byte
        self.occur(key, f.KEYWORD | f.ATTRIBUTE_ROLE, at, row)
        part = self.emit(f.ATTRIBUTE, at, matched, key)
        if len(parts) > 1:
            pattern = self.pattern(parts[-1], part, self.minus(parts[-1]))
        else:  # `key=_`
            pattern = self.emit(f.PATTERN_ANY, at)
        if captured is not None:
            self.capture(captured, self.emit(f.MATCHED, at, part, pattern))
        return key, start, pattern

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
