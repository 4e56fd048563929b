"""An index of one workspace: opening it, keeping it current, and taking snapshots of it.

Reading needs no lock. Writing needs the writer's lock, which one process has at a time; inside of
that process writes are serialized.
"""

from __future__ import annotations

import os
from _thread import allocate_lock, get_ident

from .errors import LockedError, StoreError
from .library import Library
from .snapshot import Snapshot, View
from .store.facts_cache import FactsCache
from .store.index_store import IndexStore
from .store.lock import WriterLock
from .workspace import Workspace, find_root, state_dir_of, user_cache_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor

    from .build import BuildReport, Progress
    from .store.index_store import FileRow
    from .workspace import Sweep

# With more changes than this, a query answers from what is there and leaves the rest pending.
_APPLY_WHILE_ASKING = 400


class Index:
    """The index of a workspace. Methods may be called from any thread."""

    def __init__(self, workspace: Workspace, cache_dir: str) -> None:
        """Use :meth:`open`."""
        self.workspace = workspace
        self.cache_dir = cache_dir
        self.library = Library(FactsCache(cache_dir))
        self.lock = WriterLock(os.path.join(workspace.state_dir, "writer.lock"))
        self.notes: list[str] = []
        self.skipped: list[tuple[str, str]] = []
        self.watcher_state: Callable[[], dict[str, str]] | None = None
        self.building = False
        self._readers: dict[int, IndexStore | None] = {}
        self._writer: IndexStore | None = None
        self._view: View | None = None
        self._mutex = allocate_lock()
        # Serializes writes of this process; held around every use of :meth:`writer`.
        self.writing = allocate_lock()

    @classmethod
    def open(cls, start: str, *, cache_dir: str | None = None) -> Index:
        """Index of the workspace that holds a file or folder. Writes nothing."""
        root = find_root(start)
        state_dir, _ = state_dir_of(root)
        store: IndexStore | None = None
        notes: list[str] = []
        path = os.path.join(state_dir, "index.db")
        if os.path.exists(path):
            try:
                store = IndexStore(path, writable=False)
            except StoreError as error:
                notes.append(str(error))
        remembered = store.meta("workspace") if store is not None else None
        workspace = Workspace.restore(remembered) if isinstance(remembered, str) else None
        if workspace is None or workspace.root != root:
            workspace = Workspace.open(root)
        index = cls(workspace, cache_dir or user_cache_dir())
        index.notes = notes
        if store is not None:
            index._readers[get_ident()] = store
        return index

    @property
    def path(self) -> str:
        """The database file."""
        return os.path.join(self.workspace.state_dir, "index.db")

    def reader(self) -> IndexStore | None:
        """This thread's connection for reading; None while there is no index."""
        thread = get_ident()
        store = self._readers.get(thread)
        if store is None and os.path.exists(self.path):
            try:
                store = IndexStore(self.path, writable=False)
            except StoreError as error:
                if str(error) not in self.notes:
                    self.notes.append(str(error))
                return None
            self._readers[thread] = store
        return store

    @property
    def generation(self) -> int:
        """Generation of the newest view."""
        return self.view().generation

    @property
    def pending(self) -> int:
        """Number of files known and not indexed."""
        return len(self.view().pending)

    def view(self) -> View:
        """The files as the index knows them, read again when another process has written."""
        view = self._view
        if view is not None and self._writer is not None:
            return view  # whoever writes publishes what was written
        store = self.reader()
        revision = store.revision if store is not None else 0
        if view is not None and view.revision == revision:
            return view
        files = store.files() if store is not None else {}
        generation = store.generation if store is not None else 0
        with self._mutex:
            pending = self._view.pending.difference(files) if self._view else frozenset[str]()
            complete = self._view.complete if self._view else False
            view = View(generation, files, pending, revision=revision, complete=complete)
            self._view = view
            return view

    def snapshot(
        self, overlays: Mapping[str, bytes | None] | None = None, *, shared: bool = False
    ) -> Snapshot:
        """What is true now, with contents standing in for files."""
        return Snapshot(self, self.view(), overlays, shared=shared)

    def become_writer(self) -> bool:
        """Take the writer's lock; False when another process has it or nothing can be written."""
        if self.lock.held:
            return True
        try:
            os.makedirs(self.workspace.state_dir, exist_ok=True)
        except OSError as error:
            self.notes.append(f"cannot write {self.workspace.state_dir}: {error.strerror}")
            return False
        return self.lock.acquire()

    def release_writer(self) -> None:
        """Let another process write."""
        with self.writing:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self.lock.release()

    def writer(self) -> IndexStore:
        """The connection for writing; hold ``writing`` while using it.

        Raises LockedError without the lock.
        """
        if not self.lock.held:
            raise LockedError(f"another process writes {self.path}")
        if self._writer is None:
            fresh = not os.path.exists(self.path)
            store = IndexStore(self.path, writable=True)
            if store.note:
                self.notes.append(store.note)
            if store.note or fresh:
                self._readers = {}
                with self._mutex:
                    self._view = None
            store.set_meta({"workspace": self.workspace.snapshot()})
            self.view()
            self._writer = store
        return self._writer

    def sweep(self) -> Sweep:
        """Look at the disk; remembers what was skipped and what is pending."""
        from .workspace import sweep
        from .workspace.known import Known

        store = self.reader()
        remembered = store.meta("known") if store is not None else None
        known = Known.decode(remembered) if isinstance(remembered, bytes) else None
        found = sweep(self.workspace, known)
        self.skipped = list(found.skipped)
        return found

    def build(
        self,
        progress: Callable[[Progress], None] | None = None,
        *,
        executor: Executor | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> BuildReport:
        """Bring the whole index up to date; raises LockedError without the writer's lock."""
        from .build import build

        self.building = True
        try:
            return build(self, progress, executor, cancelled)
        finally:
            self.building = False

    def update(self, paths: Iterable[str]) -> int:
        """Take in files that may have changed; returns how many changed in content.

        Paths are absolute or relative to the root; those that are no source files of the workspace
        are passed over.
        """
        from .build import update
        from .workspace import is_included

        chosen: list[str] = []
        for path in paths:
            relative = self.workspace.relative(path) if os.path.isabs(path) else path
            if (relative is not None and is_included(self.workspace, relative)) or (
                relative is not None and relative in self.view().files
            ):
                chosen.append(relative)
        return update(self, chosen)

    def refresh(self) -> int:
        """Look at the disk and take in what changed, when nobody else keeps the index current.

        Returns how many files changed. With a live writer elsewhere this does nothing: that writer
        is trusted. Many changes at once stay pending and are answered for on demand.
        """
        from .plan import plan

        had_lock = self.lock.held
        store = self.reader()
        if not had_lock and store is not None and not self._can_write():
            # Somebody keeps the index current, unless they are still building it.
            if not store.meta("building"):
                self.mark_complete(frozenset())
                return 0
        found = self.sweep()
        todo = plan(self.view(), found)
        changed = todo.changed + todo.removed
        if not changed:
            self.mark_complete(frozenset())
            return 0
        if len(todo.changed) <= _APPLY_WHILE_ASKING and (had_lock or self.become_writer()):
            from .build import update

            try:
                count = update(self, changed, found)
            finally:
                if not had_lock:
                    self.release_writer()
            self.mark_complete(frozenset())
            return count
        gone = set(todo.removed)
        with self._mutex:
            view = self._view
            assert view is not None
            files = {path: row for path, row in view.files.items() if path not in gone}
            self._view = View(
                view.generation, files, frozenset(todo.changed), revision=view.revision
            )
        return len(changed)

    def held_elsewhere(self) -> bool:
        """Whether another process writes this index at the moment."""
        return not self.lock.held and os.path.exists(self.lock.path) and not self._can_write()

    def _can_write(self) -> bool:
        """Whether no other process holds the writer's lock; leaves it free."""
        if not self.become_writer():
            return False
        self.lock.release()
        return True

    def mark_complete(self, pending: frozenset[str]) -> None:
        """Note that a sweep has looked at the disk."""
        view = self.view()
        if view.complete and view.pending == pending:
            return
        with self._mutex:
            self._view = View(view.generation, view.files, pending, revision=view.revision)

    def publish(
        self,
        generation: int,
        changed: Mapping[str, FileRow | None],
        done: Iterable[str],
        symbol_names: Iterable[str] = (),
    ) -> None:
        """Show readers in this process what was just committed.

        ``changed`` maps paths to their new rows, None for files that are gone; ``done`` are paths
        that are no longer pending; ``symbol_names`` are the names that changed files define.
        """
        with self._mutex:
            from . import name_search

            view = self._view
            assert view is not None
            files = dict(view.files)
            for path, row in changed.items():
                if row is None:
                    files.pop(path, None)
                else:
                    files[path] = row
            self._view = View(
                generation,
                files,
                view.pending.difference(done),
                revision=view.revision,
                complete=view.complete,
            )
            names = view.memo.get(name_search.MEMO)
            if isinstance(names, name_search.NameSearch) and names.covers(symbol_names):
                self._view.memo[name_search.MEMO] = names
            if generation == view.generation:
                self._view.memo, self._view.resolved = view.memo, view.resolved

    def pending_files_with(self, name: str, pending: frozenset[str]) -> list[str]:
        """Files not indexed yet whose bytes contain a name; their facts are extracted now."""
        if not pending:
            return []
        from .ondemand import prepare

        return prepare(self, name, sorted(pending))

    def status(self) -> dict[str, object]:
        """State of the index, as :class:`flux_index.api.types.StatusAnswer` lists it."""
        from .status import status

        return status(self)

    def clean(self, *, all_caches: bool = False) -> list[str]:
        """Remove the index, and the user's cache of facts when asked; returns what was removed."""
        from .store.database import discard

        if not self.become_writer():
            raise LockedError(f"{self.path} is in use by {self.lock.read_note() or 'a process'}")
        self._close_stores()
        removed = [self.path] if os.path.exists(self.path) else []
        discard(self.path)
        if all_caches:
            path = self.library.cache.path
            self.library.cache.close()
            removed += [path] if os.path.exists(path) else []
            discard(path)
        self.release_writer()
        return removed

    def _close_stores(self) -> None:
        for store in self._readers.values():
            if store is not None:
                store.close()
        self._readers = {}
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with self._mutex:
            self._view = None

    def close(self) -> None:
        """Save what was extracted while asking, and close everything."""
        self.library.close()
        self._close_stores()
        self.lock.release()
