"""Digest many files, over worker processes where that is worth it."""

from __future__ import annotations

import os

from .index_file import digest_files, failed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

    from .index import Index
    from .store.index_store import FileUpdate

    Digested = list[tuple[FileUpdate, bytes | None]]

_CHUNK_BYTES = 300_000
_CHUNK_FILES = 64
_NICENESS = 5
# Below this many bytes, starting worker processes takes longer than doing the work here.
_WORTH_PROCESSES = 1_500_000


def digest_all(
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
