"""Remembering what was resolved, so that the answer never depends on what was asked before.

Resolving is recursive and code is circular: a class attribute made from itself, modules that import
each other. A question that comes back to itself while it is being answered is given what is known
of the answer so far, at first nothing, and the whole circle is gone through again until nothing
changes. So every member of a circle gets the same answer wherever the circle was entered, and
only answers that rest on nothing unfinished are remembered.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from ..snapshot import Snapshot

    _T = TypeVar("_T")

# Questions that may wait for each other before one is given up as unknown.
_DEPTH = 150
_ROUNDS = 4
_NOBODY = 1 << 30
_RECURSION_LIMIT = 12_000

if sys.getrecursionlimit() < _RECURSION_LIMIT:
    # A question takes half a dozen frames of Python, which live on the heap.
    sys.setrecursionlimit(_RECURSION_LIMIT)


class Progress:
    """Questions being answered for one snapshot, in the order in which they wait."""

    __slots__ = ("assumed", "conventions", "lowest", "partial", "waiting")

    def __init__(self) -> None:
        """Nothing waits."""
        self.waiting: dict[object, int] = {}
        # What is known so far of a question that came back to itself.
        self.assumed: dict[object, Any] = {}
        # Answers that rest on a question still waiting, with its place in the order.
        self.partial: dict[object, tuple[Any, int]] = {}
        # Lowest place that the answers given since have rested on.
        self.lowest = _NOBODY
        # Conventions being looked for inside of one another.
        self.conventions = 0

    def give_up(self) -> None:
        """Note that an answer is unknown only because it was too far to go: not to be kept."""
        self.lowest = -1


def remember(snapshot: Snapshot, key: object, answer: Callable[[], _T], unknown: _T) -> _T:
    """The answer to the question ``key``: remembered, or computed now by ``answer``."""
    memo = snapshot.memo
    if key in memo:
        found: _T = memo[key]
        return found
    progress = snapshot.progress
    waiting = progress.waiting
    place = waiting.get(key)
    if place is not None:
        progress.lowest = min(progress.lowest, place)
        return progress.assumed.get(key, unknown)
    partial = progress.partial.get(key)
    if partial is not None:
        progress.lowest = min(progress.lowest, partial[1])
        return partial[0]
    place = len(waiting)
    if place >= _DEPTH:
        progress.give_up()
        return unknown
    outer = progress.lowest
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
    if lowest >= place:
        memo[key] = value
    else:
        progress.partial[key] = value, lowest
        progress.lowest = min(outer, lowest)
    if not waiting:
        progress.partial.clear()
        progress.lowest = _NOBODY
    return value


def _forget(progress: Progress, place: int) -> None:
    """Drop answers that rested on the question at a place, which has another answer now."""
    partial = progress.partial
    if partial:
        for key in [key for key, (_, lowest) in partial.items() if lowest >= place]:
            del partial[key]
