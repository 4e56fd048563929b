"""The classes of what a name stands for."""

from __future__ import annotations

from ...indexer.inference.entities import CLASS, MODULE
from ...indexer.inference.entity_types import instance_classes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference


def type_definitions(inference: Inference, found: list[Found]) -> list[Entity]:
    """Classes of the values of what was found; a class or module stands for itself."""
    result: list[Entity] = []
    for item in found:
        if item.entity.kind in (CLASS, MODULE):
            classes = [item.entity]
        else:
            classes = [one.entity for one in instance_classes(inference, item.entity)]
        result += [one for one in classes if one.kind in (CLASS, MODULE) and one not in result]
    return result
