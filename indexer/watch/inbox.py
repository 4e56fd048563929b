"""Events in, batches out: collects what may have changed until the file system is quiet.

Backends put things in from their threads, the watcher's delivery thread takes batches out, and
any thread may wait until what is in has been delivered. Nothing here touches the operating
system's notifications.
"""

from __future__ import annotations

import os
import threading
import time

from .batches import Batch, Trouble
from .scope import CONFIG_NAMES, Scope, matters

# With more changed files than this, a sweep costs less than looking at each.
BURST = 1_000

# With so many, somebody is rewriting the tree: worth a longer wait for a single batch.
MANY = 50

# Whoever rewrites the tree pauses longer between files than an editor within one save.
_PATIENCE = 5

# Seconds for which a batch may be held back while the tree is being rewritten.
LONGEST_WAIT = 2.0


class Inbox:
    """Changes that wait for delivery. All methods may be called from any thread.

    A batch is due after `quiet` seconds without a new change, at the latest `latest` seconds
    after its first one. While git holds its index lock or many files change, both are longer,
    up to `LONGEST_WAIT`.
    With `lossy` set, large batches ask for a sweep: the platform does not tell of lost events.
    `n_events` counts what happened to files of interest, `last_event` is when (seconds since
    the epoch).
    """

    def __init__(self, scope: Scope, quiet: float, latest: float) -> None:
        self.lossy = False
        self.n_events = 0
        self.last_event: float | None = None
        self._scope = scope
        self._quiet = quiet
        self._latest = latest
        self._wake = threading.Condition()
        self._paths: set[str] = set()
        self._reason = ""
        self._troubles: list[Trouble] = []
        self._first = 0.0
        self._last = 0.0
        self._urgent = False
        self._closed = False
        # Changes are numbered: all up to _taken are in a batch, all up to _delivered are known.
        self._noted = 0
        self._taken = 0
        self._delivered = 0

    def offer(self, folder: str, name: str) -> None:
        """Notes a file that something happened to, if it concerns the index."""
        if not matters(name):
            return
        path = os.path.join(folder, name)
        # Most events repeat a path of the batch, so its owner is asked once per batch and file.
        if path not in self._paths and not self._scope.file(path):
            return
        with self._wake:
            if len(self._paths) < BURST:
                self._paths.add(path)
            elif path not in self._paths:
                self._reason = self._reason or f"more than {BURST:,} files changed at once"
            if name in CONFIG_NAMES:
                self._reason = self._reason or f"{name} changed"
            self.n_events += 1
            self.last_event = time.time()
            self._note()

    def rescan(self, reason: str) -> None:
        """Notes that everything has to be looked at."""
        with self._wake:
            self._reason = self._reason or reason
            self._note()

    def report(self, trouble: Trouble) -> None:
        """Notes trouble, which goes to the watcher before any further batch."""
        with self._wake:
            self._troubles.append(trouble)
            self._reason = self._reason or trouble.detail
            self._note()
            self._wake.notify_all()

    def wait(self, until: float) -> bool:
        """Sleeps until there is something to do or it is `until` (monotonic); False once closed."""
        with self._wake:
            while not self._closed:
                now = time.monotonic()
                pause = 0.0 if self._troubles else min(self._pause(now), until - now)
                if pause <= 0:
                    return True
                self._wake.wait(pause)
            return False

    def troubles(self) -> list[Trouble]:
        """Takes the troubles out, oldest first."""
        with self._wake:
            troubles, self._troubles = self._troubles, []
            return troubles

    def large(self) -> bool:
        """True if what waits looks like a rewritten tree rather than a saved file."""
        return len(self._paths) >= MANY

    def take(self) -> Batch | None:
        """Takes the batch that is due; None when none is, or when there is trouble to see to."""
        with self._wake:
            if self._troubles or self._closed or self._pause(time.monotonic()) > 0:
                return None
            if self.lossy and self.large():
                self._reason = self._reason or "many files changed at once, events may be lost"
            batch = Batch(frozenset(self._paths), bool(self._reason), self._reason)
            self._paths = set()
            self._reason = ""
            self._urgent = False
            self._taken = self._noted
            return batch

    def delivered(self) -> None:
        """Says that the batch taken last has been dealt with."""
        with self._wake:
            self._delivered = self._taken
            self._wake.notify_all()

    def flush(self, timeout: float) -> bool:
        """Hurries everything noted so far; whether it was delivered within `timeout` seconds."""
        with self._wake:
            target = self._noted
            self._urgent = self._noted > self._taken
            self._wake.notify_all()
            self._wake.wait_for(lambda: self._delivered >= target or self._closed, timeout)
            return self._delivered >= target

    def close(self) -> None:
        """Wakes everybody who waits, for good. What was not delivered is dropped."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()

    def _note(self) -> None:
        """Counts one change; the lock is held."""
        now = time.monotonic()
        if self._noted == self._taken:
            self._first = now
            # The delivery thread then sleeps until the batch can be due; later changes need not
            # wake it, which matters when thousands come.
            self._wake.notify_all()
        self._last = now
        self._noted += 1

    def _pause(self, now: float) -> float:
        """Seconds until a batch can be due, forever when nothing waits; the lock is held."""
        if self._noted == self._taken:
            return threading.TIMEOUT_MAX
        if self._urgent:
            return 0.0
        many = self.large()
        quiet, latest = self._quiet, self._latest
        if many:
            quiet, latest = quiet * _PATIENCE, LONGEST_WAIT
        due = min(self._last + quiet, self._first + latest)
        if due > now:
            return due - now
        if now < self._first + LONGEST_WAIT and self._scope.git_is_busy(many):
            return max(self._quiet, 0.005)
        return 0.0
