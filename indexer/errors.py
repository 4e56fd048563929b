"""Errors a user can cause or meet.

The whole tree:

FluxIndexError
├── InvalidArgumentsError    arguments do not fit the operation (JSON-RPC -32602, exit code 2)
├── OutsideWorkspaceError    a path that is not inside the workspace (-32001, exit code 2)
├── UnknownFileError         a path inside the workspace that is no file of it (-32002, exit 2)
├── LockedError              somebody else writes this index (-32003, exit code 2)
├── OtherVersionError        another machine extracts otherwise (-32006, exit code 2)
├── OutOfWorkError           a question takes more work than one may (-32005, exit code 2)
└── StoreError               the index cannot be read or written (-32004, exit code 2)
    └── DamagedError         the index holds what nobody wrote: it is made anew when asked again

Nothing found is no error: it is an empty answer (exit code 1).
"""

from __future__ import annotations

# Characters of a word, such as a path or a name, and of a message, that are shown.
_LONGEST_WORD = 400
_LONGEST = 4000


def shortened(message: str) -> str:
    """Return a message without the middle of what is very long in it, which came from outside."""
    if len(message) <= _LONGEST_WORD:
        return message
    return _without_middle("\n".join(map(_shortened_line, message.split("\n"))), _LONGEST)


def _shortened_line(line: str) -> str:
    return " ".join([_without_middle(word, _LONGEST_WORD) for word in line.split(" ")])


def _without_middle(text: str, longest: int) -> str:
    left_out = len(text) - longest
    if left_out <= 0:
        return text
    return f"{text[: longest // 2]}…({left_out:,} characters)…{text[-(longest // 2) :]}"


class FluxIndexError(Exception):
    """Root of all errors that are not bugs. The message is a sentence for the user."""

    code = -32000

    def __str__(self) -> str:
        """Return the message, shortened."""
        return shortened(super().__str__())


class InvalidArgumentsError(FluxIndexError):
    """Arguments do not fit the operation; the message names the argument and what it takes."""

    code = -32602


class OutsideWorkspaceError(FluxIndexError):
    """A path that is not inside the workspace."""

    code = -32001


class UnknownFileError(FluxIndexError):
    """A path inside the workspace that is no file of the index."""

    code = -32002


class LockedError(FluxIndexError):
    """Somebody else holds the writer's lock."""

    code = -32003


class OtherVersionError(FluxIndexError):
    """Another machine has another version, whose facts are other ones."""

    code = -32006


class StoreError(FluxIndexError):
    """The index cannot be read or written; the message names the file and the reason."""

    code = -32004


class DamagedError(StoreError):
    """The index holds what nobody wrote; it is given up, and made anew when it is next needed."""


class OutOfTimeError(Exception):
    """Raised by the interrupt of a snapshot when the deadline is over."""


class OutOfWorkError(OutOfTimeError, FluxIndexError):
    """A question takes more work than one may."""

    code = -32005
