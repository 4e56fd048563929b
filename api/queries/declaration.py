"""Where a symbol is declared: annotated without a value, or else bound for the first time."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.entities import ATTRIBUTE, PARAMETER, VARIABLE, position_of
from ...indexer.resolve.references import same_symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity, Found
    from ...indexer.snapshot import Snapshot


def declarations(snapshot: Snapshot, found: list[Found]) -> list[Entity]:
    """One entity for each symbol; classes, functions and modules declare themselves."""
    result: list[Entity] = []
    for item in found:
        entity = item.entity
        if entity[0] in (VARIABLE, ATTRIBUTE):
            entity = min(
                same_symbol(snapshot, entity),
                key=lambda one: (_rank(snapshot, one), position_of(snapshot, one)),
            )
        if entity not in result:
            result.append(entity)
    return result


def _rank(snapshot: Snapshot, entity: Entity) -> int:
    kind, path, row = entity
    facts = snapshot.need(path)
    if kind == ATTRIBUTE:
        return 1 if facts.attribute_binding[f.ATTR_ANNOTATION][row] >= 0 else 2
    if kind in (VARIABLE, PARAMETER):
        if facts.binding[f.BIND_KIND][row] == f.DECLARE:
            return 0
        return 1 if facts.binding[f.BIND_ANNOTATION][row] >= 0 else 2
    return 2
