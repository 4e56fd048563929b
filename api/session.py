"""An open workspace to ask questions of."""

from __future__ import annotations

from ..indexer.index import Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..indexer.snapshot import Snapshot


class Session:
    """Hands out snapshots that are as fresh as the questions asked of them need.

    ``freshness`` is ``"live"`` where something keeps the index current (a serving process with its
    watcher), and ``"touch"`` where nobody does (a single command): then every file that an answer
    rests on is checked when it is touched, and questions about the whole workspace sweep it first.
    """

    __slots__ = ("_shared", "freshness", "index", "overlays")

    def __init__(self, index: Index, freshness: str = "live") -> None:
        """A session on an index that somebody else opened."""
        self.index = index
        self.freshness = freshness
        self._shared = freshness == "live"
        self.overlays: Mapping[str, bytes | None] = {}

    @classmethod
    def open(cls, start: str, *, freshness: str = "touch") -> Session:
        """Open the workspace that holds a file or folder."""
        return cls(Index.open(start), freshness)

    def snapshot(self, *, whole: bool) -> Snapshot:
        """What is true now; ``whole`` when any file of the workspace may matter to the answer."""
        if self.freshness == "touch":
            view = self.index.view()
            if whole or not view.files:
                self.index.refresh()
        return self.index.snapshot(self.overlays, shared=self._shared)

    def after_change(self, path: str) -> Session:
        """A session to ask again with, when a file turned out to have changed unnoticed."""
        if self.index.lock.held:
            self.index.update([path])
        again = Session(self.index, self.freshness)
        again.overlays = self.overlays
        again._shared = False
        return again

    def close(self) -> None:
        """Close the index."""
        self.index.close()
