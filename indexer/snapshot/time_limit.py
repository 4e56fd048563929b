"""A limit to the seconds of CPU that a thread may take: the last resort against strange input.

Work is counted in steps (see :mod:`.work`), so that an answer is the same on every machine. What
nobody thought of counting ends here.
"""

from __future__ import annotations

import ctypes
import threading
import time

from ..errors import OutOfWorkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_EVERY = 0.5


class TimeLimit:
    """Raises OutOfWorkError in the thread that entered it, after so many seconds of its CPU."""

    __slots__ = ("_clock", "_ended", "_raised", "_seconds", "_thread", "_until", "_watcher")

    def __init__(self, seconds: float) -> None:
        """Nothing is measured before it is entered."""
        self._seconds = seconds
        self._ended = threading.Event()
        self._raised = False

    def __enter__(self) -> None:
        """Begin to measure."""
        self._thread = threading.get_ident()
        self._clock = _clock_of(self._thread)
        self._until = self._clock() + self._seconds
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def __exit__(self, *_: object) -> None:
        """Stop measuring; nothing is raised any more."""
        self._ended.set()
        self._watcher.join()
        if self._raised:
            # What was raised and has not arrived yet arrives here. Taking it back instead would
            # leave Python 3.11 in a state in which a debugger or profiler hangs.
            try:
                _raise_in(self._thread, OutOfWorkError)
                for _step in range(100):
                    pass
            except OutOfWorkError:
                pass

    def _watch(self) -> None:
        # Again and again, since what runs may catch it.
        while not self._ended.wait(_EVERY):
            if self._clock() > self._until:
                self._raised = True
                _raise_in(self._thread, OutOfWorkError)


def _clock_of(thread: int) -> Callable[[], float]:
    """Return a clock of the CPU that a thread takes; of the whole process where there is none."""
    find = getattr(time, "pthread_getcpuclockid", None)
    if find is None:
        return time.process_time
    clock = find(thread)
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int, error: type[Exception]) -> None:
    """Raise an error in a thread, at its next step.

    See https://docs.python.org/3/c-api/threads.html#c.PyThreadState_SetAsyncExc.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
