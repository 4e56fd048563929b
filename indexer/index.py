"""An index of one workspace: opening it, keeping it current, and taking snapshots of it.

Reading needs no lock. Writing needs the writer's lock, which one process has at a time; inside of
that process writes are serialized.
"""

from __future__ import annotations

import os
from _thread import RLock, allocate_lock

from . import platforms
from .errors import LockedError, StoreError
from .paths import is_outside
from .search_path.search_path import ENVIRONMENT, SearchPath
from .search_path.stamps import SeenFiles
from .snapshot import Snapshot, View
from .snapshot.facts_provider import FactsProvider
from .state_folders import STATES
from .store.facts_cache import FactsCache
from .store.index_store import IndexStore
from .store.lock import WriterLock, any_held
from .store.readers import Readers
from .workspace import Workspace, find_root, state_dir_of, user_cache_dir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from concurrent.futures import Executor

    from .maintain import BuildReport, Progress
    from .search_path.stamps import Stamp
    from .store.index_store import FileRow
    from .workspace import Sweep

IMPORTED_FILE = "imported.db"
"""Beside the index, what other indexers say of the workspace, see :mod:`.store.imported_names`."""

HISTORY_FILE = "history"
"""Beside the index, what git's history says, kept by who asks it; as little worth as the index."""


