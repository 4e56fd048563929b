"""The threads that answer requests, and how many requests they are answering."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

Name = Literal["quick", "needs_workspace", "background"]

# Seconds that a client has for its first request, before work that nobody asked for begins.
_FIRST_REQUEST_SECONDS = 0.5
# A background request waits at most so long at a time for the others.
_YIELD_SECONDS = 0.5


class Executors:
    """Three groups of threads, so that what takes long does not delay what is quick.

    Requests that search the whole workspace have threads of their own, and so has the background,
    which waits for the two others.
    """

    def __init__(self) -> None:
        """Threads are started when they are needed."""
        self._pools: dict[Name, ThreadPoolExecutor] = {
            "quick": ThreadPoolExecutor(2, "flux-index-quick"),
            "needs_workspace": ThreadPoolExecutor(2, "flux-index-workspace"),
            "background": ThreadPoolExecutor(1, "flux-index-background"),
        }
        self._lock = threading.Lock()
        self._n_running: dict[Name, int] = dict.fromkeys(self._pools, 0)
        self._has_begun = threading.Event()
        self._idle = threading.Event()
        self._foreground_idle = threading.Event()
        self._update()

    def __getitem__(self, name: Name) -> ThreadPoolExecutor:
        return self._pools[name]

    def begin(self, name: Name) -> None:
        """Count a request that is about to be answered."""
        with self._lock:
            self._n_running[name] += 1
            self._update()
        self._has_begun.set()

    def end(self, name: Name) -> None:
        """Count a request as answered."""
        with self._lock:
            self._n_running[name] -= 1
            self._update()

    def _update(self) -> None:
        foreground = self._n_running["quick"] + self._n_running["needs_workspace"]
        for event, n_running in (
            (self._foreground_idle, foreground),
            (self._idle, foreground + self._n_running["background"]),
        ):
            (event.clear if n_running else event.set)()

    def wait_until_idle(self, seconds: float) -> None:
        """Wait, at most so long, while requests are being answered.

        Whoever has started a server is about to send a request, so this waits for the first one.
        """
        if not self._has_begun.is_set():
            self._has_begun.wait(min(seconds, _FIRST_REQUEST_SECONDS))
            self._has_begun.set()
        self._idle.wait(seconds)

    def wait_for_foreground(self) -> None:
        """Wait a little while requests are being answered that are not in the background."""
        self._foreground_idle.wait(_YIELD_SECONDS)

    def shut_down(self) -> None:
        """Start nothing more; nothing that runs is waited for."""
        self._has_begun.set()
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
