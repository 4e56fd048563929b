"""Source text as tokens, for questions about layout rather than meaning.

Works on any text, broken or half typed: a string that is not closed ends with its line, or with
the text when it is a triple-quoted one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    rb"""(?P<comment>\#[^\n]*)
    |(?P<string>(?:[rRbBuUfFtT]{1,2}(?=["']))?(?:
        \"\"\"(?:[^"\\]|\\[\s\S]|"(?!""))*(?:\"\"\"|\Z)
        |'''(?:[^'\\]|\\[\s\S]|'(?!''))*(?:'''|\Z)
        |"(?:[^"\\\n]|\\[\s\S])*(?:"|(?=\n)|\Z)
        |'(?:[^'\\\n]|\\[\s\S])*(?:'|(?=\n)|\Z)))
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<newline>\n)
    |(?P<name>[A-Za-z_\x80-\xff][\w\x80-\xff]*)
    |(?P<number>\.?[0-9][\w.]*)
    |(?P<continuation>\\\r?\n)
    |(?P<operator>[^\s\w])""",
    re.VERBOSE,
)

COMMENT, STRING, OPEN, CLOSE, NEWLINE, NAME, NUMBER, CONTINUATION, OPERATOR = (
    "comment", "string", "open", "close", "newline", "name", "number", "continuation", "operator",
)  # fmt: skip


def tokens(text: bytes, start: int = 0) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end) of each token from a position on; blanks have none."""
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup
        assert kind is not None
        yield kind, match.start(), match.end()


class Layout:
    """Layout of a text: brackets, strings, comments, and logical lines."""

    __slots__ = ("brackets", "comments", "lines", "strings", "words")

    def __init__(self, text: bytes) -> None:
        """Look at the whole text, once."""
        self.brackets: list[tuple[int, int]] = []
        """(start, end) of each pair of brackets with what is in it, by its end."""
        self.strings: list[tuple[int, int]] = []
        self.comments: list[tuple[int, int]] = []
        self.lines: list[tuple[int, int, int]] = []
        """(start, end, indentation) of each logical line, without comment and line break."""
        self.words: list[tuple[int, int]] = []
        """(start, end) of names, numbers and keywords."""
        self._read(text)

    def _read(self, text: bytes) -> None:
        opened: list[int] = []
        begin = last = -1
        for kind, start, end in tokens(text):
            if kind == COMMENT:
                self.comments.append((start, end))
                continue
            if kind == NEWLINE:
                # A keyword at the start of a line that no expression holds: a bracket was not
                # closed, and what follows is code again.
                if opened and _begins_statement(text, end):
                    opened.clear()
                if begin >= 0 and not opened:
                    self.lines.append((begin, last, _indentation(text, begin)))
                    begin = -1
                continue
            if kind == CONTINUATION:
                continue
            if begin < 0:
                begin = start
            last = end
            if kind == OPEN:
                opened.append(start)
            elif kind == CLOSE and opened:
                self.brackets.append((opened.pop(), end))
            elif kind == STRING:
                self.strings.append((start, end))
            elif kind in (NAME, NUMBER):
                self.words.append((start, end))
        if begin >= 0:
            self.lines.append((begin, last, _indentation(text, begin)))


_STATEMENT = re.compile(
    rb"[ \t]*(?:def|class|import|return|while|try|with|raise|del|pass|break|continue|global"
    rb"|nonlocal|assert|@\w)\b"
)


def _begins_statement(text: bytes, at: int) -> bool:
    return _STATEMENT.match(text, at) is not None


def _indentation(text: bytes, start: int) -> int:
    """Columns before the first token of a line; a tab goes on to the next multiple of eight."""
    at = text.rfind(b"\n", 0, start) + 1
    width = 0
    for byte in text[at:start]:
        width = (width // 8 + 1) * 8 if byte == 9 else width + 1
    return width


def layout(text: bytes, kept: dict[str, object] | None = None) -> Layout:
    """The layout of a text; ``kept`` remembers it, such as the memo of the text's facts."""
    found = kept.get("layout") if kept is not None else None
    if not isinstance(found, Layout):
        found = Layout(text)
        if kept is not None:
            kept["layout"] = found
    return found
