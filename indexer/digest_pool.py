"""Digest many files, over worker processes where that is worth it."""

from __future__ import annotations

import os
from collections import deque

from .cluster import Cluster
from .errors import OtherVersionError
from .index_file import digest_files, extract_files, extractor_version, failed, read_files
from .shared_facts import Download

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

    from .index import Index
    from .store.index_store import FileUpdate
    from .store.shared_cache import SharedCache

    Digested = list[tuple[FileUpdate, bytes | None]]

_CHUNK_BYTES = 300_000
_CHUNK_FILES = 64
_NICENESS = 5
# A chunk takes a second at most. When none is done for so long, nobody works any more.
_SILENT_SECONDS = 60
# Below this many bytes, starting worker processes takes longer than doing the work here.
_WORTH_PROCESSES = 1_500_000


def digest_all(
    index: Index,
    paths: list[str],
    sizes: dict[str, int],
    executor: Executor | None,
    cancelled: Callable[[], bool] | None,
    shared: SharedCache | None = None,
) -> Iterator[Digested]:
    """Digest files in chunks over an executor, in any order.

    ``shared`` is asked first for those whose facts this machine does not have.
    What a cluster loses, because workers die or it falls silent, is done on this machine.
    """
    view = index.view()
    known = {path: view.files[path][3] for path in paths if path in view.files}
    work = _Work(index.workspace.root, index.workspace.config.max_file_size, index.cache_dir, known)
    pending = deque(_chunks(paths, sizes))
    download = Download(index, shared, pending, work.read) if shared is not None else None
    if download is not None:
        yield from download.alone()
    for part in _digest_over(executor, work, pending, sizes, cancelled):
        yield part
        if download is not None:
            yield from download.ready()
    if download is not None:
        yield from download.ready()
        left = deque(_chunks(download.finish(), sizes))
        yield from _digest_over(executor, work, left, sizes, cancelled)


def _digest_over(
    executor: Executor | None,
    work: _Work,
    pending: deque[list[str]],
    sizes: dict[str, int],
    cancelled: Callable[[], bool] | None,
) -> Iterator[Digested]:
    """Digest the chunks of a queue from its right over an executor, by default one of our own."""
    if isinstance(executor, Cluster):
        lost: list[str] = []
        yield from _over_cluster(executor, work, _taken(pending), lost, cancelled)
        pending, executor = deque(_chunks(lost, sizes)), None
    own: Executor | None = None
    if executor is None and _bytes(pending, sizes) > _WORTH_PROCESSES:
        try:
            own = executor = process_pool()
        except (ImportError, NotImplementedError, OSError):
            own = None  # A container without shared memory: the work is done here.
    if executor is None:
        for chunk in _taken(pending):
            if cancelled and cancelled():
                return
            yield work.digest(chunk)
        return
    try:
        yield from _over_processes(executor, work, _taken(pending), cancelled)
    finally:
        if own is not None:
            own.shutdown(wait=True, cancel_futures=True)


def _taken(pending: deque[list[str]]) -> Iterator[list[str]]:
    """Take chunks from a queue as they are asked for."""
    while True:
        try:
            chunk = pending.pop()
        except IndexError:
            return
        yield chunk


def _bytes(pending: deque[list[str]], sizes: dict[str, int]) -> int:
    return sum(sizes[path] for chunk in list(pending) for path in chunk)


class _Work:
    """What to digest files with."""

    __slots__ = ("cache_dir", "known", "root", "size_limit")

    def __init__(self, root: str, size_limit: int, cache_dir: str, known: dict[str, bytes]) -> None:
        self.root = root
        self.size_limit = size_limit
        self.cache_dir = cache_dir
        self.known = known

    def arguments(self, paths: list[str]) -> tuple[str, list[str], int, str, dict[str, bytes]]:
        """Arguments for the functions of :mod:`.index_file`."""
        few = {path: self.known[path] for path in paths if path in self.known}
        return self.root, paths, self.size_limit, self.cache_dir, few

    def read(self, paths: list[str]) -> list[tuple[FileUpdate, bytes | None]]:
        """Read files; what has to be extracted comes with its bytes."""
        return read_files(*self.arguments(paths))

    def digest(self, paths: list[str]) -> Digested:
        """Digest files here and now."""
        return digest_files(*self.arguments(paths))


