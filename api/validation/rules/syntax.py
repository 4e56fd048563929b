"""Text that is not Python."""

from __future__ import annotations

from ....indexer import facts as f
from ..findings import Finding
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..file import File


def syntax_error(file: File) -> Iterator[Finding]:
    """What the compiler says, in its own words, at the place that it names."""
    fault = _compiled(file.text) if _speaks_as_new_a_python(file) else _parsed(file)
    if fault is not None:
        start, message = fault
        end = min(start + 1, len(file.text))
        yield Finding("syntax-error", file.path, start, end, message, subject=message)


def _speaks_as_new_a_python(file: File) -> bool:
    """Whether the compiler at hand knows all of the syntax that the file's interpreter knows."""
    import sys

    return file.is_stub or file.snapshot.index.layers.version <= sys.version_info[:2]


def _parsed(file: File) -> tuple[int, str] | None:
    """What the parser could not make sense of, which is all there is for a newer Python."""
    starts = file.facts.errors[f.ERR_START]
    return (starts[0], "Syntax error: this is not Python.") if len(starts) else None


def _compiled(text: bytes) -> tuple[int, str] | None:
    """Byte offset and message of the first error of compiling a text; nothing is run."""
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<text>", "exec", dont_inherit=True)
    except SyntaxError as error:
        lines = text.split(b"\n")
        line = min(max((error.lineno or 1) - 1, 0), len(lines) - 1)
        start = sum(len(each) + 1 for each in lines[:line])
        before = lines[line].decode("utf-8", "replace")[: max((error.offset or 1) - 1, 0)]
        offset = min(start + len(before.encode()), start + len(lines[line]))
        return offset, f"Syntax error: {error.msg}."
    except (ValueError, RecursionError, MemoryError) as error:
        return 0, f"This cannot be compiled: {error}."
    return None


RULES = [Rule("syntax-error", "The text is not valid Python.", syntax_error)]
