"""Declarations of symbols: the annotation without a value, or else the first binding."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import ATTRIBUTE, PARAMETER, VARIABLE, position_of
from ...indexer.inference.references import same_symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference


def declarations(inference: Inference, found: list[Found]) -> list[Entity]:
    """One entity for each symbol; classes, functions and modules declare themselves."""
    result: list[Entity] = []
    for item in found:
        entity = item.entity
        if entity.kind in (VARIABLE, ATTRIBUTE):
            entity = min(
                same_symbol(inference, entity),
                key=lambda one: (_rank(inference, one), position_of(inference, one)),
            )
        if entity not in result:
            result.append(entity)
    return result


def _rank(inference: Inference, entity: Entity) -> int:
    kind, path, row = entity
    facts = inference.need(path)
    if kind == ATTRIBUTE:
        return 1 if facts.attribute_binding.annotation[row] >= 0 else 2
    if kind in (VARIABLE, PARAMETER):
        if facts.binding.kind[row] == f.DECLARE:
            return 0
        return 1 if facts.binding.annotation[row] >= 0 else 2
    return 2