def _over_processes(
    executor: Executor,
    work: _Work,
    chunks: Iterator[list[str]],
    cancelled: Callable[[], bool] | None,
) -> Iterator[Digested]:
    """Digest chunks over an executor of this machine."""
    from concurrent.futures import BrokenExecutor

    lost: list[str] = []

    def submit(chunk: list[str]) -> Future[Digested]:
        return executor.submit(digest_files, *work.arguments(chunk))

    errors = (BrokenExecutor, OSError)  # a worker died, or none can be started
    yield from _map_chunks(submit, 2 * worker_count(), chunks, errors, lost, cancelled)
    if lost:
        yield from _one_by_one(work, lost, cancelled)


def _over_cluster(
    cluster: Cluster,
    work: _Work,
    chunks: Iterator[list[str]],
    lost: list[str],
    cancelled: Callable[[], bool] | None,
) -> Iterator[Digested]:
    """Digest chunks over other machines: files are read here, and extracted there."""
    from concurrent.futures import Future

    version = extractor_version()
    # Files that need no extraction, which go with the next ones that did.
    done_here: Digested = []

    def submit(chunk: list[str]) -> Future[Digested]:
        read = work.read(chunk)
        done_here.extend((update, None) for update, raw in read if raw is None)
        wanted = [(update, raw) for update, raw in read if raw is not None]
        if wanted:
            return cluster.submit(extract_files, version, wanted)
        nothing: Future[Digested] = Future()
        nothing.set_result([])
        return nothing

    # Each library has errors of its own for workers that died and schedulers that are gone.
    most, errors = 2 * cluster.width, (Exception,)
    for part in _map_chunks(submit, most, chunks, errors, lost, cancelled, _SILENT_SECONDS):
        part += done_here
        done_here.clear()
        yield part
    yield done_here


def _map_chunks(
    submit: Callable[[list[str]], Future[Digested]],
    most: int,
    chunks: Iterator[list[str]],
    errors: tuple[type[Exception], ...],
    lost: list[str],
    cancelled: Callable[[], bool] | None,
    silence: float | None = None,
) -> Iterator[Digested]:
    """Digest chunks, ``most`` at a time so that stopping is quick; adds to what was ``lost``.

    That are those of which ``errors`` came, and all when nothing is done for ``silence`` seconds.
    """
    from concurrent.futures import FIRST_COMPLETED, wait

    running: dict[Future[Digested], list[str]] = {}

    def results(until: int) -> Iterator[Digested]:
        while len(running) > until:
            done, silent = wait(running, silence, FIRST_COMPLETED)
            if not done:
                for future in silent:
                    future.cancel()
                    lost.extend(running.pop(future))
            for future in done:
                chunk = running.pop(future)
                try:
                    yield future.result()
                except OtherVersionError:
                    raise
                except errors:
                    lost.extend(chunk)

    for chunk in chunks:
        if cancelled and cancelled():
            break
        try:
            running[submit(chunk)] = chunk
        except errors:
            lost.extend(chunk)
            continue
        yield from results(most - 1)
    yield from results(0)


def _one_by_one(
    work: _Work,
    paths: list[str],
    cancelled: Callable[[], bool] | None,
) -> Iterator[Digested]:
    """Digest files of which one has killed a worker, each in a process that may die of it.

    Where no process can be started at all they are digested here.
    """
    from concurrent.futures import BrokenExecutor

    pool: Executor | None = None
    try:
        for path in paths:
            if cancelled and cancelled():
                break
            pool = pool or _working_pool()
            if pool is None:
                yield work.digest([path])
                continue
            try:
                yield pool.submit(digest_files, *work.arguments([path])).result()
            except BrokenExecutor:
                pool.shutdown(wait=False)
                pool = None
                yield [(failed(work.root, path, "kills the process that extracts it"), None)]
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


def _working_pool() -> Executor | None:
    """One worker process that has done something; None if none can be had.

    The system may refuse, or what started this program cannot be started again: a script without
    a guard of its main module.
    """
    from concurrent.futures import BrokenExecutor

    try:
        pool = process_pool(1)
        pool.submit(os.getpid).result()
    except (BrokenExecutor, OSError):
        return None
    return pool


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

    # A new interpreter looks for its first modules in the current folder, before it is told where
    # to look: a workspace may hold a `multiprocessing.py`.
    os.environ["PYTHONSAFEPATH"] = "1"
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
