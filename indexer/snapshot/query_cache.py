"""Storage of what was inferred, each answer with what it rests on.

Each answer is remembered with the files that were looked at on the way, and the names whose places
were asked for, as a set of bits. When files change, the answers that rest on them, or on names that
came or went with the change, are forgotten, and all others stay.
"""

from __future__ import annotations

from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# Place in the order of waiting questions that stands for none.
NOBODY = 1 << 30
# The lowest bits stand for no file: that a convention was looked for; then, in which files a name
# occurs. Names share bits, or there would be too many: an answer may be forgotten for nothing.
CONSULTED = 1
_NAME_BITS = 1024
ANY_NAME = ((1 << _NAME_BITS) - 1) << 1
_FIRST_FILE = 2 << _NAME_BITS


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
            bit = self.bits[path] = _FIRST_FILE << len(self.bits)
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

    __slots__ = ("assumed", "conventions", "lowest", "partial", "touched", "waiting")

    def __init__(self) -> None:
        """Nothing waits."""
        self.waiting: dict[object, int] = {}
        # What is known so far of a question that came back to itself.
        self.assumed: dict[object, Any] = {}
        # Answers that rest on a question still waiting, with its place in the order and their bits.
        self.partial: dict[object, tuple[Any, int, int]] = {}
        # Lowest place that the answers given since have rested on.
        self.lowest = NOBODY
        # Bits of what the answers given since rest on.
        self.touched = 0
        # Conventions being looked for inside of one another.
        self.conventions = 0

    def give_up(self) -> None:
        """Note that an answer is unknown only because it was too far to go: not to be kept."""
        self.lowest = -1
