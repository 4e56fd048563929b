"""Mending text that is no Python: what is plainly missing, or the lines as they were.

A fix is offered when the text can be parsed after it.
"""

from __future__ import annotations

from ..findings import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.inference import Inference
    from ..findings import Finding

# Changes of an edit that are tried back, each alone.
_TRIED = 40
_MOST = 3
# Lines of a change that may be a slip.
_SMALL = 2
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def syntax_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Fixes of a syntax error: those that say what is missing, and the change taken back."""
    text = after.text(finding.path)
    found = [fix for fix in _guesses(finding, text) if _is_python(_applied(text, fix.edits))]
    old = before.text(finding.path) if before is not None and before.exists(finding.path) else b""
    if old and _is_python(old):
        for edit, line in _taken_back(finding, old, text):
            if _is_python(_applied(text, [edit])):
                # What is more than a slip of the pen is worth mending rather than giving up.
                small = (
                    max(text[edit.start : edit.end].count(b"\n"), edit.text.count("\n")) <= _SMALL
                )
                fix = Fix(f"Take back the change of line {line}", [edit])
                found.insert(0 if small else len(found), fix)
                break
    return [*found[: _MOST - 1], *found[_MOST - 1 :][-1:]]


def _is_python(text: bytes) -> bool:
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _applied(text: bytes, edits: list[Edit]) -> bytes:
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = text[: edit.start] + edit.text.encode() + text[edit.end :]
    return text


def _guesses(finding: Finding, text: bytes) -> Iterator[Fix]:
    """What the message says is missing, put where it may be missing."""
    said, path = finding.message.lower(), finding.path
    start = text.rfind(b"\n", 0, finding.start) + 1
    end = text.find(b"\n", finding.start)
    end = len(text) if end < 0 else end
    line = text[start:end]
    code = start + len(line.rstrip())
    if "expected ':'" in said:
        for at in dict.fromkeys((finding.start, code)):
            yield Fix("Add the `:`", [Edit(path, at, at, ":")])
    elif "was never closed" in said:
        opened = said.partition("'")[2][:1]
        closing = _CLOSING.get(opened, "")
        # At the end of one of the next lines, before what may only stand behind it.
        for at in _ends(text, finding.start):
            yield Fix(f"Close the `{opened}`", [Edit(path, at, at, closing)])
    elif "unterminated" in said:
        quote = next(
            (each for each in ('"', "'") if each.encode() in text[finding.start :][:4]), ""
        )
        for at in (code, *_ends(text, finding.start)) if quote else ():
            yield Fix("Close the string", [Edit(path, at, at, quote)])
    elif "unexpected indent" in said or "unindent" in said:
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
    """Ends of the line of a position and of the next ones, and before a colon or comma there."""
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


def _taken_back(finding: Finding, old: bytes, new: bytes) -> Iterator[tuple[Edit, int]]:
    """(edit, line) that undoes each change of lines, those nearest to the error first."""
    from difflib import SequenceMatcher

    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0]
    for each in b:
        starts.append(starts[-1] + len(each))
    changes = [
        (first, last, other, until)
        for tag, first, last, other, until in SequenceMatcher(
            None, a, b, autojunk=False
        ).get_opcodes()
        if tag != "equal"
    ]
    changes.sort(key=lambda change: abs(starts[change[2]] - finding.start))
    for first, last, other, until in changes[:_TRIED]:
        text = b"".join(a[first:last]).decode("utf-8", "surrogateescape")
        yield Edit(finding.path, starts[other], starts[until], text), other + 1
