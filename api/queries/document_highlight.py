"""The uses of a symbol within one file."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.entities import name_of
from ...indexer.resolve.locate import identifier_at
from ...indexer.resolve.references import references_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Found
    from ...indexer.snapshot import Snapshot

_WRITING = frozenset([f.WRITTEN, f.DELETED, f.IMPORTED, f.PARAMETER_ROLE, f.DEFINED])


def highlights(
    snapshot: Snapshot, path: str, offset: int, found: list[Found]
) -> list[tuple[int, int, bool]]:
    """(start, end, whether it is written there) of each use, in byte offsets, in order."""
    written = identifier_at(snapshot.text(path), offset)
    names = {written[1]} if written is not None else set[str]()
    places: dict[int, tuple[int, int, bool]] = {}
    for item in found:
        spelled = names | {name_of(snapshot, item.entity)}
        for use in references_within(snapshot, item.entity, path, spelled):
            end = use.position + use.length
            places[use.position] = use.position, end, use.role in _WRITING
    return [places[start] for start in sorted(places)]
