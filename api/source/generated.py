"""Files that a program wrote, by what their heads say."""

from __future__ import annotations

import re

# How generators of code, and those who keep what they wrote, mark it at its head.
_MARK = re.compile(
    rb"(?i)@generated\b|\bdo not (?:edit|modify|change)\b"
    rb"|\b(?:file|module|code|script) (?:is|was|has been) (?:\w+ly |auto[- ]?)?generated\b"
    rb"|\bauto[- ]?generated (?:by|from|with|using|file|code|module)\b"
)
# In comments alone: docstrings speak of what is generated as well.
_MARK_IN_COMMENTS = re.compile(rb"(?i)^#\W*generated (?:by|from|with|using)\b", re.MULTILINE)
# Comments and blank lines, and a docstring behind them.
_COMMENTS = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\n)*")
_DOCSTRING = re.compile(rb"[rR]?(\"\"\"|''')(.*?)\1", re.DOTALL)


def is_generated(text: bytes) -> bool:
    """True if the head of a file says that a program wrote it."""
    comments = _COMMENTS.match(text)
    head = comments[0] if comments is not None else b""
    if _MARK_IN_COMMENTS.search(head) is not None or _MARK.search(head) is not None:
        return True
    docstring = _DOCSTRING.match(text, len(head))
    return docstring is not None and _MARK.search(docstring[2]) is not None
