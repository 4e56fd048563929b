"""Memory of a process that lives long and has many threads."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import TimerHandle
    from collections.abc import Callable, Generator


@contextmanager
def many_imports() -> Generator[None]:
    """Import without looking for garbage: what an import makes is there to stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


# After so long without a question, what it took to answer the last ones is let go.
_COOL_SECONDS = 20.0
# Unless that is less than this share of what the process needed before.
_TOO_MUCH = 1.2
_M_TRIM_THRESHOLD = -1
_M_ARENA_MAX = -8


def share_heap() -> None:
    """Let all threads use one heap; call before there are any. Does nothing beside glibc.

    Otherwise each keeps a heap of its own at the size of what it once needed: a third of a
    server's memory. Python's threads take turns anyway, so none waits for another here.
    """
    _call("mallopt", _M_ARENA_MAX, 1)
    _call("mallopt", _M_TRIM_THRESHOLD, 1 << 16)


def collect_seldom() -> None:
    """Look for garbage in circles less often: resolving makes many small things and no circles."""
    gc.set_threshold(50_000, 20, 50)


def give_back() -> None:
    """Give the system what was needed for something large and is free again."""
    _call("malloc_trim", 0)


class Cooling:
    """Gives back what many questions took, when there have been none for a while.

    A little more than at rest may stay: the next question is faster for what is remembered. Used on
    the event loop's thread; ``cool`` is called in another.
    """

    def __init__(self, cool: Callable[[], None]) -> None:
        """``cool`` lets go of what can be had again."""
        self._cool = cool
        self._at_rest = 0
        self._timer: TimerHandle | None = None

    def rest(self) -> None:
        """Note what the process needs before it is asked anything."""
        self._at_rest = max(self._at_rest, _resident())

    def begin(self) -> None:
        """Note that questions are being answered."""
        if not self._at_rest:
            self.rest()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def end(self) -> None:
        """Note that all questions are answered."""
        import asyncio  # late: relays use this module, and no event loop

        self.begin()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_COOL_SECONDS, loop.run_in_executor, None, self._run)

    def _run(self) -> None:
        give_back()
        if _resident() > _TOO_MUCH * self._at_rest:
            self._cool()
            gc.collect()
            give_back()


def _resident() -> int:
    """Bytes, or what stands for them, that the process has in memory; 1 where nothing tells."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1])
    except OSError:
        return 1


def _call(name: str, *arguments: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes

        getattr(ctypes.CDLL(None), name)(*arguments)
    except (ImportError, OSError, AttributeError):
        pass
