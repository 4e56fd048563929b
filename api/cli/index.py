"""``flux-index index`` and ``clean``: bring the whole index up to date, or remove it."""

from __future__ import annotations

import os
import sys
import time

from ...indexer.errors import InvalidArgumentsError, LockedError, StoreError
from ...indexer.index import Index
from ...indexer.maintain import plan
from ..render.words import counted
from .output import say, tell, write_json
from .progress import Interrupt, display

TYPE_CHECKING = False
if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ...indexer.maintain import BuildReport


# So many files that were not indexed are listed with their reasons.
_MAX_LISTED = 10
# While another process writes: how often to look, and what share of the time looking may take.
_LOOK_SECONDS = 0.25
_LOOK_SHARE = 5
# A process that builds an index of this version writes something more often than that.
_PATIENCE_SECONDS = 60.0


def run(
    *,
    workspace: str,
    jobs: int | None,
    executor: str | None,
    semantic: bool,
    quiet: bool,
    json: bool,
) -> int:
    """Bring the index up to date, with vectors if asked for; returns the exit code."""
    code = _run(workspace, jobs, executor, quiet=quiet, json=json)
    if semantic and code == 0:
        # Late: its libraries are an extra, and load a lot.
        from ..open_workspace import OpenWorkspace
        from ..semantic.build import embed_all

        opened = OpenWorkspace.open(workspace)
        try:
            made = embed_all(opened)
        finally:
            opened.close()
        if not quiet and not json:
            tell(f"{made.definitions:,} definitions by meaning, {made.new:,} of them new")
    return code


def _run(workspace: str, jobs: int | None, executor: str | None, *, quiet: bool, json: bool) -> int:
    if executor is not None and jobs is not None:
        raise InvalidArgumentsError("--jobs is for this machine, --executor for others")
    if jobs == 0:
        raise InvalidArgumentsError("--jobs takes 1 or more, 1 for no worker processes")
    index = Index.open(workspace)
    try:
        with Interrupt() as interrupt:
            if not _lock_taken(index, interrupt, quiet=quiet):
                if interrupt.is_requested():
                    return interrupt.exit_code
                _report_current(index, quiet=quiet, json=json)
                return 0
            if executor is not None:
                workers = cluster_at(executor)
            else:
                workers = None if jobs is None else executor_of(jobs)
            report = build(index, interrupt, workers, quiet=quiet)
    finally:
        index.close()
    for note in index.notes:
        say(f"flux-index: {note}")
    # Its size is that of the closed index: until then, SQLite keeps part of it twice.
    _report(index, report, quiet=quiet, json=json)
    return interrupt.exit_code if report.cancelled else 0


def build(
    index: Index, interrupt: Interrupt, executor: Executor | None = None, *, quiet: bool
) -> BuildReport:
    """Build with the progress shown, over an executor that is shut down in the end."""
    try:
        with display(quiet=quiet) as show:
            return index.build(show, executor=executor, cancelled=interrupt.is_requested)
    finally:
        if executor is not None:
            executor.shutdown(cancel_futures=True)


def executor_of(jobs: int) -> Executor:
    """Return an executor of so many processes; of this thread for a single job."""
    # Here, because an index that is current needs neither, and both load a lot.
    if jobs == 1:
        from .inline import InlineExecutor

        return InlineExecutor()
    from ...indexer.digest_pool import process_pool

    return process_pool(jobs)


def cluster_at(address: str) -> Executor:
    """Return the executor of a cluster; raises FluxIndexError when there is none."""
    # Here, because its library is an extra and loads a lot.
    from ...indexer.cluster import connect

    return connect(address)


def _lock_taken(index: Index, interrupt: Interrupt, *, quiet: bool) -> bool:
    """Wait for the writer's lock; False when there is nothing left to do, or when interrupted.

    The process that has the lock is about to do this work or has done it. Raises LockedError when
    nothing was written for long: a process of another version keeps an index that this one cannot
    read.
    """
    announced = False
    written, since = _last_written(index), time.monotonic()
    while not become_writer(index):
        started = time.monotonic()
        if interrupt.is_requested() or _is_current(index):
            return False
        if (now := _last_written(index)) != written:
            written, since = now, started
        elif started - since > _PATIENCE_SECONDS:
            raise LockedError(
                f"{describe_writer(index)} keeps the index of {index.workspace.root} and does not "
                "bring it up to date; it may be of another version of flux-index: end it, then try "
                "again"
            )
        if not announced and not quiet:
            root, writer = index.workspace.root, describe_writer(index)
            say(f"waiting for {writer} to index {root}; Ctrl-C to leave it")
            announced = True
        time.sleep(max(_LOOK_SECONDS, _LOOK_SHARE * (time.monotonic() - started)))
    return True


