"""Type expressions: names in them are annotations, strings in them are what they spell.

They are written in code, in strings, and in comments (PEP 484).

Defaults of type parameters (PEP 696) are not known to the grammar yet: they are blanked before the
text is parsed again, so that the rest of the header and the body parse as they should; what they
say is parsed apart, where it is written.
"""

from __future__ import annotations

import keyword
import re

from .. import facts as f
from . import columns
from .expressions import PREFIXES, Expressions
from .grammar import kind, parse_range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node


_COMMENT = kind("comment")
_KEYWORDS = frozenset(word.encode() for word in keyword.kwlist)
_TYPE_MODULES = frozenset(["typing", "typing_extensions", "collections.abc"])
_GENERIC_BUILTINS = frozenset(["list", "dict", "set", "frozenset", "tuple", "type"])
# Calls with types among their arguments: places and keywords of these.
_TYPED_CALLS: dict[str, tuple[range, tuple[str, ...]]] = {
    "cast": (range(1), ("typ",)),
    "assert_type": (range(1, 2), ("typ",)),
    "NewType": (range(1, 2), ("tp",)),
    "TypeVar": (range(1, 100), ("bound", "default")),
}
_TYPED_FIELDS = frozenset(["NamedTuple", "TypedDict"])


# Quotes within quotes that are read as types; people write one.
_MOST_QUOTES = 3


def blank_subscripts(text: bytes, root: Node) -> bytes:
    """Return a text without the subscripts of types that have several: ``x: X["a"]["b"]``.

    The grammar knows one pair of brackets only, and takes what follows for the whole type.
    """
    buffer = bytearray(text)
    pending = [root]
    while pending:
        node = pending.pop()
        pending += (child for child in node.named_children if child.has_error or child.is_error)
        behind = node.next_named_sibling if node.is_error else None
        written = node.named_children[0] if node.named_child_count == 1 else None
        if behind is None or behind.type != "type" or written is None or written.type != "type":
            continue
        generic = written.named_children[0]
        if generic.type == "generic_type" and node.end_byte == behind.start_byte:
            start = generic.named_children[1].start_byte
            buffer[start : behind.end_byte] = b" " * (behind.end_byte - start)
    return bytes(buffer)


