"""Recording what an answer rests on, in a form that outlives the process."""

from __future__ import annotations

from .query_cache import ANY_NAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .snapshot import Snapshot


class Recording:
    """What is asked of a snapshot, and of those made from it, while entered."""

    __slots__ = ("_asked", "_snapshot")

    def __init__(self, snapshot: Snapshot) -> None:
        """Nothing is recorded before it is entered."""
        self._snapshot = snapshot
        self._asked = [snapshot]

    def __enter__(self) -> Recording:
        """Begin."""
        self._snapshot.progress.touched = 0
        self._snapshot.work.asked = self._asked
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._snapshot.work.asked = None

    @property
    def names(self) -> int:
        """Bits of the names whose places were asked for (see ``name_bit``)."""
        bits = 0
        for each in self._asked:
            bits |= each.progress.touched
        return bits & ANY_NAME

    def files(self, paths: list[str]) -> int:
        """Those of some paths that were looked at, or a few more, as bits by their places."""
        found = 0
        for each in {id(each.memo.bits): each for each in self._asked}.values():
            bits = each.memo.bits
            touched = 0
            for other in self._asked:
                if other.memo.bits is bits:
                    touched |= other.progress.touched
            for place, path in enumerate(paths):
                bit = bits.get(path)
                if bit is not None and bit & touched == bit:
                    found |= 1 << place
        return found
