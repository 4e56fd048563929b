"""Lines that differ between two texts, and where the others have moved."""

from __future__ import annotations

from difflib import SequenceMatcher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Hunk = tuple[int, int, int, int]
    Ranges = list[tuple[int, int]]

# Lines between the first and the last change that are compared with care; more count as one change.
_COMPARED = 2_000


def hunks(old: Sequence[object], new: Sequence[object]) -> list[Hunk]:
    """First and last line, exclusive, of each change, in the old text and in the new one.

    Lines may be given by anything that is equal when they are.
    """
    start = 0
    while start < len(old) and start < len(new) and old[start] == new[start]:
        start += 1
    behind = 0
    most = min(len(old), len(new)) - start
    while behind < most and old[-1 - behind] == new[-1 - behind]:
        behind += 1
    a, b = len(old) - behind, len(new) - behind
    if (start, start) == (a, b):
        return []
    if a - start + b - start > _COMPARED or start in (a, b):
        return [(start, a, start, b)]
    matcher = SequenceMatcher(None, old[start:a], new[start:b], autojunk=False)
    return [
        (start + first, start + last, start + other, start + until)
        for tag, first, last, other, until in matcher.get_opcodes()
        if tag != "equal"
    ]


def mapped(ranges: Iterable[tuple[int, int]], changes: Sequence[Hunk]) -> Ranges:
    """Return where lines of the old text are in the new one, without those that changed."""
    found: Ranges = []
    for first, last in ranges:
        at, shift = first, 0
        for a, b, _, d in changes:
            if b <= at:
                shift = d - b
                continue
            if a >= last:
                break
            if at < a:
                found.append((at + shift, a + shift))
            at, shift = max(at, b), d - b
        if at < last:
            found.append((at + shift, last + shift))
    return merged(found)


def merged(ranges: Iterable[tuple[int, int]], gap: int = 0) -> Ranges:
    """Ranges in order, those that touch or lie at most ``gap`` lines apart as one."""
    found: Ranges = []
    for first, last in sorted(each for each in ranges if each[0] < each[1]):
        if found and first <= found[-1][1] + gap:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def without(ranges: Iterable[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> Ranges:
    """The lines of ranges that are in none of those that are taken, which are in order."""
    found: Ranges = []
    for first, last in merged(ranges):
        at = first
        for start, end in taken:
            if end <= at or start >= last:
                continue
            if at < start:
                found.append((at, start))
            at = max(at, end)
        if at < last:
            found.append((at, last))
    return found
