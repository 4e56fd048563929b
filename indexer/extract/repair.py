"""Broken files: finds the statements that do not parse, so that the rest can be parsed alone.

One open bracket or quote can make a parser see everything behind it, or the whole file, as one
error. Statements are told apart here by their indentation, which survives half-written code, and
each is parsed on its own; only what then still fails is broken.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

from .grammar import parse, parse_range

TYPE_CHECKING = False
if TYPE_CHECKING:
    from tree_sitter import Node

# A line that goes on with the statement above it though it is not indented deeper.
_GOES_ON = re.compile(rb"[\])}]|(?:else|elif|except|finally)\b")
# A line that is hardly part of a string or of something in brackets.
_STATEMENT = re.compile(
    rb"@|(?:async|class|def|del|elif|else|except|finally|for|from|if|import|raise|return|try|while"
    rb"|with)\b.*[\w:)]\s*$|[\w.]+(?:\[[^\]]*\])? = "
)
_DEFINES = re.compile(rb"(?:async[ \t]+)?(?:def|class)[ \t]+[^\W\d]\w*", re.ASCII)
# What may stand below a decorator.
_DECORATED = re.compile(rb"@|(?:async[ \t]+)?def\b|class\b")
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
_MATCH_ON_LIST = re.compile(rb"match[ \t]*(?P<open>\[).*(?P<close>\])[ \t]*:[ \t]*(?:#.*)?")
_WORD = re.compile(rb"[a-z]*")
_PLACEHOLDER = b"if 1:"
_LONGEST_HEADER = 50  # lines
_MOST_CUTS = 8
_LONGEST_STATEMENT = 20_000  # bytes
# How often the bytes of a file are looked at, on average, before the rest is left as it is.
_LOOKS = 24
_FREE_BYTES = 200_000
_COST_OF_LOOK = 200  # bytes that could be parsed while a parser is set up
_COST_OF_RECOVERY = 8  # how often a byte that parses could be parsed while one is that does not


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
        self._skip_strings()
        self.left = len(text) * _LOOKS + _FREE_BYTES
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

    def _skip_strings(self) -> None:
        """Treat lines inside of long strings as blank.

        Where one is never closed, all behind it may be seen the wrong way round: then only lines
        count as inside of a string that do not look like code which it swallowed.
        """
        inside: list[range] = []
        at = 0
        is_closed = True
        while token := _TOKEN.search(self.original, at):
            at = token.end()
            if token.lastgroup != "long":
                continue
            end = self.original.find(token[0], at)
            if end < 0:
                is_closed = False
                break
            first, last = (bisect_right(self.starts, place) for place in (at, end))
            at = end + 3
            inside.append(range(first, min(last, len(self.indents))))
        for lines in inside:
            if is_closed or not any(_STATEMENT.match(self._line(line)) for line in lines):
                for line in lines:
                    self.indents[line] = -1

    def _line(self, line: int) -> bytes:
        start = self.starts[line] + max(self.indents[line], 0)
        return self.original[start : self.starts[line + 1]]

    def _parse(self, first: int, last: int) -> Node | None:
        """Tree of the lines from ``first`` up to ``last``; None when too much was asked for."""
        start, end = self.starts[first] + max(self.indents[first], 0), self.starts[last]
        self.left -= end - start + _COST_OF_LOOK
        if self.left < 0:
            return None
        root = parse_range(self.original, start, end)
        if root.has_error:
            self.left -= _COST_OF_RECOVERY * (end - start)
        return root

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
            at = start = at + 1
            if self._parses(line, behind):
                continue
            # Strings and brackets may hold lines that are not indented.
            end = self._lexical_end(line, behind)
            while bounds[at] < end and at < len(bounds) - 1:
                at += 1
            if bounds[at] != behind and self._parses(line, bounds[at]):
                continue
            if any(_STATEMENT.match(self._line(swallowed)) for swallowed in bounds[start:at]):
                at = start  # what is open was meant to be closed before
            self._statement(line, bounds[at])

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
                    break
            elif kind in ("open", "close"):
                depth += 1 if kind == "open" else -1
            elif kind == "line" and at >= end and depth <= 0:
                behind = max(bisect_left(self.starts, at), behind)
                break
        self.left -= (at - self.starts[first]) // 2
        return behind

    def _statement(self, first: int, last: int) -> None:
        """Narrow down a broken statement: to its header, or to statements in its bodies."""
        own = self.indents[first]
        while first < last and self._line(first).startswith(b"@"):
            behind = first + 1
            while behind < last and (self.indents[behind] != own or self._closes(behind)):
                behind += 1
            start, end = self.starts[first] + own + 1, self.starts[behind]
            written = self.original[start:end].strip()
            decorates = behind < last and _DECORATED.match(self._line(behind))
            if not written or not decorates or parse_range(self.original, start, end).has_error:
                self._blank(first, behind)
            first = behind
        heads: list[int] = []
        closed: dict[int, int] = {}  # behind the `):` that ends the header that starts on a line
        for line in range(first, last):
            if self.indents[line] == own:
                if heads and self._closes(line):
                    if not self._ends_header(closed.get(heads[-1], first) - 1):
                        closed[heads[-1]] = line + 1
                else:
                    heads.append(line)
        for head, behind in pairwise([*heads, last]):
            is_clause = head > first and self._may_follow(head, first)
            header_end = closed.get(head) or self._header_end(head, behind)
            body = self._next(header_end - 1, behind)
            if body < behind and self.indents[body] > own and _COMPOUND.match(self._line(head)):
                if not is_clause and not self._parses(head, header_end):
                    self._replace_header(head, header_end)
                self._suite(body, behind)
            elif not is_clause and not self._parses(head, behind):
                self._blank(head, behind)

    def _may_follow(self, clause: int, head: int) -> bool:
        """True if a clause belongs to the kind of statement that a line begins."""
        clauses = {
            b"if": (b"elif", b"else"),
            b"for": (b"else",),
            b"while": (b"else",),
            b"try": (b"except", b"else", b"finally"),
        }
        words = (_WORD.match(self._line(line)) for line in (head, clause))
        first, second = (word[0] if word else b"" for word in words)
        if first == b"async":
            first = b"for"
        return second in clauses.get(first, ()) and self._ends_header(clause)

    def _ends_header(self, line: int) -> bool:
        """True if a line ends in a colon, but for a comment."""
        return self._line(line).split(b"#")[0].rstrip().endswith(b":")

    def _closes(self, line: int) -> bool:
        """True if a line begins with a closing bracket."""
        return self._line(line)[:1] in (b")", b"]", b"}")

    def _next(self, line: int, last: int) -> int:
        """The next line with code on it."""
        line += 1
        while line < last and self.indents[line] < 0:
            line += 1
        return line

    def _header_end(self, head: int, last: int) -> int:
        """The line behind the header of a compound statement."""
        for line in range(head, min(last, head + _LONGEST_HEADER)):
            if self._ends_header(line):
                if line == head or self._parses(head, line + 1):
                    return line + 1
                break
        return head + 1

    def _replace_header(self, first: int, behind: int) -> None:
        """Have a header that parses in the place of one that is broken."""
        if self.left < 0:
            return
        start, end = self.starts[first] + self.indents[first], self.starts[behind]
        header, kept = self._header(start, end)
        self.broken.append(parse_range(self.original, start + kept, end))
        self._spaces(start, end)
        self.buffer[start : start + len(header)] = header

    def _header(self, start: int, end: int) -> tuple[bytes, int]:
        """A header to put in the place of a broken one, and how many bytes of that it keeps."""
        text = self.original[start:end].rstrip()
        found = _DEFINES.match(text)
        if found:
            # Cut what is half-written: the last parameters or base classes, or all of them.
            cuts = [cut.start() for cut in re.finditer(rb",", text)][-_MOST_CUTS:]
            bare = b":" if b"class" in found[0] else b"():"
            headers = [(text[:cut] + b"):", cut) for cut in reversed(cuts)]
            for header, kept in [*headers, (found[0] + bare, found.end())]:
                if len(header) <= len(text) and not parse(header).has_error:
                    return header, kept
        return (_PLACEHOLDER, 0) if len(text) >= len(_PLACEHOLDER) else (b"", 0)

    def _blank(self, first: int, last: int) -> None:
        """Leave out a simple statement, or one that stands behind its header on a line."""
        if self.left < 0:
            return
        start, end = self.starts[first] + self.indents[first], self.starts[last]
        if _DEFINES.match(self.original, start):
            for colon in list(re.finditer(rb":", self.original[start:end]))[:_MOST_CUTS]:
                header = self.original[start : start + colon.end()]
                if not parse(header).has_error:
                    start += colon.end()
                    break
        self.broken.append(parse_range(self.original, start, end))
        leave_out(self.buffer, start, end)

    def _spaces(self, start: int, end: int) -> None:
        self.buffer[start:end] = _blanked(self.buffer[start:end])


def match_on_a_list(buffer: bytearray, start: int, end: int) -> bool:
    """Write ``match [a, b]:``, which the grammar may take for an annotation, as on a tuple."""
    found = _MATCH_ON_LIST.fullmatch(bytes(buffer[start:end]).rstrip())
    if found is None:
        return False
    buffer[start + found.start("open")] = ord("(")
    buffer[start + found.start("close")] = ord(")")
    return True


def leave_out(buffer: bytearray, start: int, end: int) -> None:
    """Blank a statement, but for something that makes blocks begin and end where they did."""
    written = bytes(buffer[start:end])
    buffer[start:end] = _blanked(written)
    end -= len(written) - len(written.rstrip())
    start += len(written) - len(written.lstrip())
    if end > start:
        buffer[start], buffer[end - 1] = b"()" if end - start > 1 else b"00"


def _blanked(text: bytes | bytearray) -> bytes:
    return bytes(byte if byte in b"\r\n" else 32 for byte in text)


def runs_on(text: bytes, start: int, end: int) -> int:
    """Return where the line ends on which a statement should have ended, or -1.

    The grammar lets names, values and operands follow on a later line: `self.` above `limit = 3`
    is an assignment to it.
    """
    line_end = text.find(b"\n", start, end)
    line = text[start:line_end].rstrip()
    if line.endswith(b"\\") or b'"""' in line or b"'''" in line:
        return -1
    depth = 0
    for token in _TOKEN.finditer(line):
        if token.lastgroup in ("open", "close"):
            depth += 1 if token.lastgroup == "open" else -1
        elif token.lastgroup == "comment":
            return -1
    return line_end if depth <= 0 else -1
