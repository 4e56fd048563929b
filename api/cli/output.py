"""Writing answers and errors to the terminal or a pipe, whatever the reader and its encoding do."""

from __future__ import annotations

import os
import sys

from ...indexer.errors import FluxIndexError
from ..quoting import escaped
from ..render.words import json_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn, TextIO

    from .waiting import Waiting

waiting: Waiting | None = None
"""What says on a terminal that a command still works; None where nobody looks."""


def write(text: str) -> None:
    """Write text for programs, or that is safe to show, to standard output at once."""
    _write(sys.stdout, text)


def write_json(value: object, *, indent: int | None = None) -> None:
    """Write a value as JSON to standard output."""
    write(json_text(value, indent=indent, on_terminal=is_terminal(sys.stdout)))


def tell(*lines: str) -> None:
    """Write lines to standard output, without control characters."""
    _write(sys.stdout, "".join(f"{escaped(line, tabs=True)}\n" for line in lines))


def say(text: str) -> None:
    """Write what is no answer to standard error, without control characters."""
    lines = (escaped(line, tabs=True) for line in text.split("\n"))
    _write(sys.stderr, "\n".join(lines) + "\n")


def log(text: str) -> None:
    """Write what happens to standard error, for those who asked for it by ``-v``."""
    if os.environ.get("FLUX_INDEX_LOG", "").lower() in ("info", "debug"):
        say(f"flux-index: {text}")


def leave(code: int) -> NoReturn:
    """End the process without tearing down the interpreter.

    Taking every module and object apart costs a tenth of a whole query, and frees what the system
    frees anyway. All files are closed by now, and both streams are flushed after every write.
    """
    os._exit(code)


def is_terminal(stream: TextIO) -> bool:
    """True if a person looks at a stream."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def in_colour(stream: TextIO) -> bool:
    """True if a stream takes colours; see https://no-color.org."""
    return (
        is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def width(stream: TextIO) -> int:
    """Return the columns of a terminal; 0 where lines may be of any length."""
    if not is_terminal(stream):
        return 0
    try:
        return int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 80


def _write(stream: TextIO, text: str) -> None:
    if waiting is not None:
        waiting.clear()
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            # Names of files may hold any bytes, and old consoles know few characters.
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        # Windows reports a pipe whose reader has gone by this.
        if error.errno != _EINVAL or os.name != "nt":
            raise
        _discard(stream)


_EINVAL = 22


def _discard(stream: TextIO) -> None:
    """Discard what is still in the buffer: a reader that has gone away has seen enough."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


FAILED = 2

_INTERNAL = -32603


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Report the error that ended a command; returns the exit code.

    With JSON asked for, standard output gets ``{"error": {"code": …, "message": …}}`` as well, with
    the codes of JSON-RPC: a program that reads JSON always finds an object there.
    """
    code = _INTERNAL
    if isinstance(error, FluxIndexError):
        code, message = error.code, str(error)
    elif isinstance(error, OSError) and error.strerror:
        message = (
            error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
        )
    else:
        # A bug: its report should have all of it. Late, since no other error needs this.
        import traceback

        say("".join(traceback.format_exception(error)).rstrip())
        message = f"internal error: {type(error).__name__}: {error}"
    # Indented, so that no name that a message repeats begins a line of its own.
    say(f"flux-index: {message}".replace("\n", "\n    "))
    if wants_json(arguments):
        write_json({"error": {"code": code, "message": message}})
    return FAILED


def wants_json(arguments: Sequence[str]) -> bool:
    """True if a command line asks for JSON, even one that is wrong in other ways."""
    before = ""
    for argument in arguments:
        if argument == "--":
            break
        if argument in ("--json", "--format=json") or (before, argument) == ("--format", "json"):
            return True
        before = argument
    return False
