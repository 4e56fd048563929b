"""Caching what was inferred, so that an answer never depends on what was asked before.

Inference is recursive and code is circular: a class attribute made from itself, modules that import
each other. A question that comes back to itself while it is being answered is given what is known
of the answer so far, at first nothing, and the whole circle is gone through again until nothing
changes. So every member of a circle gets the same answer wherever the circle was entered, and
only answers that rest on nothing unfinished are remembered.

Conventions may rest on each other only so far, so what a question is answered may depend on how
many of them it is asked inside of. An answer that consulted any is therefore remembered for that
number only.
"""

from __future__ import annotations

import sys

from ..snapshot.query_cache import CONSULTED, NOBODY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from ..snapshot.query_cache import QueryStack
    from .inference import Inference
    from .types import Type

    _T = TypeVar("_T")

# Questions that may wait for each other before one is given up as unknown.
_DEPTH = 150
_ROUNDS = 4
# Conventions that may rest on each other.
NESTED = 2

_RECURSION_LIMIT = 12_000
if sys.getrecursionlimit() < _RECURSION_LIMIT:
    # A question takes half a dozen frames of Python, which live on the heap.
    sys.setrecursionlimit(_RECURSION_LIMIT)


def cached(inference: Inference, key: object, answer: Callable[[], _T], unknown: _T) -> _T:
    """The answer to the question ``key``: remembered, or computed now by ``answer``."""
    memo = inference.memo
    progress = inference.progress
    entry = memo.answers.get(key) or memo.find(key)
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
    begun = progress.steps = progress.steps + 1
    if not place:
        progress.begin()
    if begun >= progress.look_at:
        progress.look()
    if place >= _DEPTH or progress.is_exhausted or progress.is_endless(key):
        progress.give_up()
        return unknown
    outer, before = progress.lowest, progress.touched
    progress.touched = 0
    waiting[key] = place
    value, lowest = unknown, -1
    try:
        for _ in range(_ROUNDS):
            progress.lowest = NOBODY
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
    if progress.is_exhausted:
        progress.end(key, progress.steps - begun)
    if lowest >= place:
        memo.keep(key if touched & CONSULTED else plain, value, touched)
    else:
        progress.partial[key] = value, lowest, touched
        progress.resting.setdefault(lowest, []).append(key)
        progress.lowest = min(outer, lowest)
    if not waiting:
        progress.partial.clear()
        progress.resting.clear()
        progress.lowest = NOBODY
    return value


def _forget(progress: QueryStack, place: int) -> None:
    """Drop answers that rested on the question at a place, which has another answer now."""
    for lowest in [lowest for lowest in progress.resting if lowest >= place]:
        for key in progress.resting.pop(lowest):
            progress.partial.pop(key, None)


def nested(inference: Inference, answer: Callable[[], Type]) -> Type:
    """An answer that looks into the body of another function: conventions count as nested there."""
    progress = inference.progress
    before = progress.conventions
    progress.conventions = min(before + 1, NESTED)
    try:
        return answer()
    finally:
        progress.conventions = before
