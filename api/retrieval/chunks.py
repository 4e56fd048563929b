"""A file cut into what can be shown by itself: functions, classes without methods, the rest."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from ...indexer import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...indexer.facts import FileFacts

MODULE_LEVEL = -1


@dataclass(slots=True)
class Chunk:
    """A stretch of a file: ``row`` is that of its definition, or MODULE_LEVEL."""

    path: str
    row: int
    length: int
    counts: dict[str, int] = field(default_factory=dict[str, int])
    score: float = 0.0


def chunks(path: str, facts: FileFacts, hits: Mapping[str, Sequence[int]]) -> list[Chunk]:
    """The chunks of a file, with how often each word occurs in them; functions are not cut."""
    table = facts.definition
    starts, ends, kinds = table.start, table.end, table.kind
    found = [Chunk(path, MODULE_LEVEL, facts.line_starts[-1])]
    bounds: list[tuple[int, Chunk]] = [(0, found[0])]
    open_: list[tuple[int, Chunk]] = []
    for row, start in enumerate(starts):
        while open_ and open_[-1][0] <= start:
            end, _ = open_.pop()
            bounds.append((end, open_[-1][1] if open_ else found[0]))
        around = open_[-1][1] if open_ else found[0]
        if around.row != MODULE_LEVEL and kinds[around.row] == f.FUNCTION:
            continue  # what is defined inside of a function belongs to it
        chunk = Chunk(path, row, ends[row] - start)
        around.length -= chunk.length
        found.append(chunk)
        bounds.append((start, chunk))
        open_.append((ends[row], chunk))
    while open_:
        end, _ = open_.pop()
        bounds.append((end, open_[-1][1] if open_ else found[0]))
    places = [place for place, _ in bounds]
    for term, positions in hits.items():
        for position in positions:
            counts = bounds[bisect_right(places, position) - 1][1].counts
            counts[term] = counts.get(term, 0) + 1
    return found