class Annotations(Expressions):
    """Adds what is written as a type, be it in code, in a string or in a comment."""

    __slots__ = ()

    def annotation(self, node: Node) -> int:
        """Row of a type expression; names in it have the role of annotations, strings are read."""
        outer, self.role = self.role, f.ANNOTATED
        row = self.visit(node)
        self.role = outer
        return self.unquote(row)

    def visit_subscript(self, node: Node) -> int:
        row = super().visit_subscript(node)
        at = row * 4
        if self.role != f.ANNOTATED and self.expr[at] == f.SUBSCRIPT:
            base = self.expr[at + 2]
            name = self.last_name(base)
            # `Union["A", "B"]` outside of annotations, as in a type alias.
            is_builtin = self.expr[base * 4] == f.NAME and name in _GENERIC_BUILTINS
            if is_builtin or (name[:1].isupper() and self.is_of_typing(base)):
                self.unquote(row)
        return row

    def visit_call(self, node: Node) -> int:
        row = super().visit_call(node)
        at = row * 4
        if self.expr[at] == f.CALL:
            function = self.expr[at + 2]
            name = self.last_name(function)
            if name in _TYPED_CALLS and self.is_of_typing(function):
                self.unquote_arguments(self.expr[at + 3], *_TYPED_CALLS[name])
            elif (
                name in _TYPED_FIELDS
                and self.extra[self.expr[at + 3]] > 1
                and self.is_of_typing(function)
            ):
                self.unquote_fields(self.extra[self.expr[at + 3] + 6])
        return row

    def unquote_arguments(self, at: int, places: range, keywords: tuple[str, ...]) -> None:
        """Read the strings among the arguments listed at a place of ``extra`` that are types."""
        extra = self.extra
        for place in range(extra[at]):
            key, index = extra[at + 1 + 3 * place], at + 3 + 3 * place
            is_type = place in places if key == f.ARG_POSITIONAL else key >= 0
            if is_type and (key < 0 or self.names[key] in keywords):
                extra[index] = self.unquote(extra[index])

    def unquote_fields(self, row: int) -> None:
        """Read the types in ``[("name", "type")]`` and in ``{"name": "type"}``."""
        extra = self.extra
        op, _, inside, _ = self.expr[row * 4 : row * 4 + 4]
        if op == f.DICT:
            for index in range(inside + 2, inside + 1 + extra[inside], 2):
                extra[index] = self.unquote(extra[index])
        elif op in (f.LIST, f.TUPLE):
            for part in extra[inside + 1 : inside + 1 + extra[inside]]:
                at = self.expr[part * 4 + 2]
                if self.expr[part * 4] == f.TUPLE and extra[at] == 2:
                    extra[at + 2] = self.unquote(extra[at + 2])

    def is_of_typing(self, row: int) -> bool:
        """True if a name is imported from a module for types, or an attribute of such a module."""
        at = row * 4
        wanted, whole = self.expr[at + 2], False
        if self.expr[at] == f.ATTRIBUTE:
            wanted, whole = self.expr[wanted * 4 + 2], True
            if self.expr[self.expr[at + 2] * 4] != f.NAME:
                return False
        for start in range(0, len(self.imports), 7):
            if self.imports[start + columns.IMP_BOUND] == wanted:
                is_module = self.imports[start + columns.IMP_NAME] == -1
                module = self.names[self.imports[start + columns.IMP_MODULE]]
                if is_module == whole and module in _TYPE_MODULES:
                    return True
        return False

    def unquote(self, row: int) -> int:
        """Replace strings inside a type expression by what they spell."""
        rows = self.expr
        at = row * 4
        op = rows[at]
        if op == f.STRING:
            return self.quoted(row)
        if op == f.SUBSCRIPT:
            name = self.last_name(rows[at + 2])
            index = rows[at + 3]
            if name == "Annotated" and rows[index * 4] == f.TUPLE:
                first = rows[index * 4 + 2] + 1  # what follows the type is any expression
                self.extra[first] = self.unquote(self.extra[first])
            elif name != "Literal":
                rows[at + 3] = self.unquote(index)
        elif op in (f.TUPLE, f.LIST):
            first = rows[at + 2] + 1
            for index in range(first, first + self.extra[first - 1]):
                self.extra[index] = self.unquote(self.extra[index])
        elif op == f.BINARY:
            rows[at + 2] = self.unquote(rows[at + 2])
            self.extra[rows[at + 3] + 1] = self.unquote(self.extra[rows[at + 3] + 1])
        elif op == f.STARRED:
            rows[at + 2] = self.unquote(rows[at + 2])
        return row

    def last_name(self, row: int) -> str:
        """``Literal`` of ``Literal``, of ``typing.Literal``, and of what it is imported as."""
        at = row * 4
        column = {f.NAME: 2, f.ATTRIBUTE: 3}.get(self.expr[at])
        if column is None:
            return ""
        name = self.expr[at + column]
        if column == 2:
            for start in range(0, len(self.imports), 7):
                original = self.imports[start + columns.IMP_NAME]
                if self.imports[start + columns.IMP_BOUND] == name and original >= 0:
                    return self.names[original]
        return self.names[name]

    def quoted(self, row: int) -> int:
        """Row of the expression that a string literal spells, or the string's own."""
        position, end = self.expr[row * 4 + 1], self.expr[row * 4 + 3]
        data = self.data
        while position < end and data[position] in PREFIXES:
            position += 1
        quotes = 3 if data[position : position + 3] in (b'"""', b"'''") else 1
        start, stop = position + quotes, end - quotes
        text = data[start:stop]
        start += len(text) - len(text.lstrip())
        text = text.strip()
        if not text or b"\\" in text:
            return row
        parts = text.split(b".")
        if text.isascii() and all(map(_is_name, parts)):
            return self.dotted_text(parts, start)
        return self.spelled(start, stop, row)

    def dotted_text(self, parts: list[bytes], start: int) -> int:
        """Row of ``a.b.C``, as most quoted annotations are, without parsing it."""
        row = -1
        for part in parts:
            name = self.name(part)
            if row < 0:
                row = self.emit(f.NAME, start, name, self.scope)
                self.occur(name, f.ANNOTATED, start, row)
            else:
                row = self.emit(f.ATTRIBUTE, start, row, name)
                self.occur(name, f.ANNOTATED | f.ATTRIBUTE_ROLE, start, row)
            start += len(part) + 1
        return row

    def spelled(self, start: int, stop: int, otherwise: int) -> int:
        """Row of the type expression in a stretch of the text that the parser took for a string."""
        data = self.data
        text = data[start:stop]
        if b"\n" in text:  # in brackets, as far as Python is concerned
            data = data[:start] + text.replace(b"\n", b" ").replace(b"\r", b" ") + data[stop:]
            start += len(text) - len(text.lstrip())
        if self.quotes >= _MOST_QUOTES:
            return otherwise
        self.quotes += 1
        try:
            return self.parsed(data, start, stop, otherwise)
        finally:
            self.quotes -= 1

    def parsed(self, data: bytes, start: int, stop: int, otherwise: int) -> int:
        """Row of the type expression that a stretch of text is when it is parsed on its own."""
        root = parse_range(data, start, stop)
        children = root.named_children
        if root.has_error or len(children) != 1 or children[0].type != "expression_statement":
            return otherwise
        types = [self.annotation(child) for child in children[0].named_children]
        if len(types) == 1:
            return types[0]
        return self.emit(f.TUPLE, start, self.emit_list(types), stop)

    def type_comment(self, comment: Node, start: int, end: int) -> None:
        """PEP 484 type comment on the line of an assignment, ``for`` or ``with``.

        It speaks of the targets written from ``start`` to ``end``.
        """
        found = self.commented_type(comment)
        if found is None or b"\n" in self.data[end : comment.start_byte]:
            return
        targets: list[tuple[int, list[int], int]] = []
        table = self.binding
        for at in range(len(table) - 8, -1, -8):
            if table[at + columns.BIND_POS] < start:
                break
            kinds_ = (f.ASSIGN, f.FOR, f.WITH)
            if (
                table[at + columns.BIND_SCOPE] == self.scope
                and table[at + columns.BIND_KIND] in kinds_
            ):
                targets.append((table[at + columns.BIND_POS], table, at + columns.BIND_ANNOTATION))
        table = self.attribute_binding
        for at in range(len(table) - 8, -1, -8):
            if table[at + columns.ATTR_POS] < start:
                break
            if table[at + columns.ATTR_SCOPE] == self.scope:
                targets.append((table[at + columns.ATTR_POS], table, at + columns.ATTR_ANNOTATION))
        row = self.spelled(*found, -1) if targets else -1
        if row < 0:
            return
        types = [row] * len(targets)
        if len(targets) > 1 and self.expr[row * 4] == f.TUPLE:
            begin = self.expr[row * 4 + 2]
            types = self.extra[begin + 1 : begin + 1 + self.extra[begin]]
        if len(types) == len(targets):
            targets.sort(key=lambda target: target[0])
            for (_, table, at), type_row in zip(targets, types, strict=True):
                if table[at] < 0:
                    table[at] = type_row

    def commented_type(self, comment: Node) -> tuple[int, int] | None:
        """Return where the type in a comment like ``# type: list[int]`` starts and ends."""
        start, end = comment.start_byte, comment.end_byte
        if b"type:" not in self.data[start : start + 12]:
            return None
        text = self.data[start:end]
        stripped = text[1:].lstrip()
        if not stripped.startswith(b"type:"):
            return None
        spelled = stripped[5:].split(b"#")[0].strip()
        if not spelled or spelled.startswith(b"ignore"):
            return None
        begin = start + text.index(spelled, len(text) - len(stripped) + 5)
        return begin, begin + len(spelled)

    def header_comment(self, node: Node, before: Node | None) -> None:
        """Type comment behind the colon of a compound statement."""
        for child in node.children:
            if child.kind_id == _COMMENT and before is not None:
                self.type_comment(child, node.start_byte, before.end_byte)
                return


