"""Native watching on Linux: one inotify instance, one thread, one watch per folder of interest.

Built on watchdog's `InotifyFD`, which hands raw events to callbacks, rather than on its recursive
observer, which watches every folder below the root (`node_modules` with 100,000 of them
included), holds deletions by moving back for half a second, and ignores watch-limit errors below
the root. Queue overflow reaches callbacks since watchdog 7.1; older versions drop it silently.
"""

from __future__ import annotations

import errno
import itertools
import logging
import os
import threading
from typing import TYPE_CHECKING

from watchdog.observers.inotify_c import CallbackId, InotifyConstants, InotifyFD, Mask

from .batches import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.observers.inotify_c import InotifyEvent, WatchDescriptor

    from .inbox import Inbox
    from .scope import Scope

# Reads (access, open, close without writing) are not in it, so they never wake this process.
_FOLDER_MASK = Mask(
    InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_EXCL_UNLINK
)
# The root may be a symbolic link, and is the only folder whose own move no parent reports.
_ROOT_MASK = Mask(_FOLDER_MASK | InotifyConstants.IN_MOVE_SELF)
_INNER_MASK = Mask(_FOLDER_MASK | InotifyConstants.IN_DONT_FOLLOW)
_BARRIER_MASK = Mask(InotifyConstants.IN_OPEN | InotifyConstants.IN_ONESHOT)

# What makes watching impossible. A folder that fails otherwise has vanished, was replaced or may
# not be read, and is none of ours.
_EXHAUSTED = frozenset((errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM))
_STOP_SECONDS = 2.0

_log = logging.getLogger(__name__)


