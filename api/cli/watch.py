"""``flux-index watch``: keep the index current, with a line for each change."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Sequence

from ...indexer.errors import LockedError
from ...indexer.index import Index
from ..render.words import counted
from .index import become_writer, build, describe_writer, report_lines
from .output import tell
from .progress import Interrupt

# A query that indexes changes has the lock for a moment; a process that has it longer keeps it.
_PATIENCE_SECONDS = 2.0
_LOOK_SECONDS = 0.02
# So many files of a change are named.
_NAMED = 3
# A file's time of modification says when it was saved unless it was moved here or checked out.
_PLAUSIBLE_SECONDS = 60.0


def run(*, workspace: str, quiet: bool) -> int:
    """Keep the index current until interrupted; returns the exit code.

    Raises LockedError when another process keeps it.
    """
    index = Index.open(workspace)
    try:
        with Interrupt() as interrupt:
            _take_lock(index)
            report = build(index, interrupt, quiet=quiet)
            if report.cancelled:
                return interrupt.exit_code
            if not quiet:
                tell(*report_lines(index, report))
            _keep(index, interrupt, quiet=quiet)
            return interrupt.exit_code
    finally:
        index.close()


class ChangeReporter:
    """Reports changes as they are indexed; called from the threads that do so."""

    def __init__(self, index: Index, *, quiet: bool) -> None:
        """Report nothing when ``quiet``."""
        self.ready = threading.Event()
        """Set when earlier changes are indexed, and later ones are watched for."""
        self._index = index
        self._quiet = quiet

    def changed(self, generation: int, paths: Iterable[str], *, complete: bool) -> None:
        """Report a change that queries see now."""
        del generation
        if not self._quiet:
            tell(change_line(self._index.workspace.root, list(paths), complete=complete))

    def building(self, message: str, percentage: int) -> None:
        """Ignore the progress of many files: they are reported when they are done."""

    def built(self) -> None:
        """The index is current."""
        self.ready.set()

    def give_way(self, seconds: float) -> None:
        """Go on, since this process answers no questions."""
        del seconds


def change_line(root: str, paths: Sequence[str], *, complete: bool) -> str:
    """Return what changed, and how long after the last file of it was saved."""
    now = time.time()
    head = time.strftime("%H:%M:%S", time.localtime(now))
    if not paths:
        return f"{head}  all files were looked through"
    names = ", ".join(paths[:_NAMED])
    if len(paths) > _NAMED or not complete:
        names += ", ..."
    age = now - max(_saved(os.path.join(root, path)) for path in paths)
    line = f"{head}  {'at least ' if not complete else ''}{counted(len(paths), 'file')}: {names}"
    return f"{line}  {1000 * age:.0f} ms" if 0 <= age < _PLAUSIBLE_SECONDS else line


def _take_lock(index: Index) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not become_writer(index):
        if time.monotonic() > until:
            raise LockedError(
                f"{index.workspace.root} is kept current by {describe_writer(index)} already"
            )
        time.sleep(_LOOK_SECONDS)


def _keep(index: Index, interrupt: Interrupt, *, quiet: bool) -> None:
    reporter = ChangeReporter(index, quiet=quiet)
    # Late: what serves brings asyncio and pygls, which the first build does without.
    from ..rpc.server import IndexServer

    server = IndexServer(index, listener=reporter, kind="watch")
    server.start()
    try:
        while not reporter.ready.wait(_LOOK_SECONDS) and not interrupt.is_requested():
            pass
        if not quiet:
            tell(f"watching {index.workspace.root}, Ctrl-C to stop")
        interrupt.wait()
    finally:
        server.end()


def _saved(path: str) -> float:
    """Return when a file was saved, in seconds since the epoch; 0 if there is none."""
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
