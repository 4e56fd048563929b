"""Stretches of source text that facts do not measure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from .lexical import CLOSE, OPEN, tokens

_OPEN, _CLOSE = b"([{", b")]}"
_NO_BRACKETS = bytes(set(range(256)) - set(_OPEN + _CLOSE))
_BLANK = b" \t\\"


def end_of_argument(text: bytes, start: int) -> int:
    """Return the end of the argument or element that begins at a position."""
    end = _scan(text, start, b",")
    while end > start and text[end - 1 : end].isspace():
        end -= 1
    return end


def end_of_call(text: bytes, name_end: int) -> int:
    """Return the end of the call of a function whose name ends at a position; -1 for no call."""
    at = name_end
    while at < len(text) and text[at : at + 1].isspace():
        at += 1
    if text[at : at + 1] != b"(":
        return -1
    return _scan(text, at + 1, b"") + 1


def _scan(text: bytes, start: int, stop: bytes) -> int:
    """The next stop or closing bracket that stands in no bracket, string or comment."""
    depth = 0
    for kind, at, end in tokens(text, start):
        if kind == OPEN:
            depth += 1
        elif kind == CLOSE:
            if depth == 0:
                return at
            depth -= 1
        elif depth == 0 and text[at:end] == stop:
            return at
    return len(text)


def begins_statement(text: bytes, start: int) -> bool:
    """True if a position is at the start of its statement."""
    at = start
    while at and text[at - 1] in _BLANK:
        at -= 1
    return at == 0 or (text[at - 1] in b"\n;:" and not is_in_brackets(text, start))


def is_in_brackets(text: bytes, start: int) -> bool:
    """True if a line begins inside of brackets, as far as the lines right above it show."""
    depth = 0
    for byte in reversed(text[max(0, start - 4000) : start].translate(None, _NO_BRACKETS)):
        if byte in _CLOSE:
            depth += 1
        elif byte in _OPEN:
            if depth == 0:
                return True
            depth -= 1
    return False


def ends_statement(text: bytes, end: int) -> bool:
    """True if nothing but a comment follows a position on its line."""
    line = text.find(b"\n", end)
    rest = text[end : len(text) if line < 0 else line].strip()
    return not rest or rest[:1] in (b"#", b";")


def word_before(text: bytes, start: int) -> bytes:
    """The word that stands before a position, behind blanks and an opening parenthesis."""
    at = start
    while at and text[at - 1] in _BLANK:
        at -= 1
    if at and text[at - 1 : at] == b"(":
        at -= 1
        while at and text[at - 1] in _BLANK:
            at -= 1
    end = at
    while at and (text[at - 1 : at].isalnum() or text[at - 1 : at] == b"_"):
        at -= 1
    return text[at:end]


def split_arguments(text: str) -> list[str]:
    """Parts between commas that stand outside of brackets and strings."""
    cuts = [-1, *_outside(text, ","), len(text)]
    parts = [text[before + 1 : at].strip() for before, at in pairwise(cuts)]
    return [part for part in parts if part]


def split_default(text: str) -> tuple[str, str, str]:
    """Split at the ``=`` outside of brackets and strings, as ``str.partition``."""
    for at in _outside(text, "="):
        return text[:at].rstrip(), "=", text[at + 1 :].strip()
    return text, "", ""


def _outside(text: str, wanted: str) -> Iterator[int]:
    """Places of a character outside of brackets and strings."""
    depth, quote = 0, ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == wanted and depth == 0:
            yield at
