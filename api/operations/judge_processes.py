"""Judge files in worker processes, which read the index as this process has left it."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait
from functools import cache

from ...indexer.digest_pool import process_pool, worker_count
from ...indexer.index import Index
from ...indexer.inference.inference import Inference
from ...indexer.snapshot import StaleError
from ..open_workspace import OpenWorkspace
from .whole_files import FileVerdict, judge_here

# Fewer files than this are judged faster here than in processes that must be started first.
_WORTH_PROCESSES = 24
# Files beside one another share much of what they rest on, but the last worker should end in time.
_CHUNKS_OF_WORKER, _LARGEST_CHUNK = 6, 40
_SECONDS_BETWEEN_LOOKS = 0.1

_Judged = tuple[dict[str, FileVerdict], dict[str, bytes], list[str]]


def judge_files(session: OpenWorkspace, paths: Iterable[str]) -> dict[str, FileVerdict]:
    """Return the verdict on each of some files, in their order, over processes if they are many."""
    ordered = sorted(paths)
    inference = session.inference(whole=True)
    # What stands in for files is known to this process alone.
    if len(ordered) < _WORTH_PROCESSES or worker_count() == 1 or session.overlays:
        return judge_here(inference, ordered)
    verdicts = _judge_in_processes(inference, ordered)
    # What no process could be had for.
    verdicts.update(judge_here(inference, [path for path in ordered if path not in verdicts]))
    return {path: verdicts[path] for path in ordered}


def _judge_in_processes(inference: Inference, paths: list[str]) -> dict[str, FileVerdict]:
    """Return the verdicts that worker processes found; all, unless they are killed.

    Raises what a worker raises, and StaleError for a file that they saw changed.
    """
    index = inference.snapshot.index
    workers = min(worker_count(), len(paths) // (_WORTH_PROCESSES // 2))
    size = min(max(len(paths) // (workers * _CHUNKS_OF_WORKER), 1), _LARGEST_CHUNK)
    seen_from_here = index.workspace.root, index.cache_dir, inference.snapshot.view.pending
    verdicts: dict[str, FileVerdict] = {}
    pool = process_pool(workers, urgent=True)
    try:
        running = {
            pool.submit(_judge, *seen_from_here, paths[first : first + size])
            for first in range(0, len(paths), size)
        }
        while running:
            done, running = wait(running, _SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            inference.snapshot.work.look()  # whoever asked may have called it off
            for future in done:
                verdicts.update(_take_in(inference, future.result()))
    except (BrokenExecutor, OSError):
        pass
    finally:
        pool.shutdown(cancel_futures=True)
    return verdicts


def _take_in(inference: Inference, judged: _Judged) -> dict[str, FileVerdict]:
    """Return verdicts of a worker that has seen the files that are seen here; note its notes."""
    verdicts, digests, notes = judged
    for path, digest in digests.items():
        if digest != inference.snapshot.digest(path):
            raise StaleError(path)
    for note in notes:
        inference.snapshot.index.note(note)
    return verdicts


def _judge(root: str, cache_dir: str, pending: frozenset[str], paths: list[str]) -> _Judged:
    """Judge files in a worker, which relies on the look at the disk that was taken before."""
    inference = _opened(root, cache_dir, pending)
    verdicts = judge_here(inference, paths)
    digests = {path: inference.snapshot.digest(path) for path in paths}
    return verdicts, digests, inference.snapshot.index.notes


@cache
def _opened(root: str, cache_dir: str, pending: frozenset[str]) -> Inference:
    index = Index.open(root, cache_dir=cache_dir)
    index.mark_complete(pending)
    return OpenWorkspace(index, "touch").inference(whole=False)
