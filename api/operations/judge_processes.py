"""Judge files in worker processes, which read the index as this process has left it."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait
from functools import cache

from ...indexer.digest_pool import process_pool, worker_count
from ...indexer.index import Index
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_outside
from ...indexer.snapshot import StaleError
from ..open_workspace import OpenWorkspace
from .kept_verdicts import KeptVerdicts
from .whole_files import FileVerdict, Judged, judge_here

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.search_path.stamps import Stamp
    from .shared_verdicts import SharedVerdicts

    # Verdicts; the files that were seen, by content; the state of those outside; notes.
    _Found = tuple[dict[str, Judged], dict[str, bytes], list[tuple[str, Stamp]], list[str]]

# Fewer files than this are judged faster here than in processes that must be started first.
_WORTH_PROCESSES = 24
# Files beside one another share much of what they rest on, but the last worker should end in time.
_CHUNKS_OF_WORKER, _LARGEST_CHUNK = 6, 40
_SECONDS_BETWEEN_LOOKS = 0.1
# Fewer files than this are judged in less time than a store elsewhere is asked.
_WORTH_ASKING = 8


def judge_files(session: OpenWorkspace, paths: Iterable[str]) -> dict[str, FileVerdict]:
    """Return the verdict on each of some files, in their order.

    Those that are kept and hold are given again, and many files are judged in several processes.
    """
    ordered = sorted(paths)
    inference = session.inference(whole=True)
    if session.overlays:  # what stands in for files is known to this process alone
        return _verdicts(judge_here(inference, ordered, []))
    kept = KeptVerdicts(inference)
    found = kept.of(ordered)
    todo = [path for path in ordered if path not in found]
    shared: SharedVerdicts | None = None
    if len(todo) >= _WORTH_ASKING:
        # Late: it loads what extracts, and mostly verdicts are kept.
        from .shared_verdicts import shared_verdicts

        shared = shared_verdicts(inference, kept)
    if shared is not None and (taken := shared.take(todo)):
        kept.keep(taken)
        found.update(_verdicts(taken))
        todo = [path for path in todo if path not in taken]
    if todo:
        judged: dict[str, Judged] = {}
        if session.executor is not None:
            # Late: few judge on other machines.
            from .judge_cluster import judge_on_cluster

            judged = judge_on_cluster(inference, kept, session.executor, todo)
        left = [path for path in todo if path not in judged]
        if len(left) >= _WORTH_PROCESSES and worker_count() > 1:
            judged.update(_judge_in_processes(inference, left, kept.paths))
        # Those as well that no process could be had for.
        judged.update(
            judge_here(inference, [path for path in todo if path not in judged], kept.paths)
        )
        kept.keep(judged)
        found.update(_verdicts(judged))
        if shared is not None:
            shared.give()
    return {path: found[path] for path in ordered}


def _verdicts(judged: dict[str, Judged]) -> dict[str, FileVerdict]:
    return {path: each["verdict"] for path, each in judged.items()}


def _judge_in_processes(
    inference: Inference, paths: list[str], every: list[str]
) -> dict[str, Judged]:
    """Return the verdicts that worker processes found; all, unless they are killed.

    Raises what a worker raises, and StaleError for a file that they saw changed.
    """
    index = inference.snapshot.index
    workers = min(worker_count(), len(paths) // (_WORTH_PROCESSES // 2))
    size = min(max(len(paths) // (workers * _CHUNKS_OF_WORKER), 1), _LARGEST_CHUNK)
    seen_from_here = index.workspace.root, index.cache_dir, inference.snapshot.view.pending
    judged: dict[str, Judged] = {}
    pool = process_pool(workers, urgent=True)
    try:
        running = {
            pool.submit(_judge, *seen_from_here, paths[first : first + size], every)
            for first in range(0, len(paths), size)
        }
        while running:
            done, running = wait(running, _SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            inference.snapshot.work.look()  # whoever asked may have called it off
            for future in done:
                judged.update(_take_in(inference, future.result()))
    except (BrokenExecutor, OSError):
        pass
    finally:
        pool.shutdown(cancel_futures=True)
    return judged


def _take_in(inference: Inference, found: _Found) -> dict[str, Judged]:
    """Return verdicts of a worker that has seen what is seen here, and pass on what it noted."""
    judged, digests, stamps, notes = found
    index, rows = inference.snapshot.index, inference.snapshot.view.files
    for path, digest in digests.items():
        if digest != (rows[path][3] if path in rows else inference.snapshot.digest(path)):
            raise StaleError(path)
    for path, stamp in stamps:
        index.seen.note(path, stamp, installed=index.search_path.is_installed(path))
    for note in notes:
        index.note(note)
    return judged


def _judge(
    root: str, cache_dir: str, pending: frozenset[str], paths: list[str], every: list[str]
) -> _Found:
    """Judge files in a worker, which relies on the look at the disk that was taken before."""
    inference = _opened(root, cache_dir, pending)
    snapshot = inference.snapshot
    judged = judge_here(inference, paths, every)
    snapshot.index.facts_provider.save()  # what lies outside was extracted here
    digests = {path: seen for path, seen in snapshot.seen().items() if not is_outside(path)}
    return judged, digests, snapshot.index.outside_stamps(), snapshot.index.notes


@cache
def _opened(root: str, cache_dir: str, pending: frozenset[str]) -> Inference:
    index = Index.open(root, cache_dir=cache_dir)
    index.mark_complete(pending)
    return OpenWorkspace(index, "touch").inference(whole=False)
