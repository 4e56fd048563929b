"""Storage of what was inferred, each answer with what it rests on.

Each answer is remembered with the files that were looked at on the way, and the names whose places
were asked for, as a set of bits. When files change, the answers that rest on them, or on names that
came or went with the change, are forgotten, and all others stay.
"""

from __future__ import annotations

from zlib import crc32

from .work import EVERY, MOST_FOR_ONE, Work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# Place in the order of waiting questions that stands for none.
NOBODY = 1 << 30
# The lowest bits stand for no file: that a convention was looked for; then, in which files a name
# occurs. Names share bits, or there would be too many: an answer may be forgotten for nothing.
# Then, that the tops of modules were looked at (see `.top_level`).
CONSULTED = 1
_NAME_BITS = 1024
TOPS = 2 << _NAME_BITS
ANY_NAME = (TOPS << 1) - 2
_FIRST_FILE = TOPS << 1
# The files that are looked at first, which many answers rest on, have bits of their own. Those that
# come later share theirs, so that what an answer rests on takes no more room in a workspace of any
# size; when a file changes, answers that rest on one with the same bit are forgotten for nothing.
_OWN_BITS, _SHARED_BITS = 4096, 4096


def name_bit(name: str) -> int:
    """The bit of the places of a name, which it shares with some others."""
    return 2 << crc32(name.encode("utf-8", "surrogatepass")) % _NAME_BITS


class QueryCache:
    """Answers by question, each with the bits of what it rests on.

    Behind the answers of its own a memo may have those of another, as far as they still hold.
    """

    __slots__ = ("_behind", "_invalid", "answers", "bits", "sets")

    def __init__(self, like: QueryCache | None = None) -> None:
        """Nothing is remembered. Bits mean what they mean in the memo that this is ``like``."""
        self.answers: dict[object, tuple[Any, int]] = {}
        self.bits: dict[str, int] = {} if like is None else like.bits
        # Sets of bits are long, and many answers have the same.
        self.sets: dict[int, int] = {}
        # Answers of the other memo, and the bits of those that do not hold here.
        self._behind: dict[object, tuple[Any, int]] | None = None
        self._invalid = 0

    def bit(self, path: str) -> int:
        """The bit of a file or folder, whether it is there or was only looked for."""
        bit = self.bits.get(path)
        if bit is None:
            place = len(self.bits)
            if place >= _OWN_BITS:
                place = _OWN_BITS + place % _SHARED_BITS
            bit = self.bits[path] = _FIRST_FILE << place
        return bit

    def find(self, key: object) -> tuple[Any, int] | None:
        """The answer to a question with the bits of what it rests on, if it is remembered."""
        entry = self.answers.get(key)
        if entry is None and self._behind is not None:
            entry = self._behind.get(key)
            if entry is not None and entry[1] & self._invalid:
                return None
        return entry

    def keep(self, key: object, value: Any, touched: int) -> None:
        """Remember an answer that rests on what these bits stand for.

        One that holds in the other memo as well is remembered there, for all that are made from it.
        """
        answers = self.answers
        if self._behind is not None and not touched & self._invalid:
            answers = self._behind
        answers[key] = value, self.sets.setdefault(touched, touched)

    def clear(self) -> None:
        """Forget all answers of its own."""
        self.answers.clear()
        self.sets.clear()

    def without(self, paths: Iterable[str], names: int = ANY_NAME) -> QueryCache:
        """The answers that rest on none of these files and folders, nor on names with these bits.

        Nothing is copied but what a memo has that is itself made so: what is asked once of an edit
        must not cost as much as all that was ever remembered.
        """
        other = QueryCache(self)  # the bits only grow, so readers of both may share them
        invalid = names
        for path in paths:
            invalid |= self.bit(path)  # also of what is first looked at later: answers may yet come
        if self._behind is None:
            other._behind, other._invalid = self.answers, invalid
            return other
        # A copy first: another thread may be adding answers.
        answers = self.answers.copy()
        other.answers = {key: entry for key, entry in answers.items() if not entry[1] & invalid}
        other._behind, other._invalid = self._behind, self._invalid | invalid
        return other

    def settled(self) -> QueryCache:
        """The same answers with nothing behind them, so that those that do not hold can go."""
        other = QueryCache(self)
        invalid = self._invalid
        if self._behind is not None:
            behind = self._behind.copy()
            other.answers = {key: entry for key, entry in behind.items() if not entry[1] & invalid}
        other.answers.update(self.answers.copy())
        return other


class QueryStack:
    """Questions being answered for one snapshot, in the order in which they wait."""

    __slots__ = (
        "_begun", "_endless", "_seen", "assumed", "conventions", "look_at", "lowest", "partial",
        "resting", "steps", "touched", "waiting", "work",
    )  # fmt: skip

    def __init__(self, work: Work | None = None) -> None:
        """Nothing waits; ``work`` is what all of it is a part of."""
        self.work = Work() if work is None else work
        # Steps taken here, how many they were at the last look, and at how many the next is due.
        self.steps = 0
        self._seen = 0
        self.look_at = EVERY
        # Steps before the question that none waits for; and those that take too many.
        self._begun = 0
        self._endless: set[object] = set()
        self.waiting: dict[object, int] = {}
        # What is known so far of a question that came back to itself.
        self.assumed: dict[object, Any] = {}
        # Answers that rest on a question still waiting, with its place in the order and their bits.
        self.partial: dict[object, tuple[Any, int, int]] = {}
        # Their questions, by that place.
        self.resting: dict[int, list[object]] = {}
        # Lowest place that the answers given since have rested on.
        self.lowest = NOBODY
        # Bits of what the answers given since rest on.
        self.touched = 0
        # Conventions being looked for inside of one another.
        self.conventions = 0

    def give_up(self) -> None:
        """Note that an answer is unknown only because it was too far to go: not to be kept."""
        self.lowest = -1

    def begin(self) -> None:
        """Begin with a question that none waits for."""
        self._begun = self.steps

    def look(self) -> None:
        """Tell how much was done since the last look, which may end it all by raising."""
        self.look_at = self.steps + EVERY
        steps, self._seen = self.steps - self._seen, self.steps
        self.work.look(steps)

    @property
    def is_exhausted(self) -> bool:
        """True if the question that none waits for has taken all that one may."""
        return self.steps - self._begun > MOST_FOR_ONE

    def end(self, key: object, steps: int) -> None:
        """Note a question that was given up after so many steps; it is not asked again if many."""
        if steps > MOST_FOR_ONE // 4:
            self._endless.add(key)

    def is_endless(self, key: object) -> bool:
        """True if a question was given up here because it takes too much."""
        return key in self._endless
