"""Maintenance of an index while a process serves: one build, then changes as they happen.

Everything here happens in threads of its own; a ``Listener`` is called there, which hands what it
hears to the event loop.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterable
from typing import Protocol

from ...indexer.errors import FluxIndexError
from ...indexer.index import Index
from ...indexer.maintain import Progress
from ...indexer.watch.watcher import Batch, Watcher
from ...indexer.workspace.ignore import Rules
from .memory import give_back


class Listener(Protocol):
    """Callbacks, in the maintainer's threads."""

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """The index has this generation now, because of these files or of more than these."""

    def building(self, message: str, percentage: int) -> None:
        """A build runs."""

    def built(self) -> None:
        """A build has ended."""

    def give_way(self, seconds: float) -> None:
        """Wait, at most so long, while questions are being answered."""


# Processes extract more files than this faster, in spite of the time that it takes to start them.
_MANY = 64
# Whoever starts a server has a question, which the first build must not slow down: it needs the
# same processors to extract the few files that the answer needs. So the build waits a moment for
# the question and then for its answer, and later at each step, but never for long.
_ARRIVAL_SECONDS = 0.1
_FIRST_ANSWER_SECONDS = 3.0
_ANSWER_SECONDS = 0.2
# Changes are taken in before an answer, at most for so long.
_CATCH_UP_SECONDS = 1.0
# While many files are indexed, an answer does not wait for them but looks at the disk itself.
_BUILDING_SECONDS = 0.05
# A look at all files, for those that get a second name elsewhere, which raises no event: seconds
# between two of them, which may take one part in so many of the time, while questions are asked.
_LOOK_EVERY = 1.0
_LOOK_SHARE = 50
# Seconds between two reports of progress.
_REPORT_EVERY = 0.1
_MOST_PATHS = 1000

_log = logging.getLogger(__name__)


