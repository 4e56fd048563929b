"""Sweep, extract, store: bringing an index up to date, wholly or for a few files.

What is done is committed every second or so, so a build that is interrupted loses little and the
next one goes on from there: what has been stored needs no more than a look at its time and size.
"""

from __future__ import annotations

import os
import stat
import time

from .errors import DamagedError, LockedError, StoreError
from .paths import file_version
from .symbols import inherited_names, names_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from concurrent.futures import Executor

    from .digest_pool import Digested
    from .index import Index
    from .snapshot import View
    from .store.index_store import FileRow, FileUpdate
    from .workspace import Sweep


_COMMIT_SECONDS = 1.5
# With more changes than this, a query answers from what is there and leaves the rest pending.
_APPLY_WHILE_ASKING = 400
# Bytes of source that are extracted in less time than a store elsewhere is asked.
_WORTH_SHARING = 500_000
# So many times an index is made that is removed or damaged while it is made.
_ATTEMPTS = 3


class Plan:
    """Differences between a sweep and the index: paths to look at, and paths that are gone."""

    __slots__ = ("changed", "removed")

    def __init__(self, changed: list[str], removed: list[str]) -> None:
        """Both in order of the paths."""
        self.changed = changed
        self.removed = removed


def plan(view: View, found: Sweep) -> Plan:
    """Compare times and sizes."""
    files = view.files
    changed = [
        path
        for path, (version, size) in found.files.items()
        if (row := files.get(path)) is None or row[1] != version or row[2] != size
    ]
    removed = [path for path in files if path not in found.files]
    return Plan(sorted(changed), sorted(removed))


class Progress:
    """Progress of a build. ``phase`` is ``sweep``, ``extract`` or ``done``."""

    __slots__ = ("bytes_done", "bytes_total", "done", "path", "phase", "total")

    def __init__(self, phase: str, total: int = 0, bytes_total: int = 0) -> None:
        """A phase that begins."""
        self.phase = phase
        self.done = 0
        self.total = total
        self.bytes_done = 0
        self.bytes_total = bytes_total
        self.path = ""


class BuildReport:
    """Outcome of a build.

    ``reused`` counts files whose facts were at hand for their content, ``shared`` those whose facts
    another machine had.
    """

    __slots__ = (
        "cancelled",
        "errors",
        "extracted",
        "files",
        "generation",
        "removed",
        "reused",
        "seconds",
        "shared",
        "skipped",
    )

    def __init__(self) -> None:
        """Nothing done yet."""
        self.files = 0
        self.extracted = 0
        self.reused = 0
        self.shared = 0
        self.removed = 0
        self.skipped: list[tuple[str, str]] = []
        self.errors: list[tuple[str, str]] = []
        self.seconds = 0.0
        self.generation = 0
        self.cancelled = False