class InotifyTree:
    """Watches the folders below a root that its scope admits, new ones as they appear.

    What happens to files goes into the inbox. A folder that appears is watched first and listed
    then, so nothing that is in it can be missed. Links to folders are not followed.
    """

    def __init__(self, scope: Scope, inbox: Inbox) -> None:
        self._scope = scope
        self._inbox = inbox
        self._fd: InotifyFD | None = None
        # Guards the tables below together with the calls that change watches, so that an event
        # never arrives before its watch is in the tables. Held never while foreign code runs.
        self._lock = threading.Lock()
        self._path_of: dict[int, str] = {}
        self._watch_of: dict[str, tuple[WatchDescriptor, CallbackId]] = {}
        self._ids = itertools.count(1)

    @property
    def n_folders(self) -> int:
        """Return how many folders are watched."""
        return len(self._watch_of)

    @property
    def detail(self) -> str:
        """Return what is being done, for people."""
        return f"inotify on {self.n_folders:,} folder{'s' if self.n_folders != 1 else ''}"

    def start(self) -> None:
        """Watches the tree as it is; OSError when the root or a folder in it cannot be watched.

        What is there already is not reported. Once this returns, nothing later is missed.
        """
        self._fd = _Inotify()
        self._fd.start()
        self._enter(self._scope.root, report=False)
        if self._scope.root not in self._watch_of:
            raise OSError(errno.EACCES, "not a readable folder", self._scope.root)

    def stop(self) -> None:
        """Ends the thread and gives all watches back; barriers that wait are let through."""
        with self._lock:
            fd, self._fd = self._fd, None
        if fd is not None:
            fd.stop()
            fd.join(_STOP_SECONDS)

    def alive(self) -> bool:
        """True if events still arrive."""
        fd = self._fd
        return fd is not None and fd.is_alive()

    def refresh(self) -> None:
        """Compares the watches with the tree and the scope, which may admit other folders now."""
        with self._lock:
            before = set(self._watch_of)
        try:
            seen = self._enter(self._scope.root, report=True, again=True)
        except OSError as error:
            self._give_up(error)
            return
        for path in before - seen:
            self._forget(path)

    def barrier(self, done: Callable[[], None]) -> bool:
        """Has `done` called once everything that happened so far is in the inbox.

        Opening a file of our own for reading puts an event at the end of the kernel's queue, and
        writes nothing. False when that is not possible now.
        """
        marker = _Barrier(done)
        try:
            with self._lock:
                if self._fd is None:
                    return False
                path = os.fsencode(__file__)
                marker_id = CallbackId(id(marker))
                if self._fd.add_callback(path, _BARRIER_MASK, marker, marker_id) == -1:
                    return False
            os.close(os.open(__file__, os.O_RDONLY))
        except OSError:
            return False
        return True

    def on_event(self, event: InotifyEvent) -> None:
        """Takes one event from watchdog's reader thread, which must survive whatever happens."""
        try:
            with self._lock:
                folder = self._path_of.get(event.wd)
            if folder is None:
                return
            if not event.name:
                if folder == self._scope.root and event.is_move_self:
                    self._inbox.report(Trouble("root", "the workspace folder was moved"))
            elif event.mask & InotifyConstants.IN_ISDIR:
                self._on_folder(event, os.path.join(folder, os.fsdecode(event.name)))
            else:
                self._inbox.offer(folder, os.fsdecode(event.name))
        except OSError as error:
            self._give_up(error)
        except Exception:
            _log.exception("cannot handle %r", event)
            self._inbox.report(Trouble("overflow", "an event could not be understood"))

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Takes the end of a watch whose folder is gone from disk."""
        with self._lock:
            path = self._path_of.pop(wd, None)
            if path is None or self._fd is None:
                return
            self._watch_of.pop(path, None)
        if path == self._scope.root:
            self._inbox.report(Trouble("root", "the workspace folder was deleted"))

    def on_queue_overflow(self) -> None:
        """Takes the kernel's word that events were lost."""
        self._inbox.report(Trouble("overflow", "the kernel's event queue overflowed"))

    def _on_folder(self, event: InotifyEvent, path: str) -> None:
        if not self._scope.folder(path, os.path.basename(path)):
            return
        if event.is_moved_from:
            # Nobody told which files were in it, and none of them raises an event.
            self._forget(path)
            shown = os.path.relpath(path, self._scope.root)
            self._inbox.rescan(f"folder {shown} was moved or renamed")
        elif event.is_delete:
            # It was empty: the folders and files in it were deleted before, one by one.
            self._forget(path, below=False)
        elif event.is_create or event.is_moved_to or path not in self._watch_of:
            # The last case is a change of permissions that may have made it readable.
            self._enter(path, report=True)

    def _enter(self, top: str, *, report: bool, again: bool = False) -> set[str]:
        """Watches a folder and those below, and returns them.

        With `report`, the files of folders that were not watched before go into the inbox. Below
        a folder that was watched before there is nothing new, unless `again` says to look.
        """
        seen: set[str] = set()
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            is_new = self._watch(folder)
            if is_new is None or not (is_new or again):
                continue
            try:
                with os.scandir(folder) as listing:
                    entries = [
                        (entry.name, entry.is_dir(follow_symlinks=False)) for entry in listing
                    ]
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    raise
                continue
            if folder != self._scope.root and ("pyvenv.cfg", False) in entries:
                self._forget(folder)
                continue
            seen.add(folder)
            for name, is_folder in entries:
                if is_folder:
                    path = os.path.join(folder, name)
                    if self._scope.folder(path, name):
                        waiting.append(path)
                elif report and is_new:
                    self._inbox.offer(folder, name)
        return seen

    def _watch(self, folder: str) -> bool | None:
        """Watches one folder: True if it was not before, None if it cannot be. May raise OSError.

        The kernel knows folders by inode: it returns the same descriptor for a folder that is
        watched already, under this path or, its move not having been reported yet, another.
        """
        mask = _ROOT_MASK if folder == self._scope.root else _INNER_MASK
        with self._lock:
            if self._fd is None:
                return None
            watch_id = CallbackId(next(self._ids))
            try:
                wd = self._fd.add_callback(os.fsencode(folder), mask, self, watch_id)
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    raise
                return None
            if wd == -1:
                # How watchdog answers when access is denied.
                self._fd.remove_callbacks([(wd, watch_id)])
                return None
            known_as = self._path_of.get(wd)
            self._drop(folder)
            if known_as is not None:
                self._drop(known_as)
            self._path_of[wd] = folder
            self._watch_of[folder] = (wd, watch_id)
            return known_as != folder

    def _forget(self, folder: str, *, below: bool = True) -> None:
        """Ends the watch of a folder and, unless it was empty, of those below."""
        with self._lock:
            self._drop(folder)
            if below:
                start = folder + os.sep
                for path in [path for path in self._watch_of if path.startswith(start)]:
                    self._drop(path)

    def _drop(self, folder: str) -> None:
        """Ends one watch, if there is one; the lock is held."""
        watch = self._watch_of.pop(folder, None)
        if watch is not None and self._fd is not None:
            self._path_of.pop(watch[0], None)
            self._fd.remove_callbacks([watch])

    def _give_up(self, error: OSError) -> None:
        self._inbox.report(Trouble.broken(error, self.n_folders))


class _Inotify(InotifyFD):
    """As watchdog's, but leaks no descriptors when stopped before its thread first reads.

    Until then nobody but `close` can give them back, and it believes somebody is reading.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_reading = False


class _Barrier:
    """Calls back on the first thing that comes through the event queue for it."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._done = done

    def on_event(self, event: InotifyEvent) -> None:  # noqa: ARG002
        self._done()

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:  # noqa: ARG002
        self._done()

    def on_queue_overflow(self) -> None:
        self._done()