def _last_written(index: Index) -> tuple[int, ...]:
    """Return when the files of the index were last written."""
    times: list[int] = []
    for path in (index.path, f"{index.path}-wal"):
        try:
            times.append(os.stat(path).st_mtime_ns)
        except OSError:
            times.append(0)
    return tuple(times)


def _is_current(index: Index) -> bool:
    """True if the index has what the disk has."""
    todo = plan(index.view(), index.sweep())
    return not todo.changed and not todo.removed


def _report_current(index: Index, *, quiet: bool, json: bool) -> None:
    files = len(index.view().files)
    if json:
        answer = {"root": index.workspace.root, "files": files, "kept_by": describe_writer(index)}
        write_json(answer)
    elif not quiet:
        tell(f"{index.workspace.root}: {files:,} files, kept current by {describe_writer(index)}")


def _report(index: Index, report: BuildReport, *, quiet: bool, json: bool) -> None:
    if json:
        answer = {
            "root": index.workspace.root,
            "files": report.files,
            "extracted": report.extracted,
            "reused": report.reused,
            "shared": report.shared,
            "removed": report.removed,
            "skipped": [{"path": path, "reason": why} for path, why in report.skipped],
            "errors": [{"path": path, "reason": why} for path, why in report.errors],
            "seconds": round(report.seconds, 3),
            "bytes": _size(index),
            "generation": report.generation,
            "cancelled": report.cancelled,
        }
        write_json(answer)
    elif report.cancelled:
        done = counted(report.extracted + report.reused + report.shared, "file")
        say(f"stopped after {done}; what is done is kept, and the next run goes on from there")
    elif not quiet:
        tell(*report_lines(index, report))


def report_lines(index: Index, report: BuildReport) -> list[str]:
    """Return what a build did, with numbers, and what it left out, with reasons."""
    skipped = [*report.skipped, *report.errors]
    numbers = [
        f"{report.extracted:,} extracted",
        f"{report.reused:,} reused",
        *([f"{report.shared:,} from the shared cache"] if report.shared else []),
        f"{report.removed:,} removed",
        f"{len(skipped):,} skipped",
    ]
    lines = [
        f"{index.workspace.root}: {counted(report.files, 'file')} ({', '.join(numbers)}) "
        f"in {report.seconds:.2f} s, {_size(index) / 1e6:.1f} MB"
    ]
    lines += [f"  skipped {path}: {why}" for path, why in skipped[:_MAX_LISTED]]
    if len(skipped) > _MAX_LISTED:
        lines.append(
            f"  ... {len(skipped) - _MAX_LISTED:,} more: flux-index index --json lists all"
        )
    return lines


def _size(index: Index) -> int:
    """Return the bytes of the index on disk, with what SQLite has not moved into its file yet."""
    size = 0
    for path in (index.path, index.path + "-wal"):
        try:
            size += os.path.getsize(path)
        except OSError:
            continue
    return size


def become_writer(index: Index) -> bool:
    """Take the lock and note this process in it; False if another process has it.

    Raises StoreError when it is not taken, but cannot be written either.
    """
    if index.become_writer():
        index.lock.note(f"flux-index {' '.join(sys.argv[1:2])} (process {os.getpid()})")
        return True
    path = index.lock.path
    place = path if os.path.exists(path) else os.path.dirname(path)
    if not os.access(place, os.W_OK):
        raise StoreError(f"{place} cannot be written: there is no place for the index")
    return False


def describe_writer(index: Index) -> str:
    """Return who has the lock, as far as its note says."""
    note = index.lock.holder().partition("\n")[0]
    if note.startswith(("unix:", "tcp:")):
        # What follows the address is for programs.
        return f"flux-index serve ({note.partition(' ')[0]})"
    return note or "another process"


def clean(*, workspace: str, all: bool, json: bool) -> int:  # noqa: A002 - the option's name
    """Remove the index; raises LockedError when a process uses it."""
    index = Index.open(workspace)
    try:
        removed = index.clean(all_caches=all)
    finally:
        index.close()
    if json:
        write_json({"removed": removed})
    elif removed:
        tell(*(f"removed {path}" for path in removed))
    else:
        tell("there was nothing to remove")
    return 0
