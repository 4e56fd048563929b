"""Reporting errors: a sentence for people, and an object for programs that asked for JSON."""

from __future__ import annotations

import traceback

from ...indexer.errors import FluxIndexError
from .output import say, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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
        # A bug: its report should have all of it.
        say("".join(traceback.format_exception(error)).rstrip())
        message = f"internal error: {type(error).__name__}: {error}"
    say(f"flux-index: {message}")
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
