"""A task's words, the names and files that it mentions, and the frames of its traceback.

A task is whatever somebody has: a sentence, an issue's text, the output of a failing test, a
traceback.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .words import stems

# Of a longer text the first part is read: what comes later repeats, or is a log.
_LONGEST = 20_000

_IDENTIFIER = re.compile(r"[^\W\d]\w*")
_CODE_LIKE = re.compile(r"\w_+\w|^_|[a-z][A-Z]")
_QUOTED = re.compile(r"`+([^`\n]{1,80})`+|\"([^\"\n]{1,80})\"|'([^'\n]{1,80})'")
_CALLED = re.compile(r"\b([^\W\d]\w{2,})\(")
_DOTTED = re.compile(r"\b[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_PATH = re.compile(r"(?<![\w.~@+/\\-])[\w.~@+/\\-]*?[\w+-]\.pyi?\b(?::(\d+))?")
_FRAME = re.compile(r"^\s*File \"([^\"\n]+)\", line (\d+)(?:, in (\S+))?", re.MULTILINE)
_TRACEBACK = re.compile(r"^.*Traceback \(most recent call last\):?.*$", re.MULTILINE)
_RAISED = re.compile(
    r"^(?:E\s+)?((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning)\b.*)$", re.MULTILINE
)
_TEST_WORD = re.compile(r"\btest(?:s|ed|ing)?\b|\bfixtures?\b|\btest_\w", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Frame:
    """A place that a task names: file as written, one-based line (0 if none), function."""

    path: str
    line: int = 0
    function: str = ""


class Task:
    """A task, read."""

    def __init__(self, text: str) -> None:
        """Read a task."""
        self.text = text = text[:_LONGEST]
        self.frames = [
            Frame(path.replace("\\", "/"), int(line), function)
            for path, line, function in _FRAME.findall(text)
        ]
        """Frames of tracebacks, the outermost first."""
        self.mentioned = [
            Frame(match.group().partition(":")[0].replace("\\", "/"), int(match.group(1) or 0))
            for match in _PATH.finditer(text)
        ]
        """Files that are named, with lines where they are told."""
        self.title = _title(text)
        """What it is about in one line."""
        self.terms = list(dict.fromkeys(stems(text)))
        self.title_terms = list(dict.fromkeys(stems(self.title))) or self.terms
        names = dict.fromkeys(_IDENTIFIER.findall(text))
        self.names = [name for name in names if len(name) > 2]
        """Every word as it is written: any of them may be the name of something."""
        self.distinctive_names = [
            name for name in self.names if len(name) > 3 or not name.islower()
        ]
        """Those of them that are not as short as everything."""
        quoted = " ".join(part for match in _QUOTED.findall(text) for part in match if part)
        meant = {*_IDENTIFIER.findall(quoted), *_CALLED.findall(text)}
        for dotted in _DOTTED.findall(text):
            meant.update(dotted.split("."))
        self.identifiers = [name for name in self.names if name in meant or _CODE_LIKE.search(name)]
        """Those that are written like code, or quoted, called or dotted."""
        self.about_tests = bool(_TEST_WORD.search(self.title))


def _title(text: str) -> str:
    """Return the first line; of a bare traceback the last line, which says what was raised."""
    stripped = text.strip()
    first = stripped.partition("\n")[0]
    traceback = _TRACEBACK.search(stripped)
    raised = _RAISED.findall(stripped)
    if traceback is not None or (raised and first.startswith(("=", "_", "FAILED", "E "))):
        before = stripped[: traceback.start()].strip() if traceback is not None else ""
        head = before.partition("\n")[0]
        return " ".join(filter(None, (head, raised[-1] if raised else ""))) or first
    return first
