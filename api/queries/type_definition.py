"""The classes of what a name stands for."""

from __future__ import annotations

from ...indexer.resolve.entities import CLASS, MODULE
from ...indexer.resolve.entity_types import instances_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity, Found
    from ...indexer.snapshot import Snapshot


def type_definitions(snapshot: Snapshot, found: list[Found]) -> list[Entity]:
    """Classes of the values of what was found; a class or module stands for itself."""
    result: list[Entity] = []
    for item in found:
        if item.entity[0] in (CLASS, MODULE):
            classes = [item.entity]
        else:
            classes = [one.entity for one in instances_of(snapshot, item.entity)]
        result += [one for one in classes if one[0] in (CLASS, MODULE) and one not in result]
    return result
