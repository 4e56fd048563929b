"""The text of a document as lines, and changes of it."""

from __future__ import annotations

import re
from typing import Any

from ..api.rpc.messages import is_object
from .params import invalid

# Where the protocol breaks lines, and nowhere else.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_LARGEST = (1 << 31) - 1


def lines_of(text: str) -> list[str]:
    """Return lines with their line breaks; the last one has none, and may be empty."""
    if "\r" not in text:
        parts = text.split("\n")
        last = parts.pop()
        lines = [part + "\n" for part in parts]
        lines.append(last)
        return lines
    lines = _LINE.findall(text)
    if len(lines) > 1 and lines[-2] and lines[-2][-1] not in "\r\n":
        lines.pop()  # the empty match behind a last line without a line break
    return lines


def apply(lines: list[str], changes: list[Any], encoding: str) -> list[str]:
    """Return the lines after a list of content changes; raises RpcError for invalid ones."""
    for change in changes:
        if not is_object(change) or not isinstance(text := change.get("text"), str):
            raise invalid("a change needs a 'text'")
        span = change.get("range")
        lines = lines_of(text) if span is None else _replaced(lines, span, text, encoding)
    return lines


def _replaced(lines: list[str], span: Any, text: str, encoding: str) -> list[str]:
    first, start = _position(lines, span, "start", encoding)
    last, end = _position(lines, span, "end", encoding)
    if (last, end) < (first, start):
        first, start, last, end = last, end, first, start
    # A line feed may meet the carriage return before it, or lose the one it belonged to.
    before = lines[first][:start]
    if not before and first and lines[first - 1].endswith("\r"):
        first -= 1
        before = lines[first]
    after = lines[last][end:]
    if last + 1 < len(lines):
        last += 1
        after += lines[last]
    between = lines_of(before + text + after)
    rest = lines[last + 1 :]
    if rest:
        between.pop()  # the empty one behind a line break, in whose place the rest comes
    return [*lines[:first], *between, *rest]


def _position(lines: list[str], span: Any, which: str, encoding: str) -> tuple[int, int]:
    position = span.get(which) if is_object(span) else None
    line, character = line_and_character(position)
    if line >= len(lines):
        return len(lines) - 1, len(lines[-1])
    return line, index_of(lines[line].rstrip("\r\n"), character, encoding)


def line_and_character(position: object) -> tuple[int, int]:
    """Return line and character of a position; raises RpcError for what is none."""
    if is_object(position):
        line, character = position.get("line"), position.get("character")
        if (
            isinstance(line, int)
            and isinstance(character, int)
            and 0 <= line <= _LARGEST
            and 0 <= character <= _LARGEST
        ):
            return line, character
    raise invalid(f"not a position: {str(position)[:80]}")


def index_of(line: str, character: int, encoding: str) -> int:
    """Return the index into a line of a position's character; past the end means the end.

    The codec of pygls goes back by one there, and looks at characters one by one.
    """
    if encoding == "utf-32" or line.isascii():
        return min(character, len(line))
    if encoding == "utf-8":
        raw = line.encode("utf-8", "replace")[:character]
        return len(raw.decode("utf-8", "ignore"))
    raw = line.encode("utf-16-le", "surrogatepass")[: 2 * character]
    return len(raw.decode("utf-16-le", "ignore"))
