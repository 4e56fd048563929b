"""Writing to the terminal or a pipe: whole texts, whatever the reader and its encoding do."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn, TextIO


def write(text: str) -> None:
    """Write to standard output at once; a reader that has gone away has seen enough."""
    _write(sys.stdout, text)


def say(text: str) -> None:
    """Write a line to standard error, where all is told that is no answer."""
    _write(sys.stderr, text + "\n")


def leave(code: int) -> NoReturn:
    """End the process without tearing down the interpreter.

    Taking every module and object apart costs a tenth of a whole query, and frees what the system
    frees anyway. All files are closed by now, and both streams are flushed after every write.
    """
    os._exit(code)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person looks at a stream."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def in_colour(stream: TextIO) -> bool:
    """Whether to send colours to a stream; see https://no-color.org."""
    return (
        is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def width(stream: TextIO) -> int:
    """Columns of a terminal; 0 when nobody limits the width of a line."""
    if not is_terminal(stream):
        return 0
    try:
        return int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 80


def _write(stream: TextIO, text: str) -> None:
    try:
        try:
            stream.write(text)
        except UnicodeEncodeError:
            # Names of files may hold any bytes, and old consoles know few characters.
            encoding = stream.encoding or "ascii"
            stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:
        _forget(stream)
    except OSError as error:
        # Windows says so of a pipe whose reader has gone.
        if error.errno != _EINVAL or os.name != "nt":
            raise
        _forget(stream)


_EINVAL = 22


def _forget(stream: TextIO) -> None:
    """Let what is still in the buffer go nowhere, so that nothing complains of it at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
