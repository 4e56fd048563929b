"""What is wrong with a file as it is now: what Python's compiler says, and what validation finds.

Compiling is not executing: the text becomes a code object that is thrown away.
"""

from __future__ import annotations

from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.facts import FileFacts
    from ...indexer.snapshot import Snapshot

ERROR, WARNING, INFORMATION, HINT = 1, 2, 3, 4
_SEVERITIES = {"error": ERROR, "warning": WARNING, "information": INFORMATION, "hint": HINT}
_LARGEST = 1_000_000  # bytes that are given to the compiler
# What a compiler older than the code says of syntax that it does not know yet.
_UNSURE = (
    "Invalid syntax", "Expected ", "F-string", "Unterminated", "Invalid decimal", "Perhaps you",
    "Multiple exception types", "Illegal target", "Cannot have both",
)  # fmt: skip
_compiling = allocate_lock()


class Problem:
    """A finding between two byte offsets. ``tags`` are those of the protocol."""

    __slots__ = ("code", "end", "fixes", "message", "severity", "start", "tags")

    def __init__(
        self, start: int, end: int, message: str, code: str, severity: int = ERROR
    ) -> None:
        """``code`` names the rule."""
        self.start = start
        self.end = end
        self.message = message
        self.code = code
        self.severity = severity
        self.tags: list[int] = []
        # Ways to mend it, as validation describes them.
        self.fixes: list[Any] = []


def problems(snapshot: Snapshot, path: str) -> list[Problem]:
    """Everything that is wrong with a file, in order; nothing for one that cannot be read."""
    facts = snapshot.facts(path)
    if facts is None:
        return []
    found = syntax_errors(facts, snapshot.text(path))
    for finding in _findings(snapshot, path):
        severity = _SEVERITIES.get(finding.severity, WARNING)
        problem = Problem(finding.start, finding.end, finding.message, finding.rule, severity)
        problem.fixes = list(finding.fixes)
        found.append(problem)
    return sorted(found, key=lambda problem: problem.start)


def _findings(snapshot: Snapshot, path: str) -> list[Any]:
    """What validation finds in a file, where there is validation."""
    try:
        from .. import validation
    except ImportError:
        return []
    find: Any = getattr(validation, "findings", None)
    if not callable(find):
        return []
    found: Any = find(snapshot, path)
    return found


def syntax_errors(facts: FileFacts, text: bytes) -> list[Problem]:
    """What does not parse: the compiler's message where it agrees, else what is known of the place.

    The parser of the index goes on behind an error, so there may be several.
    """
    places = [
        (start, max(end, start + 1), kind) for start, end, kind in zip(*facts.errors, strict=True)
    ]
    said = _compiled(text)
    found: list[Problem] = []
    for start, end, kind in places:
        line_end = text.find(b"\n", start)
        end = min(end, line_end) if line_end > start else end
        message = "Something is missing here" if kind == 1 else "This is not Python"
        if kind == 2:
            message = "This is nested too deeply to be read"
        found.append(Problem(start, max(end, start), message, "syntax"))
    if said is None:
        return found
    message, at, until, sure = said
    line = facts.line_of(at)
    for problem in found:
        if abs(facts.line_of(problem.start) - line) <= 1:
            problem.message = message
            return found
    if found:
        found[0].message = message
    elif sure or not message.startswith(_UNSURE):
        found.append(Problem(at, until, message, "syntax"))
    return found


def _compiled(text: bytes) -> tuple[str, int, int, bool] | None:
    """Message, start and end of what the compiler refuses, and whether any version would."""
    import warnings

    if len(text) > _LARGEST or b"\0" in text:
        return None
    with _compiling:  # filters of warnings are shared by all threads
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(text, "<text>", "exec", dont_inherit=True)
        except SyntaxError as error:
            start, end = _place(text, error)
            message = (error.msg or "invalid syntax").strip()
            return (
                message[:1].upper() + message[1:],
                start,
                end,
                isinstance(error, IndentationError),
            )
        except (ValueError, RecursionError, MemoryError, OverflowError):
            return None
    return None


def _place(text: bytes, error: SyntaxError) -> tuple[int, int]:
    """Byte offsets of a syntax error: the compiler counts lines and characters from one."""
    lines = text.split(b"\n")
    line = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
    start_of_line = sum(len(each) + 1 for each in lines[:line])
    shown = lines[line].decode("utf-8", "replace")
    first = len(shown[: max((error.offset or 1) - 1, 0)].encode())
    last = first + 1
    if error.end_lineno == error.lineno and (error.end_offset or 0) > (error.offset or 0):
        last = len(shown[: (error.end_offset or 1) - 1].encode())
    end = min(start_of_line + max(last, first), len(text))
    return min(start_of_line + first, len(text)), end
