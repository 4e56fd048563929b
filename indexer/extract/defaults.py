"""Defaults of type parameters (PEP 696), which the grammar does not know yet.

They are blanked before the text is parsed again, so that the rest of the header and the body parse
as they should; what they say is parsed apart, where it is written.
"""

from __future__ import annotations

import re

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
