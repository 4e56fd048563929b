"""Text that is not Python.

Compiling is not executing: the text becomes a code object that is thrown away.
"""

from __future__ import annotations

from _thread import allocate_lock

from ..findings import Finding
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ..context import CheckContext

    _Said = tuple[str, int, int, bool]

_LARGEST = 1_000_000  # bytes that are given to the compiler
# What a compiler older than the code says of syntax that it does not know yet.
_UNSURE = (
    "Invalid syntax", "Expected ", "F-string", "Unterminated", "Invalid decimal", "Perhaps you",
    "Multiple exception types", "Illegal target", "Cannot have both",
)  # fmt: skip
_compiling = allocate_lock()


def syntax_error(context: CheckContext) -> Iterator[Finding]:
    """What the compiler says, in its own words; what it does not see, as far as it is known."""
    for start, end, message in syntax_errors(context.facts, context.text):
        yield Finding("syntax-error", context.path, start, end, message, subject=message)


def syntax_errors(facts: FileFacts, text: bytes) -> list[tuple[int, int, str]]:
    """(start, end, message) of what does not parse: in the compiler's words where it agrees.

    The parser of the index goes on behind an error, so there may be several.
    """
    places = [
        (start, max(end, start + 1), kind) for start, end, kind in zip(*facts.errors, strict=True)
    ]
    if "compiled" not in facts.memo:
        facts.memo["compiled"] = _compiled(text)
    said: _Said | None = facts.memo["compiled"]
    found: list[tuple[int, int, str]] = []
    for start, end, kind in places:
        line_end = text.find(b"\n", start)
        end = min(end, line_end) if line_end > start else end
        message = "Something is missing here" if kind == 1 else "This is not Python"
        if kind == 2:
            message = "This is nested too deeply to be read"
        found.append((start, max(end, start), message))
    if said is None:
        return found
    message, at, until, sure = said
    line = facts.line_of(at)
    for index, (start, end, _) in enumerate(found):
        if abs(facts.line_of(start) - line) <= 1:
            found[index] = start, end, message
            return found
    if found:
        found[0] = (*found[0][:2], message)
    elif sure or not message.startswith(_UNSURE):
        found.append((at, until, message))
    return found


def _compiled(text: bytes) -> _Said | None:
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
                # No newer syntax has a header without a colon.
                isinstance(error, IndentationError) or error.msg == "expected ':'",
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


RULES = [Rule("syntax-error", "The text is not valid Python.", syntax_error)]
