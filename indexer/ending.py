"""The end of a process that was told to end: soon, whatever it computes."""

from __future__ import annotations

import signal

# From SIGTERM on a process has so long to close what it has open.
SECONDS = 1.5


def end_soon() -> None:
    """Have the system end this process in a moment, unless it has ended by then.

    A thread or a handler of Python's would have to wait for what holds the interpreter. What is on
    disk is whole at any time, since a process may be killed at any time.
    """
    if hasattr(signal, "setitimer"):  # not on Windows, where SIGTERM ends a process at once
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
