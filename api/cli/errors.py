"""Telling an error: a sentence for people, and an object for programs that asked for JSON."""

from __future__ import annotations

from ...indexer.errors import FluxIndexError
from .output import say, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 2

_INTERNAL = -32603


def report(error: Exception, arguments: Sequence[str]) -> int:
    """Tell an error that ended a command, and return the exit code.

    With JSON asked for, standard output gets ``{"error": {"code": …, "message": …}}`` as well, with
    the codes of JSON-RPC: who reads it as JSON always finds an object there.
    """
    code = _INTERNAL
    if isinstance(error, FluxIndexError):
        code, message = error.code, str(error)
    elif isinstance(error, OSError) and error.strerror:
        message = (
            error.strerror if error.filename is None else f"{error.filename}: {error.strerror}"
        )
    else:
        import traceback

        # Nothing that a user can do should lead here: whoever reports it has all of it.
        say("".join(traceback.format_exception(error)).rstrip())
        message = f"internal error: {type(error).__name__}: {error}"
    say(f"flux-index: {message}")
    if wants_json(arguments):
        import json

        write(json.dumps({"error": {"code": code, "message": message}}) + "\n")
    return FAILED


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, even one that is wrong in other ways."""
    before = ""
    for argument in arguments:
        if argument == "--":
            break
        if argument in ("--json", "--format=json") or (before, argument) == ("--format", "json"):
            return True
        before = argument
    return False
