"""Fixes for syntax errors: what the message says is missing, or the lines as they were.

A fix is offered if the text can be parsed after it.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from ....indexer.inference.inference import Inference
from ...source.text_edits import apply_to_text, hunks
from ..findings import Edit, Finding, Fix

_LIMIT = 3
# Changes of an edit that are reverted on trial, each alone.
_TRIED = 40
# Lines of a change that may be a slip.
_SMALL = 2
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def syntax_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return fixes of a syntax error: those that add what is missing, and the change reverted."""
    text = after.text(finding.path)
    fixes = [fix for fix in _additions(finding, text) if _is_python(apply_to_text(text, fix.edits))]
    old = before.text(finding.path) if before is not None and before.exists(finding.path) else b""
    if old and _is_python(old):
        for edit, line in _reverted_changes(finding, old, text):
            if _is_python(apply_to_text(text, [edit])):
                n_lines = max(text[edit.start : edit.end].count(b"\n"), edit.text.count("\n"))
                fix = Fix(f"Take back the change of line {line}", [edit])
                # A larger change is rather repaired than given up.
                fixes.insert(0 if n_lines <= _SMALL else len(fixes), fix)
                break
    return [*fixes[: _LIMIT - 1], *fixes[_LIMIT - 1 :][-1:]]


def _is_python(text: bytes | None) -> bool:
    if text is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _additions(finding: Finding, text: bytes) -> Iterator[Fix]:
    """Yield fixes that add what the message misses, at each place where it may belong."""
    message, path = finding.message.lower(), finding.path
    start = text.rfind(b"\n", 0, finding.start) + 1
    end = text.find(b"\n", finding.start)
    end = len(text) if end < 0 else end
    line = text[start:end]
    code = start + len(line.rstrip())
    if "expected ':'" in message:
        for at in dict.fromkeys((finding.start, code)):
            yield Fix("Add ':'", [Edit(path, at, at, ":")])
    elif "was never closed" in message:
        opened = message.partition("'")[2][:1]
        closing = _CLOSING.get(opened, "")
        # At the end of one of the next lines, before what may only stand behind it.
        for at in _ends(text, finding.start):
            yield Fix(f"Close '{opened}'", [Edit(path, at, at, closing)])
    elif "unterminated" in message:
        quote = next(
            (each for each in ('"', "'") if each.encode() in text[finding.start :][:4]), ""
        )
        for at in (code, *_ends(text, finding.start)) if quote else ():
            yield Fix("Close the string", [Edit(path, at, at, quote)])
    elif "unexpected indent" in message or "unindent" in message:
        above = text[: max(start - 1, 0)].rstrip()
        model = above[above.rfind(b"\n") + 1 :]
        blanks = len(line) - len(line.lstrip())
        depths = {len(model) - len(model.lstrip())}
        depths |= {
            len(each) - len(each.lstrip()) for each in above.split(b"\n")[-30:] if each.strip()
        }
        for depth in sorted(depths, key=lambda depth: abs(depth - blanks)):
            edit = Edit(path, start, start + blanks, " " * depth)
            yield Fix("Indent the line as those above it", [edit])


def _ends(text: bytes, start: int) -> Iterator[int]:
    """Yield the ends of three lines from a position on, and of what stands before punctuation."""
    at = start
    for _ in range(3):
        end = text.find(b"\n", at)
        end = len(text) if end < 0 else end
        code = at + len(text[at:end].rstrip())
        yield code
        while code > at and text[code - 1 : code] in (b":", b",", b")", b"]", b"}"):
            code -= 1
            yield code
        at = end + 1
        if at >= len(text):
            return


def _reverted_changes(finding: Finding, old: bytes, new: bytes) -> Iterator[tuple[Edit, int]]:
    """Yield (edit, line) for each change of lines, undone, those nearest to the error first."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for each in b:
        starts.append(starts[-1] + len(each))
    changes = sorted(hunks(a, b), key=lambda change: abs(starts[change[2]] - finding.start))
    for first, last, other, until in changes[:_TRIED]:
        text = b"".join(a[first:last]).decode("utf-8", "surrogateescape")
        yield Edit(finding.path, starts[other], starts[until], text), other + 1
