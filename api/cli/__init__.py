"""The command line: ``flux-index query`` for one question, and the commands that keep an index.

A whole query is meant to cost little more than starting Python, so this module imports nothing but
what every command needs, and each command loads its own.
"""

from __future__ import annotations

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, by default that of this process, and return its exit code.

    0 means found or done, 1 nothing found, 2 an error told on standard error, 130 interrupted.
    """
    given = sys.argv[1:] if arguments is None else list(arguments)
    own_process = arguments is None
    one_question = given[:1] in (["query"], ["validate"], ["hook"])
    if own_process and one_question:
        # What one question makes is small and soon gone; looking for garbage in it costs a tenth.
        gc.disable()
    try:
        if given[:1] == ["query"]:
            from .query import run
        else:
            from .commands import run
        code = run(given)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        from .errors import report

        code = report(error, given)
    if own_process and one_question:
        from .output import leave

        leave(code)
    return code
