"""Watching a workspace: operating system events become batches of paths that may have changed.

Native notifications where they can be trusted, polling on network file systems, sweeping at
intervals where neither works; which one, and why, is in `Watcher.state`. The watcher knows
nothing of the index, reads no file, and writes nothing into the workspace.

A file that is a link to another is reported when the link changes, not when its target outside
the workspace does. Beside Linux, watchdog does not tell of lost events; batches of many files
ask for a sweep there.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
import threading
import time

from .batches import Batch, Trouble, WatchState
from .inbox import BURST, Inbox
from .scope import Scope, network_mount

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .batches import WatchMode
    from .inotify import InotifyTree
    from .observer import ObservedTree

    Backend = InotifyTree | ObservedTree

__all__ = ["BURST", "Batch", "WatchState", "Watcher"]

_STOP_SECONDS = 5.0
# A sweep may take one part in so many of the time between sweeps.
_SWEEP_SHARE = 10

_NOT_STARTED: tuple[WatchMode, str] = ("stopped", "not started")

_log = logging.getLogger(__name__)


class Watcher:
    """Calls `on_batch` with what may have changed below `root`, until stopped.

    Calls come from one thread and never overlap; an exception in one is logged. `accept` and
    `accept_folder` are asked, by absolute path and from several threads, whether a file or a
    folder is wanted; folders are asked again after every batch with `rescan`, so that ignore
    rules may change. Paths begin with `root` as given, made absolute.

    `quiet` is how many seconds without an event end a batch, `latest` how long a batch may take
    to end. `poll_interval` is for file systems without events; `polling` overrules the choice.
    Nothing in `state_dir` is ever reported.
    """

    def __init__(  # noqa: PLR0913 - the options have nothing in common that a class could be for
        self,
        root: str,
        on_batch: Callable[[Batch], None],
        *,
        accept: Callable[[str], bool] | None = None,
        accept_folder: Callable[[str], bool] | None = None,
        quiet: float = 0.010,
        latest: float = 0.200,
        poll_interval: float = 1.0,
        polling: bool | None = None,
        state_dir: str | None = None,
    ) -> None:
        self.root = os.path.abspath(root)
        self._on_batch = on_batch
        self._latest = latest
        self._poll_interval = poll_interval
        self._look_interval = 2 * poll_interval
        self._polling = polling
        self._state_dir = os.path.abspath(state_dir) if state_dir else None
        self._scope = Scope(self.root, self._state_dir, accept, accept_folder)
        self._inbox = Inbox(self._scope, quiet, latest)
        self._backend: Backend | None = None
        self._thread: threading.Thread | None = None
        self._identity: tuple[int, int] | None = None
        self._status = _NOT_STARTED
        self._next_look = 0.0
        self._batch_seconds = 0.0
        self._batches = 0
        self._overflows = 0

    @property
    def state(self) -> WatchState:
        """Return how it is going, as of now."""
        mode, reason = self._status
        backend = self._backend
        detail = "; ".join(filter(None, (reason, backend.detail if backend is not None else "")))
        inbox = self._inbox
        return WatchState(
            mode, detail, inbox.n_events, self._batches, self._overflows, inbox.last_event
        )

    def start(self) -> None:
        """Starts to watch; what changes after this returns is delivered, what is there is not.

        A root that does not exist is waited for. A watcher starts once.
        """
        if self._status != _NOT_STARTED:
            raise RuntimeError("a watcher starts once")
        self._open()
        self._thread = threading.Thread(target=self._run, name="flux-index-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops watching and waits some seconds for a batch being delivered; others are dropped.

        May be called at any time, more than once, and from `on_batch`.
        """
        self._inbox.close()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_STOP_SECONDS)
        self._close()
        self._status = ("stopped", "stopped")

    def flush(self, timeout: float) -> bool:
        """True if all that happened on disk before this call was delivered, within `timeout`.

        False from within `on_batch`, which it would wait for, and when the watcher is stopped.
        """
        if self._thread in (None, threading.current_thread()) or self._status[0] == "stopped":
            return False
        until = time.monotonic() + timeout
        if _identity(self.root) != self._identity:
            # Of what happens to the folders above it nobody tells.
            self._inbox.report(Trouble("root", "the workspace folder was moved or replaced"))
        backend = self._backend
        arrived = threading.Event()
        if backend is None or not backend.barrier(arrived.set):
            self._inbox.rescan("a complete answer was asked for")
        elif not arrived.wait(timeout):
            return False
        return self._inbox.flush(until - time.monotonic())

    def _run(self) -> None:
        """The delivery thread: sees to the backend, then delivers what is due."""
        while self._inbox.wait(self._next_look):
            try:
                troubles = self._inbox.troubles()
                if troubles:
                    self._recover(troubles)
                if time.monotonic() >= self._next_look:
                    self._look()
                if self._inbox.large():
                    self._drain()
                batch = self._inbox.take()
                if batch is not None:
                    self._deliver(batch)
            except Exception:
                # Whatever it was, sweeping needs nothing but this thread.
                _log.exception("the watcher of %s failed", self.root)
                self._sweep("the watcher failed, see the log")
        self._close()

    def _deliver(self, batch: Batch) -> None:
        started = time.monotonic()
        try:
            self._on_batch(batch)
        except Exception:
            _log.exception("the receiver of %r failed", batch)
        self._batches += 1
        self._batch_seconds = time.monotonic() - started
        backend = self._backend
        if batch.rescan and backend is not None:
            # Ignore rules may have changed with it, and thereby what is to be watched.
            backend.refresh()
        self._inbox.delivered()

    def _drain(self) -> None:
        """Lets what the kernel holds already into the same batch, when a tree is rewritten."""
        backend = self._backend
        arrived = threading.Event()
        if self._status[0] == "native" and backend is not None and backend.barrier(arrived.set):
            arrived.wait(self._latest)

    def _recover(self, troubles: list[Trouble]) -> None:
        """Goes on after trouble; its rescan is in the inbox and waits until this is done."""
        for trouble in troubles:
            _log.warning("watching %s: %s", self.root, trouble.detail)
        broken = [trouble for trouble in troubles if trouble.kind == "broken"]
        if broken:
            self._sweep(broken[0].detail)
            return
        self._overflows += any(trouble.kind == "overflow" for trouble in troubles)
        self._close()
        self._open()

    def _look(self) -> None:
        """Checks on what raises no event: the root's ancestors, and threads that ended."""
        self._schedule_look()
        identity = _identity(self.root)
        if identity != self._identity or (self._backend and not self._backend.alive()):
            self._close()
            self._open()
            self._inbox.rescan("the workspace folder vanished, came back or was replaced")
        elif self._backend is None and identity is not None:
            self._inbox.rescan("changes cannot be watched, so everything is looked at")

    def _open(self) -> None:
        """Starts the best backend there is for the root as it is now."""
        self._schedule_look()
        self._identity = _identity(self.root)
        if self._identity is None:
            seconds = f"{self._look_interval:g} s"
            self._status = ("sweeping", f"{self.root} is gone; looking for it every {seconds}")
            return
        mount = network_mount(self.root) if self._polling is None else None
        backend: Backend | None = None
        try:
            if self._polling or mount:
                backend = _polling_backend(self._scope, self._inbox, self._poll_interval)
            else:
                backend = _native_backend(self._scope, self._inbox, self._state_dir)
            backend.start()
        except Exception as error:
            if _identity(self.root) is None:
                _stop(backend)
                self._open()
                return
            trouble = Trouble.broken(error, backend.n_folders if backend is not None else 0)
            _log.warning("watching %s: %s", self.root, trouble.detail)
            _stop(backend)
            self._sweep(trouble.detail)
            return
        self._backend = backend
        self._status = ("polling" if self._polling or mount else "native", "")
        if mount is not None:
            point, kind = mount
            self._status = ("polling", f"{kind} at {point} does not tell what others change")

    def _sweep(self, reason: str) -> None:
        """Gives up on events: from here on, the owner is told to look at everything at times."""
        self._close()
        detail = f"{reason}; sweeping every {self._look_interval:g} s instead"
        self._status = ("sweeping", detail)
        self._schedule_look()

    def _close(self) -> None:
        backend, self._backend = self._backend, None
        _stop(backend)

    def _schedule_look(self) -> None:
        pause = max(self._look_interval, _SWEEP_SHARE * self._batch_seconds)
        self._next_look = time.monotonic() + pause


def _identity(folder: str) -> tuple[int, int] | None:
    """Return what tells a folder from another that took its path; None when there is no folder."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def _stop(backend: Backend | None) -> None:
    """Stops a backend, which may be half started or broken."""
    try:
        if backend is not None:
            backend.stop()
    except Exception:
        _log.exception("a watcher did not stop cleanly")


def _native_backend(scope: Scope, inbox: Inbox, state_dir: str | None) -> Backend:
    if sys.platform == "linux":
        from .inotify import InotifyTree

        return InotifyTree(scope, inbox)
    from .observer import ObservedTree

    return ObservedTree(scope, inbox, None, state_dir)


def _polling_backend(scope: Scope, inbox: Inbox, interval: float) -> Backend:
    from .observer import ObservedTree

    return ObservedTree(scope, inbox, interval)