class Maintainer:
    """Builds and updates one index. The writer's lock must be held while it runs."""

    def __init__(self, index: Index, listener: Listener) -> None:
        """Nothing is done before :meth:`start`."""
        self.caught_up = False
        """True if the first build is through."""
        self._index = index
        self._listener = listener
        self._watcher: Watcher | None = None
        self._watching = threading.Event()
        self._stopping = threading.Event()
        self._build_lock = threading.Lock()
        # Changed while the first build ran, which may have stored what it had read before.
        self._changed_meanwhile: set[str] = set()
        self._changed_lock = threading.Lock()
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flux-index-keep", daemon=True)

    def start(self) -> None:
        """Begin to watch and to build; returns at once."""
        self._index.watcher_state = self.state
        self._index.catch_up = self.catch_up
        self._thread.start()

    def stop(self) -> None:
        """Stop watching and building, and wait until all is written."""
        self._index.catch_up = None
        self._stopping.set()
        self._asked.set()
        if self._watcher is not None:
            self._watcher.stop()
        self._thread.join()
        self._index.watcher_state = None

    def state(self) -> dict[str, str]:
        """Return the state of the watcher."""
        watcher = self._watcher
        if watcher is None:
            return {"mode": "starting", "detail": "the watcher has not started yet"}
        state = watcher.state
        return {
            "mode": state.mode,
            "detail": state.detail,
            "events": str(state.events),
            "batches": str(state.batches),
            "overflows": str(state.overflows),
        }

    def sync(self, timeout: float) -> bool:
        """Update the index to the disk as it is at this call; True if that was done in time."""
        until = time.monotonic() + timeout
        if not self._watching.wait(timeout):
            return False
        watcher = self._watcher
        if watcher is None or not watcher.flush(max(0.0, until - time.monotonic())):
            return False
        if self._index.unwatched:
            before = self._index.generation
            self._index.take_in_unwatched()
            self._report_change(before, (), complete=False)
        return True

    def catch_up(self) -> bool:
        """Take in what changed before an answer; False if the asker has to look at the disk."""
        self._asked.set()
        # The watcher starts when the first questions are answered, which look at the disk.
        if not self._index.view().complete or not self._watching.is_set():
            return False
        return self.sync(_BUILDING_SECONDS if self._index.building else _CATCH_UP_SECONDS)

    def files_changed(self, paths: Iterable[str]) -> None:
        """Update files that have changed according to somebody else than the watcher."""
        listed = list(paths)
        if not self.caught_up:
            with self._changed_lock:
                self._changed_meanwhile.update(listed)
            return
        threading.Thread(
            target=self._update, args=(listed,), name="flux-index-update", daemon=True
        ).start()

    def _run(self) -> None:
        self._stopping.wait(_ARRIVAL_SECONDS)
        self._listener.give_way(_FIRST_ANSWER_SECONDS)
        try:
            self._watch()
        except Exception:
            _log.exception("the workspace cannot be watched")
        self._watching.set()
        self._build()
        with self._changed_lock:
            again, self._changed_meanwhile = self._changed_meanwhile, set()
        if again and not self._stopping.is_set():
            self._update(again)
        pause = _LOOK_EVERY
        while not self._stopping.wait(pause):
            self._asked.wait()
            self._asked.clear()
            if self._stopping.is_set():
                break
            started = time.monotonic()
            self._look()
            pause = max(_LOOK_EVERY, _LOOK_SHARE * (time.monotonic() - started))

    def _look(self) -> None:
        """Look at the status of all files."""
        if self._index.building:
            return
        before = self._index.generation
        try:
            self._index.refresh()
        except FluxIndexError as error:
            _log.error("changes were not taken in: %s", error)
        except Exception:
            _log.exception("changes were not taken in")
        self._report_change(before, (), complete=False)
        if self._index.pending:
            self._build()

    def _watch(self) -> None:
        workspace = self._index.workspace
        rules = Rules(workspace)

        def accept_folder(path: str) -> bool:
            relative = workspace.relative(path)
            if not relative:
                return relative is not None
            return not rules.leaves_out(relative, is_folder=True)

        self._watcher = Watcher(
            workspace.root,
            self._on_batch,
            accept_folder=accept_folder,
            state_dir=workspace.state_dir,
        )
        if not self._stopping.is_set():
            self._watcher.start()

    def _on_batch(self, batch: Batch) -> None:
        if self._stopping.is_set():
            return
        with self._changed_lock:
            if not self.caught_up:
                self._changed_meanwhile.update(batch.paths)
        if batch.rescan or len(batch.paths) > _MANY:
            self._build(batch.paths, complete=not batch.rescan)
        else:
            self._update(batch.paths)

    def _update(self, paths: Iterable[str]) -> None:
        before = self._index.generation
        try:
            paths = list(paths)
            _log.info("%s changed of %s events", self._index.update(paths), len(paths))
        except FluxIndexError as error:
            _log.error("changes were not taken in: %s", error)
        self._report_change(before, paths, complete=True)

    def _build(self, paths: Iterable[str] = (), *, complete: bool = False) -> None:
        """Bring everything up to date; several at once would do the work twice."""
        with self._build_lock:
            before = self._index.generation
            report = _ProgressReport(self._listener)
            try:
                built = self._index.build(report.report, cancelled=self._stopping.is_set)
                _log.info("indexed %s files in %.2f s", built.files, built.seconds)
            except FluxIndexError as error:
                _log.error("the index is not up to date: %s", error)
            except Exception:
                _log.exception("the index is not up to date")
            give_back()
            self.caught_up = True
            self._report_change(before, paths, complete=complete)
            self._listener.built()

    def _report_change(self, before: int, paths: Iterable[str], *, complete: bool) -> None:
        generation = self._index.generation
        if generation == before:
            return
        changed: list[str] = []
        for path in paths:
            relative = self._index.workspace.relative(path) if os.path.isabs(path) else path
            if relative is not None:
                changed.append(relative)
        complete = complete and len(changed) <= _MOST_PATHS
        self._listener.changed(generation, changed[:_MOST_PATHS], complete=complete)


class _ProgressReport:
    """Reports steps of a build, as often as is useful."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._next = 0.0

    def report(self, progress: Progress) -> None:
        """Report one more step."""
        self._listener.give_way(_ANSWER_SECONDS)
        now = time.monotonic()
        if progress.phase != "extract" or not progress.total or now < self._next:
            return
        self._next = now + _REPORT_EVERY
        share = progress.bytes_done / progress.bytes_total if progress.bytes_total else 1.0
        message = f"{progress.done:,} of {progress.total:,} files"
        self._listener.building(message, int(100 * share))
