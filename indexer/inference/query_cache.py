"""Remembering what was resolved, so that the answer never depends on what was asked before.

Resolving is recursive and code is circular: a class attribute made from itself, modules that import
each other. A question that comes back to itself while it is being answered is given what is known
of the answer so far, at first nothing, and the whole circle is gone through again until nothing
changes. So every member of a circle gets the same answer wherever the circle was entered, and
only answers that rest on nothing unfinished are remembered.

Conventions may rest on each other only so far, so what a question is answered may depend on how
many of them it is asked inside of. An answer that consulted any is therefore remembered for that
number only.

Each answer is remembered with the files that were looked at on the way, and the names whose places
were asked for, as a set of bits. When files change, the answers that rest on them, or on names that
came or went with the change, are forgotten, and all others stay.
"""

from __future__ import annotations

import sys
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeVar

    from .inference import Inference
    from .types import Type

    _T = TypeVar("_T")

# Questions that may wait for each other before one is given up as unknown.
_DEPTH = 150
_ROUNDS = 4
_NOBODY = 1 << 30
_RECURSION_LIMIT = 12_000
# The lowest bits stand for no file: that a convention was looked for; then, in which files a name
# occurs. Names share bits, or there would be too many: an answer may be forgotten for nothing.
CONSULTED = 1
_NAME_BITS = 1024
ANY_NAME = ((1 << _NAME_BITS) - 1) << 1
_FIRST_FILE = 2 << _NAME_BITS

if sys.getrecursionlimit() < _RECURSION_LIMIT:
    # A question takes half a dozen frames of Python, which live on the heap.
    sys.setrecursionlimit(_RECURSION_LIMIT)


def name_bit(name: str) -> int:
    """The bit of the places of a name, which it shares with some others."""
    return 2 << crc32(name.encode("utf-8", "surrogatepass")) % _NAME_BITS


class QueryCache:
    """Answers by question, each with the bits of what it rests on.

    Behind the answers of its own a memo may have those of another, as far as they still hold.
    """

    __slots__ = ("_behind", "_gone", "answers", "bits", "sets")

    def __init__(self, like: QueryCache | None = None) -> None:
        """Nothing is remembered. Bits mean what they mean in the memo that this is ``like``."""
        self.answers: dict[object, tuple[Any, int]] = {}
        self.bits: dict[str, int] = {} if like is None else like.bits
        # Sets of bits are long, and many answers have the same.
        self.sets: dict[int, int] = {}
        # Answers of the other memo, and the bits of those that do not hold here.
        self._behind: dict[object, tuple[Any, int]] | None = None
        self._gone = 0

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
            if entry is not None and entry[1] & self._gone:
                return None
        return entry

    def keep(self, key: object, value: Any, touched: int) -> None:
        """Remember an answer that rests on what these bits stand for.

        One that holds in the other memo as well is remembered there, for all that are made from it.
        """
        answers = self.answers
        if self._behind is not None and not touched & self._gone:
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
        gone = names
        for path in paths:
            gone |= self.bit(path)  # also of what is first looked at later: answers may yet come
        if self._behind is None:
            other._behind, other._gone = self.answers, gone
            return other
        # A copy first: another thread may be adding answers.
        answers = self.answers.copy()
        other.answers = {key: entry for key, entry in answers.items() if not entry[1] & gone}
        other._behind, other._gone = self._behind, self._gone | gone
        return other

    def settled(self) -> QueryCache:
        """The same answers with nothing behind them, so that those that do not hold can go."""
        other = QueryCache(self)
        gone = self._gone
        if self._behind is not None:
            behind = self._behind.copy()
            other.answers = {key: entry for key, entry in behind.items() if not entry[1] & gone}
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
        self.lowest = _NOBODY
        # Bits of what the answers given since rest on.
        self.touched = 0
        # Conventions being looked for inside of one another.
        self.conventions = 0

    def give_up(self) -> None:
        """Note that an answer is unknown only because it was too far to go: not to be kept."""
        self.lowest = -1


def cached(inference: Inference, key: object, answer: Callable[[], _T], unknown: _T) -> _T:
    """The answer to the question ``key``: remembered, or computed now by ``answer``."""
    memo = inference.memo
    progress = inference.progress
    entry = memo.find(key)
    if entry is not None:
        progress.touched |= entry[1]
        return entry[0]
    plain = key
    if inference.conventional:
        key = (progress.conventions, key)
        entry = memo.find(key)
        if entry is not None:
            progress.touched |= entry[1]
            return entry[0]
    waiting = progress.waiting
    place = waiting.get(key)
    if place is not None:
        progress.lowest = min(progress.lowest, place)
        return progress.assumed.get(key, unknown)
    partial = progress.partial.get(key)
    if partial is not None:
        progress.lowest = min(progress.lowest, partial[1])
        progress.touched |= partial[2]
        return partial[0]
    place = len(waiting)
    if place >= _DEPTH:
        progress.give_up()
        return unknown
    outer, before = progress.lowest, progress.touched
    progress.touched = 0
    waiting[key] = place
    value, lowest = unknown, -1
    try:
        for _ in range(_ROUNDS):
            progress.lowest = _NOBODY
            value = answer()
            lowest = progress.lowest
            _forget(progress, place)
            if lowest != place or progress.assumed.get(key, unknown) == value:
                break
            progress.assumed[key] = value
    finally:
        del waiting[key]
        progress.assumed.pop(key, None)
        progress.lowest = outer
        touched = progress.touched
        progress.touched = touched | before
    if lowest >= place:
        memo.keep(key if touched & CONSULTED else plain, value, touched)
    else:
        progress.partial[key] = value, lowest, touched
        progress.lowest = min(outer, lowest)
    if not waiting:
        progress.partial.clear()
        progress.lowest = _NOBODY
    return value


def _forget(progress: QueryStack, place: int) -> None:
    """Drop answers that rested on the question at a place, which has another answer now."""
    partial = progress.partial
    if partial:
        for key in [key for key, (_, lowest, _) in partial.items() if lowest >= place]:
            del partial[key]


# Conventions that may rest on each other.
NESTED = 2


def nested(inference: Inference, answer: Callable[[], Type]) -> Type:
    """An answer that looks into the body of another function: conventions count as nested there."""
    progress = inference.progress
    before = progress.conventions
    progress.conventions = min(before + 1, NESTED)
    try:
        return answer()
    finally:
        progress.conventions = before