class Index:
    """The index of a workspace. Methods may be called from any thread."""

    def __init__(self, workspace: Workspace, cache_dir: str) -> None:
        """Use :meth:`open`."""
        self.workspace = workspace
        self.cache_dir = cache_dir
        self.facts_provider = FactsProvider(FactsCache(cache_dir))
        self.lock = WriterLock(os.path.join(workspace.state_dir, "writer.lock"))
        self.notes: list[str] = []
        self.skipped: list[tuple[str, str]] = []
        self.watcher_state: Callable[[], dict[str, str]] | None = None
        self.catch_up: Callable[[], bool] | None = None
        """Brings the index to the disk as it is now, where a process keeps it current; False when
        that was not done in time, and only a look at the disk tells what is there."""
        self.distrust = ""
        """Why the process that writes the index is not relied on, for those who read an answer."""
        self.unwatched: dict[str, int] = {}
        """Files and folders to look at before each answer, see :attr:`Sweep.unwatched`."""
        self.building = False
        self.search_path = SearchPath(workspace, cache_dir)
        # Content hash of files outside of the workspace by path, time and size.
        self.outside: dict[tuple[str, int, int], bytes] = {}
        self.seen = SeenFiles()
        self._readers = Readers(self.path, self.lock, self.note)
        self._writer: IndexStore | None = None
        self._view: View | None = None
        # Whether the index has to be made anew.
        self.is_lost = False
        # Files that changed and could not be stored.
        self.unstored: set[str] = set()
        self._mutex = allocate_lock()
        # Held while this process has, or may get, the writer's lock for a moment only: whoever
        # wants to keep that lock must not take such a moment for having it.
        self.electing = RLock()
        # Serializes writes of this process; held around every use of :meth:`writer`.
        self.writing = allocate_lock()

    @classmethod
    def open(cls, start: str, *, cache_dir: str | None = None) -> Index:
        """Index of the workspace that holds a file or folder. Writes nothing."""
        root = find_root(start)
        state_dir = state_dir_of(root)
        store: IndexStore | None = None
        notes: list[str] = []
        remembered: object = None
        path = os.path.join(state_dir, "index.db")
        if os.path.exists(path):
            try:
                store = IndexStore(path, writable=False)
                remembered = store.meta("workspace")
            except StoreError as error:
                notes += filter(None, [str(error)])
        if isinstance(remembered, bytes):
            remembered = remembered.decode("utf-8", "surrogateescape")
        workspace = Workspace.restore(remembered) if isinstance(remembered, str) else None
        if workspace is None or workspace.root != root:
            workspace = Workspace.open(root)
        index = cls(workspace, cache_dir or user_cache_dir())
        index.notes = notes
        if store is not None:
            index._readers.adopt(store)
        return index

    @property
    def path(self) -> str:
        """The database file."""
        return os.path.join(self.workspace.state_dir, "index.db")

    def module_name(self, path: str) -> str | None:
        """Dotted name of a file of the workspace, or of one outside of it by its absolute path."""
        if is_outside(path):
            return self.search_path.module_name(path)
        return self.workspace.module_name(path)

    def reader(self) -> IndexStore | None:
        """This thread's connection for reading; None while there is no index."""
        losses = self._readers.losses
        store = self._readers.get()
        if self._readers.losses != losses and self._writer is None:
            with self._mutex:
                self._view = None  # What was read from the one that was lost counts no more.
        return store

    def note(self, sentence: str) -> None:
        """Remember something to tell the user, once; it replaces the start of the same sentence."""
        if sentence and sentence not in self.notes:
            self.notes = [note for note in self.notes if not sentence.startswith(note)]
            self.notes.append(sentence)

    @property
    def imported_path(self) -> str:
        """The file of what other indexers say of the workspace, which need not be there."""
        return os.path.join(self.workspace.state_dir, IMPORTED_FILE)

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
        if self._writer is not None and not self._writer.is_sound():
            with self.writing:
                self._drop_lost_writer()
        view = self._view
        if view is not None and self._writer is not None:
            return view  # whoever writes publishes what was written
        store = self.reader()
        view = self._view
        revision = store.revision if store is not None else 0
        if view is not None and view.revision == revision:
            return view
        files: dict[str, FileRow] = {}
        generation = view.generation if view is not None else 0
        if store is not None:
            revision, generation, files = store.state()
        with self._mutex:
            pending = self._view.pending.difference(files) if self._view else frozenset[str]()
            complete = self._view.complete if self._view else False
            before = self._view
            view = View(generation, files, pending, revision=revision, complete=complete)
            if before is not None:
                differing = _differing(before, view)
                view.inherit(before, differing, self._turnover(before, view, differing))
            self._view = view
            return view

    def snapshot(
        self, overlays: Mapping[str, bytes | None] | None = None, *, shared: bool = False
    ) -> Snapshot:
        """Return what is true now, with contents standing in for files."""
        return Snapshot(self, self.current(), overlays, shared=shared)

    def current(self) -> View:
        """The newest view, after a look at what lies outside of the workspace."""
        if self.search_path.is_another():
            self.workspace.forget_environment()
            self.search_path = SearchPath(self.workspace, self.cache_dir)
            self.forget([ENVIRONMENT])
        elif self.search_path.changed():
            self.search_path = SearchPath(self.workspace, self.cache_dir)
            self.forget([ENVIRONMENT])
        elif changed := self.seen.changed():
            self.forget(changed)
        return self.view()

    def outside_stamps(self) -> list[tuple[str, Stamp]]:
        """Each file and folder outside of the workspace that was looked at, with its stamp."""
        return [*self.seen.stamps(), *self.search_path.folders()]

    def forget(self, paths: Iterable[str]) -> None:
        """Forget what was resolved that rests on these, which lie outside of the workspace."""
        from .snapshot import name_search

        with self._mutex:
            view = self._view
            if view is None:
                return
            self._view = view.copy()
            names = view.memo.get(name_search.MEMO)
            if names is not None:
                self._view.memo[name_search.MEMO] = names
            self._view.inherit(view, paths)

    def cool(self) -> None:
        """Let go of what was resolved and of facts at hand: both can be had again."""
        from .snapshot import name_search

        with self._mutex:
            view = self._view
            if view is not None:
                self._view = view.copy()
                names = view.memo.get(name_search.MEMO)
                if names is not None:
                    self._view.memo[name_search.MEMO] = names
        self.facts_provider.cool()

    def become_writer(self) -> bool:
        """Take the writer's lock; False when another process has it or nothing can be written."""
        if not self.lock.acquire() and self.lock.problem:
            self.note(self.lock.problem)
        return self.lock.held

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
        self._drop_lost_writer()
        if not self.lock.renew():
            raise LockedError(self.lock.problem or f"another process writes {self.path}")
        if self._writer is None:
            store = IndexStore(self.path, writable=True)
            if store.note:
                self.note(store.note)
            snapshot = self.workspace.snapshot().encode("utf-8", "surrogateescape")
            store.set_meta({"workspace": snapshot})
            if self._view is not None and self._view.generation > store.generation:
                # Made anew: generations go on, so that who has seen the old one notices.
                store.set_meta({"generation": self._view.generation})
            self.view()
            self._writer = store
            from .workspace.state_links import link_state  # only writers need it

            self.note(link_state(self.workspace.root, self.workspace.state_dir))
        return self._writer

    def _drop_lost_writer(self) -> None:
        """Notice that the index was removed or damaged under the hands of this process.

        All files are pending then, to be answered for on demand until the index is made anew.
        """
        writer = self._writer
        if writer is None or writer.is_sound():
            return
        self._writer = None
        self._readers.lose(writer)
        if not writer.damaged:
            self.note(f"{self.path} was removed while it was in use: it is rebuilt")
        self.lock.renew()
        self.is_lost = True
        with self._mutex:
            view = self._view
            if view is not None:
                pending = view.pending.union(view.files)
                self._view = View(view.generation, {}, pending, revision=-1)

    def sweep(self) -> Sweep:
        """Look at the disk; remembers what was skipped and what is pending."""
        from .workspace import sweep
        from .workspace.sweep_cache import Known

        store = self.reader()
        remembered = store.meta("known") if store is not None else None
        known = Known.decode(remembered) if isinstance(remembered, bytes) else None
        found = sweep(self.workspace, known)
        self.skipped = list(found.skipped)
        self.unwatched = found.unwatched
        return found

    def take_in_unwatched(self) -> int:
        """Take in what changed where nobody watches; returns how many files changed."""
        from .maintain import take_in_unwatched

        return take_in_unwatched(self)

    def build(
        self,
        progress: Callable[[Progress], None] | None = None,
        *,
        executor: Executor | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> BuildReport:
        """Bring the whole index up to date; see :func:`maintain.build`."""
        from .maintain import build

        return build(self, progress, executor, cancelled)

    def update(self, paths: Iterable[str]) -> int:
        """Take in files that may have changed; see :func:`maintain.update`."""
        from .maintain import update

        return update(self, paths)

    def refresh(self) -> int:
        """Look at the disk and take in what changed; see :func:`maintain.refresh`."""
        from .maintain import refresh

        return refresh(self)

    def forget_trouble(self) -> None:
        """Take back the notes about not being able to write: it was possible."""
        self.unstored.clear()
        self.notes = [note for note in self.notes if not note.startswith("cannot ")]

    def leave_pending(self, pending: frozenset[str], removed: set[str]) -> None:
        """Show files as not indexed yet, to be answered for on demand, and others as removed."""
        view = self.view()
        with self._mutex:
            files = {path: row for path, row in view.files.items() if path not in removed}
            self._view = View(view.generation, files, pending, revision=view.revision)

    def look_again(self) -> None:
        """Read settings, build files and environment anew when one of them has changed."""
        if Workspace.restore(self.workspace.snapshot()) is None:
            root = self.workspace.root
            workspace = Workspace.open(root)
            if workspace.root != root:
                return  # It is gone, and what is found in its place is another one.
            self.workspace = workspace
            self.search_path = SearchPath(self.workspace, self.cache_dir)
            if self._writer is not None:
                with self.writing:
                    text = self.workspace.snapshot().encode("utf-8", "surrogateescape")
                    self.writer().set_meta({"workspace": text})
            with self._mutex:
                view = self._view
                if view is not None:
                    self._view = view.copy()

    def held_elsewhere(self) -> bool:
        """True if another process writes this index at the moment."""
        if self.lock.held or not os.path.exists(self.lock.path):
            return False
        with self.electing:
            if self.become_writer():
                self.lock.release()
                return False
        # Where nobody can lock anything, nobody writes.
        return not self.lock.problem

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
        symbol_names: Iterable[str] | None = None,
    ) -> None:
        """Show readers in this process what was just committed.

        ``changed`` maps paths to their new rows, None for files that are gone; ``done`` are paths
        that are no longer pending; ``symbol_names`` are the
        names that changed files define, None when some name may be defined no more.
        """
        with self._mutex:
            from .snapshot import name_search

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
            if symbol_names is not None and isinstance(names, name_search.NameSearch):
                self._view.memo[name_search.MEMO] = names.extended(symbol_names)
            if generation == view.generation:
                self._view.memo = view.memo
            moved = [*changed, *done]
            self._view.inherit(view, moved, self._turnover(view, self._view, moved))

    def _turnover(self, before: View, after: View, paths: list[str]) -> int:
        """Bits of the names that came to files or went from them between two views."""
        from .snapshot.name_diff import turnover

        nothing = (0, 0, 0, b"", "")
        return turnover(
            self.facts_provider,
            (
                (before.files.get(path, nothing)[3], after.files.get(path, nothing)[3])
                for path in dict.fromkeys(paths)
            ),
        )

    def pending_files_with(self, name: str, pending: frozenset[str]) -> list[str]:
        """Files not indexed yet whose bytes contain a name; their facts are extracted now."""
        if not pending:
            return []
        from .snapshot.facts_provider import extract_mentioning

        return extract_mentioning(self, name, sorted(pending))

    def status(self) -> dict[str, object]:
        """Return the state of the index, as :class:`flux_index.api.types.StatusAnswer` lists it."""
        from .status import status

        return status(self)

    def clean(self, *, all_caches: bool = False) -> list[str]:
        """Remove the index, and the user's cache of facts when asked; returns what was removed."""
        from .search_path.typeshed import unlink_typeshed
        from .store.database import discard
        from .workspace.state_links import unlink_state

        if not self.become_writer():
            user = self.lock.holder() or "another process"
            raise LockedError(self.lock.problem or f"{self.path} is in use by {user}")
        self._close_stores()
        removed = [self.path] if os.path.exists(self.path) else []
        discard(self.path)
        history = os.path.join(self.workspace.state_dir, HISTORY_FILE)
        if os.path.exists(history):
            platforms.remove(history)
            removed.append(history)
        unlink_state(self.workspace.root)
        if all_caches:
            path = self.facts_provider.cache.path
            self.facts_provider.cache.close()
            removed += [path] if os.path.exists(path) else []
            discard(path)
            # Whoever is at work in another workspace reads stubs through the links.
            if not any_held(os.path.join(self.cache_dir, STATES), but=self.lock.path):
                removed += unlink_typeshed(self.cache_dir)
        self.release_writer()
        return removed

    def _close_stores(self) -> None:
        self._readers.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with self._mutex:
            self._view = None

    def close(self) -> None:
        """Save what was extracted while asking, and close everything."""
        self.facts_provider.close()
        self._close_stores()
        self.lock.release()


def _differing(before: View, after: View) -> list[str]:
    """Files that are not the same in two views."""
    nothing = (0, 0, 0, b"", "")
    return [
        path
        for path in before.files.keys() | after.files.keys()
        if before.files.get(path, nothing)[3] != after.files.get(path, nothing)[3]
    ] + list(before.pending ^ after.pending)
