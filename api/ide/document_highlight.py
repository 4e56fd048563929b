"""The uses of a symbol within one file."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import name_of
from ...indexer.inference.locate import identifier_at
from ...indexer.inference.references import references_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Found
    from ...indexer.inference.inference import Inference

_WRITING = frozenset([f.WRITTEN, f.DELETED, f.IMPORTED, f.PARAMETER_ROLE, f.DEFINED])


def highlights(
    inference: Inference, path: str, offset: int, found: list[Found]
) -> list[tuple[int, int, bool]]:
    """(start, end, whether it is written there) of each use, in byte offsets, in order."""
    written = identifier_at(inference.text(path), offset)
    names = {written[1]} if written is not None else set[str]()
    places: dict[int, tuple[int, int, bool]] = {}
    for item in found:
        spelled = names | {name_of(inference, item.entity)}
        for use in references_within(inference, item.entity, path, spelled):
            end = use.position + use.length
            places[use.position] = use.position, end, use.role in _WRITING
    return [places[start] for start in sorted(places)]
