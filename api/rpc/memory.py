"""Memory of a process that lives long and has many threads."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def many_imports() -> Generator[None]:
    """Import without looking for garbage: what an import makes is there to stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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


def _call(name: str, *arguments: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    try:
        import ctypes

        getattr(ctypes.CDLL(None), name)(*arguments)
    except (ImportError, OSError, AttributeError):
        pass
