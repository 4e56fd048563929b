"""What a sweep found against what the index has.

Its own module, because a query that finds nothing changed needs no more of the build than this.


Sweep, extract, store: bringing an index up to date, wholly or for a few files.

What is done is committed every second or so, so a build that is interrupted loses little and the
next one goes on from there: what has been stored needs no more than a look at its time and size.
"""

from __future__ import annotations

import os
import time

from .index_file import digest_files, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Executor, Future

    from .index import Index
    from .snapshot import View
    from .store.index_store import FileRow, FileUpdate
    from .workspace import Sweep

    Digested = list[tuple[FileUpdate, bytes | None]]


class Plan:
    """What a sweep found against what the index has: paths to look at, and paths that are gone."""

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
        for path, (mtime, size) in found.files.items()
        if (row := files.get(path)) is None or row[1] != mtime or row[2] != size
    ]
    removed = [path for path in files if path not in found.files]
    return Plan(sorted(changed), sorted(removed))


_CHUNK_BYTES = 300_000
_CHUNK_FILES = 64
_COMMIT_SECONDS = 1.5
_NICENESS = 5
# Below this many bytes, starting worker processes takes longer than doing the work here.
_WORTH_PROCESSES = 1_500_000


class Progress:
    """How far a build is. ``phase`` is ``sweep``, ``extract`` or ``done``."""

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
    """What a build did. ``reused`` counts files whose facts were at hand for their content."""

    __slots__ = (
        "cancelled",
        "errors",
        "extracted",
        "files",
        "generation",
        "removed",
        "reused",
        "seconds",
        "skipped",
    )

    def __init__(self) -> None:
        """Nothing done yet."""
        self.files = 0
        self.extracted = 0
        self.reused = 0
        self.removed = 0
        self.skipped: list[tuple[str, str]] = []
        self.errors: list[tuple[str, str]] = []
        self.seconds = 0.0
        self.generation = 0
        self.cancelled = False


def build(
    index: Index,
    progress: Callable[[Progress], None] | None,
    executor: Executor | None,
    cancelled: Callable[[], bool] | None,
) -> BuildReport:
    """Bring the whole index up to date; see :meth:`Index.build`."""
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
    batch: Digested = []
    last_commit = time.monotonic()
    for part in _digest_all(index, todo.changed, sizes, executor, cancelled):
        batch += part
        for update, blob in part:
            state.done += 1
            state.bytes_done += sizes.get(update.path, 0)
            state.path = update.path
            report.extracted += blob is not None
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
    report.cancelled = bool(cancelled and cancelled())
    if not report.cancelled:
        with index.writing:
            index.writer().set_meta({"known": found.known.encode(), "building": 0})
        _forget_pending(index, todo.changed)
    report.generation = index.generation
    if report.extracted or report.reused:
        index.library.settle([row[3] for row in index.view().files.values() if row[3]])
    report.seconds = time.monotonic() - started
    state.phase = "done"
    tell(state)
    return report


def update(
    index: Index, paths: Sequence[str], removed: Sequence[str] = (), found: Sweep | None = None
) -> int:
    """Take in a few files here and now; returns how many changed in content.

    Paths that are no files any more are removed, and so are those in ``removed``, which may be
    there and ignored. ``found`` is the sweep that told of all of them, to be remembered with what
    it learned.
    """
    root = index.workspace.root
    present = sorted(path for path in set(paths) if os.path.isfile(os.path.join(root, path)))
    files = index.view().files
    known = {path: files[path][3] for path in present if path in files}
    digested = digest_files(
        root, present, index.workspace.config.max_file_size, index.cache_dir, known
    )
    gone = {*paths, *removed}.difference(update_.path for update_, _ in digested)
    changed = _remove(index, sorted(gone)) + commit(index, digested)
    if found is not None:
        with index.writing:
            index.writer().set_meta({"known": found.known.encode(), "building": 0})
    return changed


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
            if (row[1], row[2]) != (update_.mtime, update_.size):
                touched.append((update_.path, update_.mtime, update_.size))
            continue
        if row is not None and row[3]:
            update_.old_names, update_.old_inherited = _names_of(index, row[3])
        updates.append(update_)
        del blob
    with index.writing:
        # Facts first: rows must never speak of facts that are nowhere.
        index.library.put([(u.hash, blob) for u, blob in digested if blob is not None])
        store = index.writer()
        if not updates and not touched:
            _publish(index, [], digested, store.generation, set())
            return 0
        names = {symbol[0] for update_ in updates for symbol in update_.symbols}
        before = {
            symbol[2]
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
    from .symbols import inherited_names

    facts = index.library.get(digest) if digest else None
    if facts is None:
        return (), ()
    return facts.occurring_names(), inherited_names(facts)


def _forget_pending(index: Index, paths: Sequence[str]) -> None:
    """Files that vanished while they were read are no longer awaited."""
    view = index.view()
    index.publish(view.generation, {}, paths)


def _digest_all(
    index: Index,
    paths: list[str],
    sizes: dict[str, int],
    executor: Executor | None,
    cancelled: Callable[[], bool] | None,
) -> Iterator[Digested]:
    """Digest files in chunks over an executor, in any order."""
    view = index.view()
    known = {path: view.files[path][3] for path in paths if path in view.files}
    arguments = (index.workspace.config.max_file_size, index.cache_dir)
    root = index.workspace.root
    chunks = _chunks(paths, sizes)
    own: Executor | None = None
    if executor is None and sum(sizes.values()) > _WORTH_PROCESSES:
        try:
            own = executor = process_pool()
        except (ImportError, NotImplementedError, OSError):
            own = None  # A container without shared memory: the work is done here.
    if executor is None:
        for chunk in chunks:
            if cancelled and cancelled():
                return
            yield digest_files(root, chunk, *arguments, known)
        return
    try:
        yield from _map_chunks(executor, root, chunks, arguments, known, cancelled)
    finally:
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)