def _is_name(text: bytes) -> bool:
    return text.decode().isidentifier() and text not in _KEYWORDS


_HEADER = re.compile(rb"\b(?:def|class|type)[ \t]+[^\W\d]\w*[ \t]*\[", re.ASCII)
_TOKEN = re.compile(
    rb"#[^\n]*"
    rb"|(?:'''|\"\"\")(?:\\.|[^\\])*?(?:'''|\"\"\")"
    rb"|'(?:\\.|[^\\\n'])*'|\"(?:\\.|[^\\\n\"])*\""
    rb"|[\[({\])},=]",
    re.DOTALL,
)
_START = re.compile(rb"[\s\\,*]*(?:#[^\n]*\s*)*")
_LONGEST_HEADER = 10_000


def blank_defaults(text: bytes) -> tuple[bytes, dict[int, tuple[int, int]]]:
    """The text with spaces for the defaults of type parameters.

    Also gives where each default starts and ends, by the start of its parameter's name. Both are
    as harmless as they are useless for what only looks like a header, in a string for example.
    """
    if b"=" not in text or not _HEADER.search(text):
        return text, {}
    blanked = bytearray(text)
    defaults: dict[int, tuple[int, int]] = {}
    for header in _HEADER.finditer(text):
        for name, sign, end in _in_header(text, header.end()):
            defaults[name] = sign + 1, end
            # Line breaks stay, for the sake of comments before them.
            spaces = bytes(byte if byte in b"\r\n" else 32 for byte in text[sign:end])
            blanked[sign:end] = spaces
    return (bytes(blanked), defaults) if defaults else (text, {})


def _in_header(text: bytes, start: int) -> list[tuple[int, int, int]]:
    """(start of the name, place of the equals sign, end of the default) of each parameter."""
    found: list[tuple[int, int, int]] = []
    depth, name, sign = 0, _name_from(text, start), -1
    for token in _TOKEN.finditer(text, start, start + _LONGEST_HEADER):
        spelled, at = token[0], token.start()
        if spelled in (b"]", b",") and not depth:
            if sign >= 0:
                found.append((name, sign, at))
            if spelled == b"]":
                return found
            name, sign = _name_from(text, token.end()), -1
        elif spelled == b"=" and not depth and sign < 0:
            sign = at
        elif spelled in (b"[", b"(", b"{"):
            depth += 1
        elif spelled in (b"]", b")", b"}"):
            depth -= 1
    return []


def _name_from(text: bytes, start: int) -> int:
    """Return where the next name starts, behind stars and blanks."""
    skipped = _START.match(text, start)
    return skipped.end() if skipped else start
