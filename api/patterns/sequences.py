"""Sequences: what most of some functions call, in the order in which they call it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

MOST_COMPARED = 60
"""Functions that are looked at, the nearest first."""
_CALLS = 60  # of a function
_NAMES = 20  # that may be part of it
_KEPT = 10  # beginnings that are followed
_LONGEST = 6


def common_sequence(lists: Sequence[Sequence[str]], least: int) -> tuple[list[str], int]:
    """Return the longest sequence that at least so many lists have in this order, and their number.

    Between its parts others may stand. Of several as long, that which more have, and empty if none
    has two parts. A beam search: of very many it may miss the best.
    """
    lists = [each[:_CALLS] for each in lists[:MOST_COMPARED]]
    counted = Counter(name for each in lists for name in dict.fromkeys(each))
    names = [name for name, n in counted.most_common(_NAMES) if n >= least]
    places: list[dict[str, list[int]]] = []
    for each in lists:
        placed: dict[str, list[int]] = {}
        for place, name in enumerate(each):
            placed.setdefault(name, []).append(place)
        places.append(placed)
    # Each with the place behind it, in the lists that have it.
    beam: list[tuple[list[str], dict[int, int]]] = [([], dict.fromkeys(range(len(lists)), 0))]
    best: tuple[list[str], int] = [], 0
    for length in range(1, _LONGEST + 1):
        longer: list[tuple[list[str], dict[int, int]]] = []
        for sequence, behind in beam:
            for name in names:
                if name in sequence:
                    continue
                left = {
                    row: there[at] + 1
                    for row, start in behind.items()
                    if (there := places[row].get(name)) is not None
                    and (at := bisect_left(there, start)) < len(there)
                }
                if len(left) >= least:
                    longer.append(([*sequence, name], left))
        if not longer:
            break
        longer.sort(key=lambda each: (-len(each[1]), each[0]))
        beam = longer[:_KEPT]
        if length > 1:
            best = beam[0][0], len(beam[0][1])
    return best


def alike_share(left: Sequence[str], right: Sequence[str]) -> float:
    """Return how much of the longer of two lists both have in the same order, from 0 to 1."""
    left, right = left[:_CALLS], right[:_CALLS]
    row = [0] * (len(right) + 1)
    for name in left:
        before = 0
        for at, other in enumerate(right, 1):
            kept = row[at]
            row[at] = before + 1 if name == other else max(kept, row[at - 1])
            before = kept
    return row[-1] / max(len(left), len(right), 1)
