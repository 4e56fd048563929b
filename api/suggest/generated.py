"""Files that a program wrote: what is worth changing in them is changed in that program."""

from __future__ import annotations

import re
from dataclasses import replace

from ...indexer.inference.inference import Inference
from .suggestion import LOOK, Suggestion

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


def doubt_generated(inference: Inference, found: list[Suggestion]) -> list[Suggestion]:
    """Return suggestions with those about generated files as what somebody has to look at."""
    known: dict[str, bool] = {}
    for each in found:
        path = each.entity.path
        if path not in known:
            known[path] = is_generated(inference.text(path))
    return [
        replace(
            each,
            grade=LOOK,
            wrong_if=[*each.wrong_if, "the program that generated the file writes it again"],
            edits=(),
        )
        if known[each.entity.path]
        else each
        for each in found
    ]
