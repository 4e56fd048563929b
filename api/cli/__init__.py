"""The command line: ``flux-index query`` for one question, and the commands that keep an index.

A whole query is meant to cost little more than starting Python, so this module imports nothing but
what every command needs, and each command loads its own.
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, by default that of this process, and return its exit code.

    0 means found or done, 1 nothing found, 2 an error, 130 interrupted.
    """
    line = sys.argv[1:] if arguments is None else list(arguments)
    if not {"-v", "--verbose"}.isdisjoint(line):
        line = _verbose(line)
    own_process = arguments is None
    one_question = line[:1] in (["query"], ["validate"], ["hook"])
    if own_process and one_question:
        # The objects of one question are few; to look for garbage among them costs a tenth.
        gc.disable()
    try:
        match line:
            case ["query", *rest]:
                from .query import run
            case ["hook", *rest] if {"--help", "-h"}.isdisjoint(rest):
                # An agent waits for it, so it loads nothing of the other commands.
                from .hook import run
            case rest:
                from .commands import run
        code = _run_watched(run, line, rest)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        from .output import report

        code = report(error, line)
    if own_process and one_question:
        from .output import leave

        leave(code)
    return code


def _run_watched(run: Callable[[list[str]], int], line: list[str], rest: list[str]) -> int:
    """Run a command; on a terminal a line says that it is at work when it is long silent."""
    if not sys.stderr or not sys.stderr.isatty():
        return run(rest)
    from .waiting import waiting

    watched = waiting(line)
    if watched is None:
        return run(rest)
    with watched:
        return run(rest)


def _verbose(line: list[str]) -> list[str]:
    """Return a command line without ``-v``, and have processes tell what they do."""
    end = line.index("--") if "--" in line else len(line)
    kept = [each for each in line[:end] if each not in ("-v", "--verbose")]
    if len(kept) < end:
        os.environ["FLUX_INDEX_LOG"] = "info"
    return [*kept, *line[end:]]
