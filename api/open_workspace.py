"""An open workspace: what operations are given to answer from."""

from __future__ import annotations

from ..indexer.index import Index
from ..indexer.inference.inference import Inference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Executor


class OpenWorkspace:
    """An index, and how fresh the snapshots taken of it have to be.

    ``freshness`` is ``"live"`` where something keeps the index current (a serving process with its
    watcher), and ``"touch"`` where nothing does (a single command): then every file that an answer
    rests on is checked when it is used, and questions about the whole workspace sweep it first.
    Who keeps the index current is asked to take in what changed before each answer, and not
    trusted when that is not done in time.
    """

    __slots__ = (
        "_is_derived", "_shared", "complete", "executor", "freshness", "index", "interrupt",
        "overlays",
    )  # fmt: skip

    def __init__(
        self, index: Index, freshness: str = "live", *, shared: bool | None = None
    ) -> None:
        """Use an index that the caller opened.

        ``shared`` workspaces share one cache of what was inferred, which live ones do by default.
        """
        self.index = index
        self.freshness = freshness
        self._shared = freshness == "live" if shared is None else shared
        self._is_derived = False
        self.interrupt: Callable[[], None] | None = None
        """Called now and then during long answers, to end them by raising."""
        self.overlays: Mapping[str, bytes | None] = {}
        self.complete: Callable[[Index], object] | None = None
        """Builds what is not indexed yet, before a question that needs all of it."""
        self.executor: Executor | None = None
        """Other machines that judge whole files, see :mod:`.operations.judge_cluster`."""

    @classmethod
    def open(cls, start: str, *, freshness: str = "touch") -> OpenWorkspace:
        """Open the workspace that a file or folder is in."""
        return cls(Index.open(start), freshness)

    def at_this_moment(self) -> OpenWorkspace:
        """Return a workspace for many questions in a row, for which files stay as they are now."""
        self._catch_up(whole=True)
        self._build_first()
        again = OpenWorkspace(self.index, "live")
        again.overlays, again.interrupt = self.overlays, self.interrupt
        return again

    def inference(self, *, whole: bool, by_name: bool = False) -> Inference:
        """Return the present state; ``whole`` if any file of the workspace may matter.

        ``by_name`` says that it is only looked into where a name occurs, for which no index has to
        be built first.
        """
        self._catch_up(whole=whole)
        if whole and not by_name:
            self._build_first()
        if self._shared and self.overlays:
            from ..indexer.snapshot.overlays import snapshot_with

            snapshot = snapshot_with(self.index, self.overlays)
        else:
            snapshot = self.index.snapshot(self.overlays, shared=self._shared)
        snapshot.interrupt = self.interrupt
        return Inference(snapshot)

    def _build_first(self) -> None:
        """Have indexed what is not yet, if somebody here does that."""
        if self.complete is not None and self.index.view().pending:
            self.complete(self.index)

    def _catch_up(self, *, whole: bool) -> None:
        """Have the index show the disk as it is now, as far as an answer may rest on it."""
        index = self.index
        if index.catch_up is not None:
            # Other contents stand in for files of the same moment.
            if not self._is_derived and not index.catch_up():
                index.refresh()
        elif self.freshness == "touch" and (whole or not index.view().files):
            index.refresh()

    def with_contents(self, contents: Mapping[str, bytes | None]) -> OpenWorkspace:
        """Return a workspace whose files have these contents; None is a file that is deleted."""
        again = OpenWorkspace(self.index, self.freshness, shared=self._shared)
        again.overlays = {**self.overlays, **contents}
        again._is_derived = True
        again.interrupt = self.interrupt
        return again

    def after_change(self, path: str) -> OpenWorkspace:
        """Return a workspace to ask again, after a file turned out to have changed unnoticed."""
        if self.index.lock.held:
            self.index.update([path])
        again = OpenWorkspace(self.index, self.freshness, shared=False)
        again.overlays = self.overlays
        again.interrupt = self.interrupt
        return again

    def close(self) -> None:
        """Close the index."""
        self.index.close()
