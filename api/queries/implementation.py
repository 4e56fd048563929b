"""What implements a class or a method: all subclasses, and what they define under its name."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.classes import own_member, subclasses
from ...indexer.resolve.entities import ATTRIBUTE, CLASS, FUNCTION, VARIABLE, name_of, owner_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity, Found
    from ...indexer.snapshot import Snapshot


def implementations(snapshot: Snapshot, found: list[Found]) -> list[Entity]:
    """Entities in order: for a class its subclasses, for a member its overrides and itself.

    What is abstract implements nothing. Anything else is its own implementation.
    """
    result: list[Entity] = []
    for item in found:
        kind, path, row = item.entity
        listed = [item.entity]
        if kind == CLASS:
            listed = descendants(snapshot, item.entity) or listed
        elif kind in (FUNCTION, VARIABLE, ATTRIBUTE):
            facts = snapshot.need(path)
            cls = owner_class(facts, item.entity)
            if cls >= 0:
                listed = overrides(snapshot, (CLASS, path, cls), name_of(snapshot, item.entity))
                is_abstract = kind == FUNCTION and facts.definition[f.DEF_FLAGS][row] & f.ABSTRACT
                if not is_abstract or not listed:
                    listed.insert(0, item.entity)
        result += [entity for entity in listed if entity not in result]
    return result


def overrides(snapshot: Snapshot, cls: Entity, name: str) -> list[Entity]:
    """What subclasses of a class define under a name."""
    return [
        found[0].entity
        for subclass in descendants(snapshot, cls)
        if (found := own_member(snapshot, subclass, name))
    ]


def descendants(snapshot: Snapshot, cls: Entity) -> list[Entity]:
    """All subclasses of a class, each once, nearer ones first."""
    seen = {cls}
    result: list[Entity] = []
    level = [cls]
    while level:
        below: list[Entity] = []
        for entity in level:
            snapshot.relax()
            for subclass in subclasses(snapshot, entity):
                if subclass not in seen:
                    seen.add(subclass)
                    below.append(subclass)
        result += below
        level = below
    return result
