"""Broken files: finds the statements that do not parse, so that the rest can be parsed without them.

One open bracket or quote can make a parser see everything behind it, or the whole file, as one
error. Statements are told apart here by their indentation, which survives half-written code, and
each is parsed on its own; only what then still fails is broken.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from .grammar import parse_range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

# A line that goes on with the statement above it though it is not indented deeper.
_GOES_ON = re.compile(rb"[\])}]|(?:else|elif|except|finally)\b")
_DEFINES = re.compile(rb"(?:async[ \t]+)?(?:def|class)[ \t]+[^\W\d]\w*", re.ASCII)
_TOKEN = re.compile(
    rb"(?P<comment>#[^\n]*)"
    rb"|(?P<long>'''|\"\"\")"
    rb"|(?P<string>'(?:\\.|[^\\\n'])*'|\"(?:\\.|[^\\\n\"])*\")"
    rb"|(?P<open>[\[({])|(?P<close>[\])}])|(?P<line>\n)",
    re.DOTALL,
)
_COMPOUND = re.compile(
    rb"(?:async|case|class|def|elif|else|except|finally|for|if|match|try|while|with)\b"
)
_PLACEHOLDER = b"if 1:"
_LONGEST_HEADER = 50  # lines
_MOST_PARSES = 2_000
_LONGEST_STATEMENT = 20_000


class Repair:
    """Text in which broken statements are blanked, and the trees of those.

    ``text`` has the length of the original. A header that is broken gives way to one that is not,
    so that its body stays one.
    """

    def __init__(self, text: bytes) -> None:
        """Look for what is broken in a text that does not parse."""
        self.original = text
        self.buffer = bytearray(text)
        self.broken: list[Node] = []
        self.starts = [0]
        for line in text.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.starts[-1] -= 1
        self.indents = [self._indent(line) for line in range(len(self.starts) - 1)]
        self.left = _MOST_PARSES
        self._suite(0, len(self.indents))

    @property
    def text(self) -> bytes:
        """The text to parse instead of the original."""
        return bytes(self.buffer)

    def _indent(self, line: int) -> int:
        """Bytes of white space before a line's first character, -1 if it is blank or a comment."""
        start, end = self.starts[line], self.starts[line + 1]
        stripped = self.original[start:end].lstrip(b" \t\f")
        return end - start - len(stripped) if stripped[:1] not in b"#\r\n" else -1

    def _line(self, line: int) -> bytes:
        start = self.starts[line] + max(self.indents[line], 0)
        return self.original[start : self.starts[line + 1]]

    def _parse(self, first: int, last: int) -> Node | None:
        """Tree of the lines from ``first`` up to ``last``; None when too many were asked for."""
        self.left -= 1
        if self.left < 0:
            return None
        start = self.starts[first] + max(self.indents[first], 0)
        return parse_range(self.original, start, self.starts[last])

    def _parses(self, first: int, last: int) -> bool:
        root = self._parse(first, last)
        return root is None or not root.has_error

    def _suite(self, first: int, last: int) -> None:
        """Look at each statement among lines that are indented alike."""
        level = next((indent for indent in self.indents[first:last] if indent >= 0), 0)
        bounds: list[int] = []
        decorated = False
        for line in range(first, last):
            if 0 <= self.indents[line] <= level:
                text = self._line(line)
                if not decorated and not (bounds and _GOES_ON.match(text)):
                    bounds.append(line)
                decorated = text.startswith(b"@")
        bounds.append(last)
        at = 0
        while at < len(bounds) - 1:
            line, behind = bounds[at], bounds[at + 1]
            at += 1
            if self._parses(line, behind):
                continue
            # Strings and brackets may hold lines that are not indented.
            end = self._lexical_end(line, behind)
            while bounds[at] < end and at < len(bounds) - 1:
                at += 1
            if bounds[at] == behind or not self._parses(line, bounds[at]):
                at = bounds.index(behind)
                self._statement(line, behind)

    def _lexical_end(self, first: int, behind: int) -> int:
        """The line behind the one on which what is open at the end of some lines is closed.

        That is ``behind`` itself when nothing is open, or is never closed.
        """
        at, end = self.starts[first], self.starts[behind]
        limit = at + _LONGEST_STATEMENT
        depth = 0
        while token := _TOKEN.search(self.original, at, limit):
            at = token.end()
            kind = token.lastgroup
            if kind == "long":
                at = self.original.find(token[0], at) + 3
                if at < 3:
                    return behind
            elif kind in ("open", "close"):
                depth += 1 if kind == "open" else -1
            elif kind == "line" and at >= end and depth <= 0:
                return max(bisect_left(self.starts, at), behind)
        return behind

    def _statement(self, first: int, last: int) -> None:
        """Narrow down a broken statement: to its header, or to statements in its bodies."""
        own = self.indents[first]
        while first < last and self._line(first).startswith(b"@"):
            first = self._next(first, last)
        heads: list[int] = []
        closed: dict[int, int] = {}  # behind the `):` that ends the header that starts on a line
        for line in range(first, last):
            if self.indents[line] == own:
                if heads and self._line(line)[:1] in (b")", b"]", b"}"):
                    closed.setdefault(heads[-1], line + 1)
                else:
                    heads.append(line)
        for head, behind in zip(heads, [*heads[1:], last], strict=True):
            is_clause = head > first and _GOES_ON.match(self._line(head))
            header_end = closed.get(head) or self._header_end(head, behind)
            body = self._next(header_end - 1, behind)
            if body < behind and self.indents[body] > own and _COMPOUND.match(self._line(head)):
                if not is_clause and not self._parses(head, header_end):
                    self._replace_header(head, header_end)
                self._suite(body, behind)
            elif not is_clause:
                self._blank(head, behind)

    def _next(self, line: int, last: int) -> int:
        """The next line with code on it."""
        line += 1
        while line < last and self.indents[line] < 0:
            line += 1
        return line

    def _header_end(self, head: int, last: int) -> int:
        """The line behind the header of a compound statement."""
        for line in range(head, min(last, head + _LONGEST_HEADER)):
            if self._line(line).split(b"#")[0].rstrip().endswith(b":"):
                if line == head or self._parses(head, line + 1):
                    return line + 1
                break
        return head + 1

    def _replace_header(self, first: int, behind: int) -> None:
        """Have a header that parses in the place of one that is broken."""
        root = self._parse(first, behind)
        if root is None:
            return
        self.broken.append(root)
        start, end = self.starts[first] + self.indents[first], self.starts[behind]
        found = _DEFINES.match(self.original, start)
        ending = b":" if found and b"class" in found[0] else b"():"
        header = found[0] + ending if found else _PLACEHOLDER
        room = len(self.original[start:end].rstrip())
        if len(header) > room:
            header = _PLACEHOLDER if room >= len(_PLACEHOLDER) else b""
        self._spaces(start, end)
        self.buffer[start : start + len(header)] = header

    def _blank(self, first: int, last: int) -> None:
        root = self._parse(first, last)
        if root is not None:
            self.broken.append(root)
            self._spaces(self.starts[first], self.starts[last])

    def _spaces(self, start: int, end: int) -> None:
        stretch = self.original[start:end]
        self.buffer[start:end] = bytes(byte if byte in b"\r\n" else 32 for byte in stretch)