def _map_chunks(
    executor: Executor,
    root: str,
    chunks: Iterator[list[str]],
    arguments: tuple[int, str],
    known: dict[str, bytes],
    cancelled: Callable[[], bool] | None,
) -> Iterator[Digested]:
    """Digest chunks over an executor, a few at a time so that stopping is quick."""
    from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait

    running: dict[Future[Digested], list[str]] = {}
    lost: list[str] = []

    def results(done: set[Future[Digested]]) -> Iterator[Digested]:
        for future in done:
            chunk = running.pop(future)
            try:
                yield future.result()
            except (BrokenExecutor, OSError):
                lost.extend(chunk)

    for chunk in chunks:
        few = {path: known[path] for path in chunk if path in known}
        try:
            running[executor.submit(digest_files, root, chunk, *arguments, few)] = chunk
        except (BrokenExecutor, OSError):  # a worker died, or none can be started
            lost.extend(chunk)
            continue
        while len(running) >= 2 * worker_count():
            yield from results(wait(running, return_when=FIRST_COMPLETED)[0])
        if cancelled and cancelled():
            break
    yield from results(set(running))
    if lost:
        yield from _one_by_one(root, lost, arguments, known, cancelled)


def _one_by_one(
    root: str,
    paths: list[str],
    arguments: tuple[int, str],
    known: dict[str, bytes],
    cancelled: Callable[[], bool] | None,
) -> Iterator[Digested]:
    """Digest files of which one has killed a worker, each in a process that may die of it."""
    from concurrent.futures import BrokenExecutor

    pool = process_pool(1)
    try:
        for path in paths:
            if cancelled and cancelled():
                break
            few = {path: known[path]} if path in known else {}
            try:
                yield pool.submit(digest_files, root, [path], *arguments, few).result()
            except BrokenExecutor:
                pool.shutdown(wait=False)
                pool = process_pool(1)
                yield [(failed(root, path, "kills the process that extracts it"), None)]
            except OSError as error:
                reason = f"no process can be started to extract it: {error.strerror}"
                yield [(failed(root, path, reason), None)]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _chunks(paths: list[str], sizes: dict[str, int]) -> Iterator[list[str]]:
    chunk: list[str] = []
    room = _CHUNK_BYTES
    for path in paths:
        chunk.append(path)
        room -= sizes[path]
        if room <= 0 or len(chunk) >= _CHUNK_FILES:
            yield chunk
            chunk, room = [], _CHUNK_BYTES
    if chunk:
        yield chunk


def worker_count() -> int:
    """Processors that this process may use."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:
        return max(1, os.cpu_count() or 1)


def process_pool(workers: int = 0, *, urgent: bool = False) -> Executor:
    """Worker processes, started afresh: forking a process that has threads is not safe.

    They let interactive work go first, unless somebody waits for what they do.
    """
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(
        workers or worker_count(),
        get_context("spawn"),
        initializer=_start_worker,
        initargs=(0 if urgent else _NICENESS,),
    )


def _start_worker(niceness: int) -> None:
    """Let interactive work go first, leave interrupts to the parent, and do not outlive it."""
    import gc
    import signal
    from multiprocessing import parent_process
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(niceness)
    # Extraction makes many objects and no circles of them: looking for circles is a tenth of it.
    gc.disable()
    parent = parent_process()

    def follow() -> None:
        # A worker waits for work on a pipe that it holds both ends of: it would wait for ever.
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=follow, daemon=True).start()
