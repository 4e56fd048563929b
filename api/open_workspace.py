"""An open workspace to ask questions of."""

from __future__ import annotations

from ..indexer.index import Index
from ..indexer.inference.inference import Inference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Session:
    """Hands out snapshots that are as fresh as the questions asked of them need.

    ``freshness`` is ``"live"`` where something keeps the index current (a serving process with its
    watcher), and ``"touch"`` where nobody does (a single command): then every file that an answer
    rests on is checked when it is touched, and questions about the whole workspace sweep it first.
    """

    __slots__ = ("_shared", "freshness", "index", "interrupt", "overlays")

    def __init__(
        self, index: Index, freshness: str = "live", *, shared: bool | None = None
    ) -> None:
        """A session on an index that somebody else opened.

        ``shared`` sessions remember what they resolve for one another; live ones do by themselves.
        """
        self.index = index
        self.freshness = freshness
        self._shared = freshness == "live" if shared is None else shared
        self.interrupt: Callable[[], None] | None = None
        """Called now and then during long answers; ends them by raising."""
        self.overlays: Mapping[str, bytes | None] = {}

    @classmethod
    def open(cls, start: str, *, freshness: str = "touch") -> Session:
        """Open the workspace that holds a file or folder."""
        return cls(Index.open(start), freshness)

    def inference(self, *, whole: bool) -> Inference:
        """What is true now; ``whole`` when any file of the workspace may matter to the answer."""
        if self.freshness == "touch":
            view = self.index.view()
            if whole or not view.files:
                self.index.refresh()
        if self._shared and self.overlays:
            from ..indexer.snapshot.overlays import snapshot_with

            snapshot = snapshot_with(self.index, self.overlays)
        else:
            snapshot = self.index.snapshot(self.overlays, shared=self._shared)
        snapshot.interrupt = self.interrupt
        return Inference(snapshot)

    def with_contents(self, contents: Mapping[str, bytes | None]) -> Session:
        """A session that sees files with other contents than they have; None deletes a file."""
        again = Session(self.index, self.freshness, shared=self._shared)
        again.overlays = {**self.overlays, **contents}
        again.interrupt = self.interrupt
        return again

    def after_change(self, path: str) -> Session:
        """A session to ask again with, when a file turned out to have changed unnoticed."""
        if self.index.lock.held:
            self.index.update([path])
        again = Session(self.index, self.freshness, shared=False)
        again.overlays = self.overlays
        again.interrupt = self.interrupt
        return again

    def close(self) -> None:
        """Close the index."""
        self.index.close()
