"""The answer to one event of a host. Errors are logged and stop nobody."""

from __future__ import annotations

import sys
import time

from ...indexer.errors import InvalidArgumentsError
from .messages import EVENTS
from .service_client import Question, ask_nearest


def run(event: str, mode: str, seconds: float) -> int:
    """Read an event from standard input and write the answer to it, if any; returns the exit code.

    That is 0 but for a task that is not completed, of which hosts want to hear by 2 and the reason
    on standard error.

    ``event`` is one of :data:`.messages.EVENTS`; raises InvalidArgumentsError for another one. What
    goes wrong later is written to the log of the workspace, if it has an index, and nowhere else.
    """
    begun = time.monotonic() - time.process_time()
    if event not in EVENTS:
        raise InvalidArgumentsError(f"hook takes one of {', '.join(EVENTS)}")
    try:
        question = Question(EVENTS[event], sys.stdin.buffer.read() or b"{}", mode, begun)
        found = ask_nearest(question)
        if found is not None and not found[1]:
            return 0
        # Late: there is something to say, or more to ask than one process.
        from .everywhere import answer_everywhere, write_reply

        if found is None:
            return answer_everywhere(question, seconds)
        return write_reply(question, *found)
    except Exception:
        return 0
