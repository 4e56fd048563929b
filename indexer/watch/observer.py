"""Watching through a watchdog observer: polling anywhere, native notifications beside Linux.

Polling sees only folders of interest, as its listing is filtered. The native observers of macOS
and Windows watch the whole tree at no cost per folder, so their events are filtered instead.
"""

from __future__ import annotations

import itertools
import logging
import os
import stat
import threading
import time
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.polling import PollingObserverVFS

from .batches import Trouble
from .scope import matters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from watchdog.observers.api import BaseObserver, EventEmitter

    from .inbox import Inbox
    from .scope import Scope

# How often Windows's observer is asked for events, and what any native one may take to bring them.
_NATIVE_SECONDS = 0.02
_SETTLE_SECONDS = 0.2
_STOP_SECONDS = 2.0
_READS = frozenset(("opened", "closed_no_write"))

_log = logging.getLogger(__name__)


class ObservedTree(FileSystemEventHandler):
    """Watches the tree below a root with an observer of watchdog.

    With an `interval`, in seconds, it polls; without, it uses what the platform offers. Those
    native observers do not tell when events were lost, so the inbox is told to expect that.
    """

    def __init__(
        self, scope: Scope, inbox: Inbox, interval: float | None, state_dir: str | None = None
    ) -> None:
        self._scope = scope
        self._inbox = inbox
        self._interval = interval
        self._state_dir = os.path.realpath(state_dir) if state_dir else None
        # Native observers report real paths, whatever links led to the root.
        self._real_root = os.path.realpath(scope.root)
        self._observer: BaseObserver | None = None
        # What to call when a mark comes through the observer's queue, by the mark's path.
        self._marks: dict[str, Callable[[], None]] = {}
        self._ids = itertools.count(1)

    @property
    def n_folders(self) -> int:
        """Return how many folders are watched one by one: none, the observer is given the root."""
        return 0

    @property
    def detail(self) -> str:
        """Return what is being done, for people."""
        if self._interval is None:
            return "the system's notifications for the whole tree"
        return f"polling every {self._interval:g} s"

    def start(self) -> None:
        """Starts to watch; OSError when the root cannot be. When polling, reads the tree once."""
        os.scandir(self._real_root).close()
        if self._interval is None:
            observer = Observer(timeout=_NATIVE_SECONDS)
        else:
            observer = PollingObserverVFS(_status, self._list, polling_interval=self._interval)
        self._observer = observer
        self._inbox.lossy = self._interval is None
        observer.schedule(self, self._real_root, recursive=True)
        observer.start()

    def stop(self) -> None:
        """Ends the threads; barriers that wait are let through."""
        observer, self._observer = self._observer, None
        self._inbox.lossy = False
        if observer is not None and observer.is_alive():
            observer.stop()
            observer.join(_STOP_SECONDS)
        for mark in list(self._marks):
            self._pass(mark)

    def alive(self) -> bool:
        """True if events still arrive."""
        observer = self._observer
        return (
            observer is not None
            and observer.is_alive()
            and all(emitter.is_alive() for emitter in observer.emitters)
        )

    def refresh(self) -> None:
        """Nothing to do: the scope is asked anew for every event and every poll."""

    def barrier(self, done: Callable[[], None]) -> bool:
        """Has `done` called once everything that happened so far is in the inbox, or False.

        Native notifications are drained by a file in the state folder, where they cover it.
        """
        observer = self._observer
        emitter = next(iter(observer.emitters), None) if observer is not None else None
        if emitter is None or not emitter.is_alive():
            return False
        name = f".barrier-{os.getpid()}-{next(self._ids)}"
        if self._interval is None and self._touch(name, done):
            return True
        threading.Thread(target=self._mark, args=(emitter, name, done), daemon=True).start()
        return True

    def dispatch(self, event: FileSystemEvent) -> None:
        """Takes one event from the observer's thread, which must survive whatever happens."""
        if event.event_type in _READS:
            return
        try:
            for raw in (event.src_path, event.dest_path):
                path = os.fsdecode(raw)
                if path in self._marks:
                    self._pass(path)
                elif path:
                    self._note(event, path)
        except Exception:
            _log.exception("cannot handle %r", event)
            self._inbox.report(Trouble("overflow", "an event could not be understood"))

    def _note(self, event: FileSystemEvent, path: str) -> None:
        is_gone = event.event_type in ("deleted", "moved")
        if path == self._real_root:
            if event.is_directory and is_gone:
                self._inbox.report(Trouble("root", "the workspace folder was moved or deleted"))
            return
        if self._interval is not None:
            # Polling reports every file of a folder that came or went. It may call a new file a
            # moved folder, when it got the folder's inode number, so the name alone decides.
            self._inbox.offer(*os.path.split(self._shown(path)))
            return
        path = self._shown(path)
        folder, name = os.path.split(path)
        if not self._scope.reaches(path):
            return
        # Windows cannot tell what it was that was deleted.
        may_be_folder = event.is_directory or (event.event_type == "deleted" and "." not in name)
        if not may_be_folder:
            self._inbox.offer(folder, name)
        elif (is_gone or event.event_type == "created") and self._scope.folder(path, name):
            shown = os.path.relpath(path, self._scope.root)
            self._inbox.rescan(f"folder {shown} was {event.event_type}")

    def _shown(self, path: str) -> str:
        """A path below the real root, as a path below the root that the owner named."""
        return self._scope.root + path[len(self._real_root) :]

    def _list(self, folder: str | None) -> Iterator[os.DirEntry[str]]:
        """Yield what polling looks at in a folder; environments are known by their pyvenv.cfg."""
        with os.scandir(folder) as listing:
            entries = list(listing)
        if folder != self._real_root and any(entry.name == "pyvenv.cfg" for entry in entries):
            return iter(())
        return (entry for entry in entries if self._admits(entry))

    def _admits(self, entry: os.DirEntry[str]) -> bool:
        if entry.is_dir(follow_symlinks=False):
            return self._scope.folder(self._shown(entry.path), entry.name)
        return matters(entry.name)

    def _touch(self, name: str, done: Callable[[], None]) -> bool:
        """Makes and removes a file in the state folder, if the observer sees that folder."""
        if not (self._state_dir or "").startswith(self._real_root + os.sep):
            return False
        path = os.path.join(self._state_dir or "", name)
        self._marks[path] = done
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT))
            os.unlink(path)
        except OSError:
            del self._marks[path]
            return False
        return True

    def _mark(self, emitter: EventEmitter, name: str, done: Callable[[], None]) -> None:
        """Polls at once, or gives native events time to come in; then sends a mark after them."""
        self._marks[name] = done
        try:
            if self._interval is None:
                time.sleep(_SETTLE_SECONDS)
            else:
                emitter.queue_events(0)
            emitter.queue_event(FileSystemEvent(name))
        except Exception:
            _log.exception("cannot poll %s", self._scope.root)
            self._inbox.report(Trouble("overflow", "the folder could not be read"))
            self._pass(name)

    def _pass(self, mark: str) -> None:
        done = self._marks.pop(mark, None)
        if done is not None:
            done()


def _status(path: str) -> os.stat_result:
    """Return what polling compares of a file; links stand for themselves.

    The time is that of the last change of any kind, which nobody can set back: a copy made with
    its times may get the inode number, size and time of a file that was deleted.
    """
    status = os.lstat(path)
    fields: list[float] = list(status[:10])
    fields[stat.ST_MTIME] = max(status.st_mtime, status.st_ctime)
    return os.stat_result(fields)
