"""The text around a cursor, without a parser: word, receiver, open brackets, strings.

Half-written code is the normal case here, so nothing of this asks a parser. What is read begins at
the last definition before the cursor, which bounds the cost and keeps damage further up away.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

from ...indexer import scope_map
from ...indexer.facts import FileFacts

_TOKEN = re.compile(
    rb"(?P<comment>#[^\n]*)"
    rb"|(?P<string>(?P<prefix>(?<!\w)[rRbBuUfFtT]{1,2}|)"
    rb"(?:(?P<long>'''|\"\"\")|(?P<quote>['\"])))"
    rb"|(?P<open>[\[({])|(?P<close>[\])}])|(?P<comma>,)|(?P<line>\n)",
    re.DOTALL,
)
# A line that is hardly part of something in brackets.
_STATEMENT = re.compile(
    rb"[ \t]*(?:@|(?:class|def|import|return|raise|del|while|try|finally|pass|break|continue)\b"
    rb"|(?:async|elif|else|except|for|from|if|with)\b[^\n]*:[ \t]*(?:#[^\n]*)?(?:\n|$)"
    rb"|from\b[^\n]*\bimport\b"
    rb"|[A-Za-z_][\w.]*(?:\[[^\]\n]*\])? = )"
)
_KEYWORD = re.compile(rb"\s*([A-Za-z_]\w*)\s*=(?!=)")
_CLOSERS = {b"(": b")", b"[": b"]", b"{": b"}"}


@dataclass(slots=True)
class Bracket:
    """A bracket that is open at the cursor, with the arguments that are written in it so far.

    ``kind`` is the opening bracket.
    """

    position: int
    kind: bytes
    commas: list[int] = field(default_factory=list[int])


class Cursor:
    """The text around a byte offset.

    ``inside`` is ``code``, ``string`` or ``comment``; ``start`` is where the word that ends at the
    cursor begins, or the string's contents.
    """

    __slots__ = (
        "brackets",
        "inside",
        "offset",
        "pairs",
        "quote",
        "start",
        "statement",
        "strings",
        "text",
    )

    def __init__(self, facts: FileFacts, text: bytes, offset: int) -> None:
        """Read a text up to a byte offset."""
        self.text = text
        self.offset = offset = min(offset, len(text))
        self.brackets: list[Bracket] = []
        self.pairs: dict[int, int] = {}  # closing bracket to its opening one
        self.strings: dict[int, int] = {}  # behind a string to its start
        self.inside = "code"
        self.quote = b""
        self.start = offset
        self.statement = _first(facts, offset)
        self._read(self.statement)
        if self.inside == "code":
            while self.start > 0 and _is_word(text[self.start - 1]):
                self.start -= 1

    @property
    def prefix(self) -> str:
        """The part of a word, or of a string, before the cursor."""
        return self.text[self.start : self.offset].decode("utf-8", "replace")

    @property
    def line_start(self) -> int:
        """Start of the line that the cursor is on."""
        return self.text.rfind(b"\n", 0, self.offset) + 1

    @property
    def line_before(self) -> bytes:
        """The line before the cursor."""
        return self.text[self.line_start : self.offset]

    @property
    def logical(self) -> bytes:
        """The statement as far as it is written before the cursor."""
        return self.text[self.statement : self.offset]

    def _read(self, at: int) -> None:
        text, offset = self.text, self.offset
        while token := _TOKEN.search(text, at, offset):
            at = token.end()
            kind = token.lastgroup
            if kind == "comment":
                if at == offset:
                    self.inside, self.start = "comment", token.start()
            elif kind == "open":
                self.brackets.append(Bracket(token.start(), token[0]))
            elif kind == "close":
                self._close(token.start(), token[0])
            elif kind == "comma":
                if self.brackets:
                    self.brackets[-1].commas.append(token.start())
            elif kind == "line":
                continues = text[token.start() - 1 : token.start()] == b"\\"
                if self.brackets and _STATEMENT.match(text, at):
                    self.brackets.clear()
                if not self.brackets and not continues:
                    self.statement = at
            else:
                at = self._string(token)
                if at < 0:
                    return

    def _close(self, position: int, kind: bytes) -> None:
        while self.brackets:
            bracket = self.brackets.pop()
            if _CLOSERS[bracket.kind] == kind:
                self.pairs[position] = bracket.position
                return

    def _string(self, token: re.Match[bytes]) -> int:
        """Offset behind a string; -1 when the cursor is in it."""
        text, offset = self.text, self.offset
        quote: bytes = token["long"] or token["quote"]
        at = token.end()
        is_long = len(quote) == 3
        while at < offset:
            if text[at : at + 1] == b"\\":
                at += 2
            elif text.startswith(quote, at):
                if at + len(quote) > offset:
                    break
                self.strings[at + len(quote)] = token.start()
                return at + len(quote)
            elif not is_long and text[at] == 10:
                return at
            else:
                at += 1
        prefix: bytes = token["prefix"]
        if b"f" in prefix.lower() or b"t" in prefix.lower():
            opened = _replacement(text, token.end(), offset)
            if opened >= 0:
                self.brackets.append(Bracket(opened, b"{"))
                self._read(opened + 1)
                return -1
        self.inside, self.start, self.quote = "string", token.end(), quote
        return -1

    def behind(self, position: int) -> int:
        """Offset behind the last character before a position that is no blank."""
        text = self.text
        while position > 0 and text[position - 1] in b" \t\r\n\\":
            if text[position - 1] == 10 and not self._joins(position - 1):
                break
            position -= 1
        return position

    def _joins(self, line_end: int) -> bool:
        """True if a line goes on with the next one."""
        if self.text[line_end - 1 : line_end] == b"\\":
            return True
        return any(bracket.position < line_end for bracket in self.brackets)

    def expression_start(self, end: int) -> int:
        """Return the start of the primary expression that ends at an offset; ``end`` for none."""
        text = self.text
        at = end
        while True:
            last = at
            if at in self.strings:
                return self.strings[at]
            if at > 0 and text[at - 1] in b")]}":
                opened = self.pairs.get(at - 1)
                if opened is None:
                    return end
                at = opened
                if text[last - 1] == 125:  # a display stands alone
                    return at
                before = text[at - 1] if at else 32
                if _is_word(before) or before in b")]":
                    if _is_keyword_before(text, at):
                        return at
                    continue
                return self.strings.get(at, at)
            while at > 0 and _is_word(text[at - 1]):
                at -= 1
            if at == last:
                return end
            before = self.behind(at)
            if before == 0 or text[before - 1] != 46:
                return at
            at = self.behind(before - 1)
            if at == 0 or (
                not _is_word(text[at - 1]) and text[at - 1] not in b")]}" and at not in self.strings
            ):
                return end

    def receiver(self) -> tuple[int, int] | None:
        """Start and end of the expression before the dot before the word; None without a dot."""
        before = self.behind(self.start)
        if before == 0 or self.text[before - 1] != 46:
            return None
        end = self.behind(before - 1)
        start = self.expression_start(end)
        return (start, end) if start < end else None

    def call(self) -> tuple[int, int, Bracket] | None:
        """Start and end of the function of the innermost call around, and its bracket."""
        for bracket in reversed(self.brackets):
            if bracket.kind != b"(":
                continue
            end = bracket.position
            if end == 0 or not (_is_word(self.text[end - 1]) or self.text[end - 1] in b")]"):
                continue
            if _is_keyword_before(self.text, end):
                continue
            start = self.expression_start(end)
            if start < end and not _defines(self.text, start):
                return start, end, bracket
        return None

    def arguments(self, bracket: Bracket) -> list[bytes]:
        """Return the text of each argument before the cursor, the one at the cursor last."""
        bounds = [bracket.position, *bracket.commas, self.offset]
        parts = [self.text[first + 1 : last] for first, last in pairwise(bounds)]
        parts[-1] = self.text[bounds[-2] + 1 : self.offset]
        return parts


def keyword_of(argument: bytes) -> str:
    """Name of a keyword argument; empty for one by position."""
    found = _KEYWORD.match(argument)
    return found[1].decode() if found else ""


def scope_at(facts: FileFacts, text: bytes, offset: int) -> int:
    """Row of the scope that code written at an offset would be in.

    A blank line behind a body belongs to what its indentation says.
    """
    line_start = text.rfind(b"\n", 0, offset) + 1
    line_end = text.find(b"\n", line_start)
    line = text[line_start : line_end if line_end >= 0 else len(text)]
    stripped = line.lstrip(b" \t")
    indent = min(len(line) - len(stripped), offset - line_start) if stripped.strip() else (
        offset - line_start
    )  # fmt: skip
    outer = _scope_of_line(facts, text, line_start, indent)
    inner = scope_map.scope_at(facts, max(offset - 1, line_start))
    parents = facts.scope.parent
    current = inner
    while current >= 0:
        if current == outer:
            return inner
        current = parents[current]
    return outer


def _scope_of_line(facts: FileFacts, text: bytes, line_start: int, indent: int) -> int:
    if indent == 0:
        return 0
    end = line_start
    while end > 0:
        start = text.rfind(b"\n", 0, end - 1) + 1
        line = text[start : end - 1]
        stripped = line.lstrip(b" \t")
        column = len(line) - len(stripped)
        if stripped.strip() and not stripped.startswith(b"#") and column <= indent:
            at = start + column
            row = _header_at(facts, at)
            if row >= 0 and column < indent:
                return facts.definition.own_scope[row]
            if column == indent or column < indent:
                return scope_map.scope_at(facts, at)
        end = start
    return 0


def _header_at(facts: FileFacts, position: int) -> int:
    """Row of the definition whose header holds a position, or -1."""
    table = facts.definition
    for row in range(bisect_right(table.start, position) - 1, -1, -1):
        if table.start[row] <= position <= table.header_end[row]:
            return row
        if table.end[row] < position and facts.definition.scope[row] == 0:
            break
    return -1


def _first(facts: FileFacts, offset: int) -> int:
    """Start of the last definition that begins before an offset, on a line before it."""
    starts = facts.definition.start
    row = bisect_right(starts, offset) - 1
    return starts[row] if row >= 0 else 0


def _replacement(text: bytes, start: int, offset: int) -> int:
    """Position of the brace of a formatted string that is open at an offset, or -1."""
    opened: list[int] = []
    at = start
    while at < offset:
        pair = text[at : at + 2]
        if pair in (b"{{", b"}}") and not opened and at + 2 <= offset:
            at += 2
            continue
        if text[at] == 123:
            opened.append(at)
        elif text[at] == 125 and opened:
            opened.pop()
        at += 1
    return opened[-1] if opened else -1


def _is_keyword_before(text: bytes, end: int) -> bool:
    start = end
    while start > 0 and _is_word(text[start - 1]):
        start -= 1
    return text[start:end] in _OPERATORS


_OPERATORS = frozenset(
    b"and as assert await async case del elif else except for from if import in is lambda match"
    b" not or raise return while with yield print".split()
) - {b"print", b"match", b"case"}


def _defines(text: bytes, start: int) -> bool:
    """True if the name of a definition begins at an offset."""
    before = text[max(start - 8, 0) : start].rstrip(b" \t")
    return before.endswith((b"def", b"class")) and text[start - 1 : start] in (b" ", b"\t")


def _is_word(byte: int) -> bool:
    return byte >= 128 or byte == 95 or 48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122