def build(
    index: Index,
    progress: Callable[[Progress], None] | None = None,
    executor: Executor | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BuildReport:
    """Bring the whole index up to date; raises LockedError without the writer's lock."""
    index.look_again()
    index.building = True
    try:
        for _ in range(_ATTEMPTS):
            index.is_lost = False
            try:
                report = _build(index, progress, executor, cancelled)
            except DamagedError:
                index.reader()
                index.view()
                continue
            if not index.is_lost:
                index.forget_trouble()
                return report
        raise StoreError(f"{index.path} was removed or damaged again and again")
    except StoreError as error:
        index.note(str(error))
        index.is_lost = True
        # Know what is there, where nothing can be stored.
        _leave_pending(index, plan(index.view(), index.sweep()))
        raise
    finally:
        index.building = False


def update(index: Index, paths: Iterable[str]) -> int:
    """Take in files that may have changed; returns how many changed in content.

    Paths are absolute or relative to the root; those that are no source files of the workspace are
    passed over. What cannot be stored, because the disk is full, stays pending, with a note, and is
    stored with the next update.
    """
    from .workspace import is_included
    from .workspace.defaults import IGNORE_FILE

    index.look_again()
    chosen: list[str] = [*index.unstored]
    ignored: list[str] = []
    for path in paths:
        full = path if os.path.isabs(path) else index.workspace.absolute(path)
        relative = index.workspace.relative(full)
        if relative is not None and is_included(index.workspace, relative):
            chosen.append(relative)
        elif relative is not None and relative in index.view().files:
            ignored.append(relative)
        elif os.path.basename(path) == IGNORE_FILE:
            index.is_lost = True  # It decides about files that nobody names here.
    count = 0
    try:
        index.reader()
        index.view()
        if not index.is_lost:
            count = store_changes(index, chosen, ignored)
            index.forget_trouble()
    except DamagedError:
        index.reader()
        index.view()
        index.is_lost = True
    except LockedError:
        raise
    except StoreError as error:
        _postpone(index, chosen + ignored, error)
    if index.is_lost:
        try:
            report = build(index)
        except StoreError:
            return 0  # All that it would have stored is pending, and there is a note.
        count = report.extracted + report.reused + report.shared + report.removed
    return count


def _postpone(index: Index, paths: list[str], error: StoreError) -> None:
    """Leave files that could not be stored pending, so that they are answered for on demand."""
    index.note(str(error))
    index.unstored.update(paths)
    removed = {path for path in paths if not os.path.isfile(index.workspace.absolute(path))}
    index.leave_pending(index.view().pending.union(paths) - removed, removed)


def refresh(index: Index) -> int:
    """Look at the disk and take in what changed.

    Returns how many files changed. What another process has to write, and many changes at once,
    stay pending and are answered for on demand.
    """
    with index.electing:
        return _refresh(index)


def _refresh(index: Index) -> int:
    index.look_again()
    had_lock = index.lock.held
    found = index.sweep()
    todo = plan(index.view(), found)
    if not todo.changed and not todo.removed:
        index.mark_complete(frozenset())
        return 0
    if len(todo.changed) <= _APPLY_WHILE_ASKING and (had_lock or index.become_writer()):
        try:
            count = store_changes(index, todo.changed, todo.removed, found)
            index.forget_trouble()
            index.mark_complete(frozenset())
            return count
        except StoreError as error:
            index.note(str(error))
        finally:
            if not had_lock:
                index.release_writer()
    _leave_pending(index, todo)
    return len(todo.changed) + len(todo.removed)


def take_in_unwatched(index: Index) -> int:
    """Take in changes of files and folders that raise no event; returns how many files changed.

    That is a look at the status of each; a folder that changed is a reason to look at everything.
    """
    rows = index.view().files
    changed: list[str] = []
    for path, version in list(index.unwatched.items()):
        row = rows.get(path)
        try:
            status = os.stat(os.path.join(index.workspace.root, path))
        except OSError:
            now = (0, 0)
        else:
            now = (file_version(status), status.st_size)
        if row is not None:
            if (row[1], row[2]) != now:
                changed.append(path)
        elif version != now[0]:
            return refresh(index)
    if not changed:
        return 0
    return update(index, changed) if index.lock.held else refresh(index)


def _leave_pending(index: Index, todo: Plan) -> None:
    index.leave_pending(frozenset(todo.changed), set(todo.removed))


def _build(
    index: Index,
    progress: Callable[[Progress], None] | None,
    executor: Executor | None,
    cancelled: Callable[[], bool] | None,
) -> BuildReport:
    """Bring the whole index up to date once."""
    # Worker processes are for builds only.
    from .digest_pool import digest_all
    from .shared_facts import Upload, shared_cache_of

    started = time.monotonic()
    report = BuildReport()
    tell = progress or _say_nothing
    tell(Progress("sweep"))
    with index.writing:
        index.writer()
    found = index.sweep()
    todo = plan(index.view(), found)
    index.mark_complete(frozenset(todo.changed))
    if todo.changed:
        with index.writing:
            index.writer().set_meta({"building": 1})
    report.files = len(found.files)
    report.skipped = list(found.skipped)
    sizes = {path: found.files[path][1] for path in todo.changed}
    state = Progress("extract", len(todo.changed), sum(sizes.values()))
    tell(state)
    _remove(index, todo.removed)
    report.removed = len(todo.removed)
    before = index.view().files
    # For little work it is not worth it to ask anybody else.
    shared = shared_cache_of(index) if state.bytes_total > _WORTH_SHARING else None
    upload = Upload(index, shared) if shared is not None else None
    batch: Digested = []
    last_commit = time.monotonic()
    for part in digest_all(index, todo.changed, sizes, executor, cancelled, shared):
        batch += part
        if upload is not None:
            upload.add([(u.hash, blob) for u, blob in part if blob is not None and not u.is_shared])
        for update, blob in part:
            state.done += 1
            state.bytes_done += sizes.get(update.path, 0)
            state.path = update.path
            report.extracted += blob is not None and not update.is_shared
            report.shared += update.is_shared
            row = before.get(update.path)
            same = row is not None and row[3] == update.hash
            report.reused += blob is None and not update.error and not same
            if update.error:
                report.errors.append((update.path, update.error))
        if time.monotonic() - last_commit > _COMMIT_SECONDS:
            commit(index, batch)
            batch = []
            last_commit = time.monotonic()
        tell(state)
    commit(index, batch)
    if upload is not None:
        upload.finish()
    report.cancelled = bool(cancelled and cancelled())
    if not report.cancelled:
        with index.writing:
            index.writer().set_meta({"known": found.known.encode(), "building": 0})
        _forget_pending(index, todo.changed)
    report.generation = index.generation
    if report.extracted or report.reused or report.shared:
        index.facts_provider.settle([row[3] for row in index.view().files.values() if row[3]])
    report.seconds = time.monotonic() - started
    state.phase = "done"
    tell(state)
    return report


def store_changes(
    index: Index, paths: Sequence[str], removed: Sequence[str] = (), found: Sweep | None = None
) -> int:
    """Take in a few files here and now; returns how many changed in content.

    Paths that are no files any more are removed, and so are those in ``removed``, which may be
    there and ignored. ``found`` is the sweep that told of all of them, to be remembered with what
    it learned.
    """
    # One after the other: what was read first must not be stored last.
    with index.electing:
        return _store_changes(index, paths, removed, found)


def _store_changes(
    index: Index, paths: Sequence[str], removed: Sequence[str], found: Sweep | None
) -> int:
    # A look at the disk that finds nothing changed needs no extraction.
    from .index_file import digest_files

    root = index.workspace.root
    present = sorted(path for path in set(paths) if _is_file(index, path))
    files = index.view().files
    known = {path: files[path][3] for path in present if path in files}
    size_limit, at_hand = index.workspace.config.max_file_size, index.facts_provider.unsaved
    digested = digest_files(root, present, size_limit, index.cache_dir, known, at_hand)
    gone = {*paths, *removed}.difference(update_.path for update_, _ in digested)
    changed = _remove(index, sorted(gone)) + commit(index, digested)
    if found is not None:
        with index.writing:
            index.writer().set_meta({"known": found.known.encode(), "building": 0})
    return changed


def _is_file(index: Index, path: str) -> bool:
    """True if there is a file; one whose content has other names is looked at from now on."""
    full = index.workspace.absolute(path)
    try:
        status = os.stat(full)
    except (OSError, ValueError):
        return False
    if status.st_nlink > 1 or os.path.islink(full):
        index.unwatched.setdefault(path, file_version(status))
    return stat.S_ISREG(status.st_mode)


def commit(index: Index, digested: Digested) -> int:
    """Store files; returns how many changed in content."""
    if not digested:
        return 0
    files = index.view().files
    updates: list[FileUpdate] = []
    touched: list[tuple[str, int, int]] = []
    for update_, blob in digested:
        row = files.get(update_.path)
        if row is not None and row[3] == update_.hash and row[4] == update_.error:
            if (row[1], row[2]) != (update_.version, update_.size):
                touched.append((update_.path, update_.version, update_.size))
            continue
        if row is not None and row[3]:
            update_.old_names, update_.old_inherited = _names_of(index, row[3])
        updates.append(update_)
        del blob
    with index.writing:
        # Facts first: rows must never speak of facts that are nowhere.
        index.facts_provider.put([(u.hash, blob) for u, blob in digested if blob is not None])
        store = index.writer()
        if not updates and not touched:
            _publish(index, [], digested, store.generation, set())
            return 0
        names = {symbol[0] for update_ in updates for symbol in update_.symbols}
        before = {
            symbol.name
            for update_ in updates
            if (row := files.get(update_.path)) is not None
            for symbol in store.symbols_of_file(row[0])
        }
        generation = store.apply(updates, (), touched)
        changed = [u.path for u in updates] + [path for path, _, _ in touched]
        _publish(index, changed, digested, generation, names if before <= names else None)
    return len(updates)


def _say_nothing(progress: Progress) -> None:
    """Take no notice of a progress."""
    del progress


def _publish(
    index: Index,
    changed: list[str],
    digested: Digested,
    generation: int,
    symbol_names: set[str] | None,
) -> None:
    store = index.writer()
    rows: dict[str, FileRow | None] = {path: store.file(path) for path in changed}
    index.publish(generation, rows, [update_.path for update_, _ in digested], symbol_names)


def _remove(index: Index, paths: Sequence[str]) -> int:
    if not paths:
        return 0
    removed: list[tuple[str, Sequence[str], Sequence[str]]] = []
    with index.writing:
        store = index.writer()
        for path in paths:
            row = store.file(path)
            if row is not None:
                names, inherited = _names_of(index, row[3])
                removed.append((path, names, inherited))
        generation = store.apply([], removed) if removed else store.generation
        index.publish(generation, dict.fromkeys(paths), paths)
    return len(removed)


def _names_of(index: Index, digest: bytes) -> tuple[Sequence[str], Sequence[str]]:
    """Names of a content that the index has; none when its facts were evicted.

    Then the lists of names keep a file too many, which costs a look and changes no answer.
    """
    facts = index.facts_provider.get(digest) if digest else None
    if facts is None:
        return (), ()
    return names_in(facts), inherited_names(facts)


def _forget_pending(index: Index, paths: Sequence[str]) -> None:
    """Files that vanished while they were read are no longer awaited."""
    view = index.view()
    index.publish(view.generation, {}, paths)
