"""Syntax errors.

Compiling is not executing: the text becomes a code object that is thrown away.
"""

from __future__ import annotations

import ast
import warnings
from _thread import allocate_lock
from collections.abc import Iterator

from ....indexer.extract.imports import without_lazy
from ....indexer.facts import FileFacts
from ..context import CheckContext
from ..findings import Finding

# Message, start, end, and whether every version of Python refuses it.
_Refusal = tuple[str, int, int, bool]
# What is known of a text that was not compiled.
_NOT_ASKED = "", -1, -1, False


# Bytes that are parsed, and that are compiled as well: the compiler takes quadratic time for some.
_LARGEST, _COMPILED = 1_000_000, 200_000
# Messages of a compiler on syntax that is newer than itself.
_UNSURE = (
    "invalid syntax", "expected ", "f-string", "unterminated", "invalid decimal", "perhaps you",
    "multiple exception types", "illegal target", "cannot have both",
)  # fmt: skip
# Messages by the kinds of errors of the index.
_MESSAGES = (
    "invalid syntax", "invalid syntax: something is missing here",
    "too many nested parentheses or blocks",
)  # fmt: skip
# Bytes of a name, or of the dotted name of a module, for which the compiler takes quadratic memory.
_LONGEST_NAME = 10_000
_compiling = allocate_lock()


def syntax_error(context: CheckContext) -> Iterator[Finding]:
    """Yield syntax errors in the words of the compiler, and others that the index knows of."""
    if context.names is not None:
        return  # no edit of another file makes an error
    for start, end, message in syntax_errors(context.facts, context.text):
        yield Finding("syntax-error", context.path, start, end, message, subject=message)


def syntax_errors(facts: FileFacts, text: bytes) -> list[tuple[int, int, str]]:
    """Return (start, end, message) of syntax errors, in the compiler's words where it agrees.

    The parser of the index goes on behind an error, so there may be several.
    """
    if "compiled" not in facts.memo:
        longest = max(map(len, facts.names), default=0)
        facts.memo["compiled"] = _compiled(text) if longest <= _LONGEST_NAME else _NOT_ASKED
    refusal: _Refusal | None = facts.memo["compiled"]
    if refusal is None:
        return []  # whatever the parser of the index does not know, it is Python
    table = facts.errors
    found: list[tuple[int, int, str]] = []
    for start, end, kind in zip(table.start, table.end, table.kind, strict=True):
        line_end = text.find(b"\n", start)
        end = max(end, start + 1)
        end = min(end, line_end) if line_end > start else end
        found.append((start, max(end, start), _MESSAGES[kind]))
    if refusal == _NOT_ASKED:
        return found
    message, at, until, is_certain = refusal
    line = facts.line_of(at)
    for index, (start, end, _) in enumerate(found):
        if abs(facts.line_of(start) - line) <= 1:
            found[index] = start, end, message
            return found
    if found:
        found[0] = (*found[0][:2], message)
    elif is_certain or not message.startswith(_UNSURE):
        found.append((at, until, message))
    return found


def _compiled(text: bytes) -> _Refusal | None:
    """Return the first error of the compiler; None if there is none."""
    if len(text) > _LARGEST or b"\0" in text:
        return _NOT_ASKED
    with _compiling:  # filters of warnings are shared by all threads
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                flags = 0 if len(text) <= _COMPILED else ast.PyCF_ONLY_AST
                compile(without_lazy(text), "<text>", "exec", flags, dont_inherit=True)
        except SyntaxError as error:
            start, end = _place(text, error)
            message = (error.msg or "invalid syntax").strip()
            return (
                message,
                start,
                end,
                # No newer syntax has a header without a colon.
                isinstance(error, IndentationError) or error.msg == "expected ':'",
            )
        except (ValueError, RecursionError, MemoryError, OverflowError):
            return _NOT_ASKED
    return None


def _place(text: bytes, error: SyntaxError) -> tuple[int, int]:
    """Return the byte offsets of a syntax error: lines and characters are counted from one."""
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
