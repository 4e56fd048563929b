"""Implementations: the subclasses of a class, and the overrides of a member."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference


def implementations(inference: Inference, found: list[Found]) -> list[Entity]:
    """Entities in order: for a class its subclasses, for a member its overrides and itself.

    What is abstract implements nothing. Anything else is its own implementation.
    """
    result: list[Entity] = []
    for item in found:
        kind, path, row = item.entity
        listed = [item.entity]
        if kind == CLASS:
            listed = descendants(inference, item.entity) or listed
        elif kind in (FUNCTION, VARIABLE, ATTRIBUTE):
            facts = inference.need(path)
            cls = owner_class(facts, item.entity)
            if cls >= 0:
                listed = overrides(
                    inference, Entity(CLASS, path, cls), name_of(inference, item.entity)
                )
                is_abstract = kind == FUNCTION and facts.definition.flags[row] & f.ABSTRACT
                if not is_abstract or not listed:
                    listed.insert(0, item.entity)
        result += [entity for entity in listed if entity not in result]
    return result


def overrides(inference: Inference, cls: Entity, name: str) -> list[Entity]:
    """Return the members of a name that subclasses of a class define."""
    return [
        found[0].entity
        for subclass in descendants(inference, cls)
        if (found := inference.own_member(subclass, name))
    ]


def descendants(inference: Inference, cls: Entity) -> list[Entity]:
    """All subclasses of a class, each once, nearer ones first."""
    seen = {cls}
    result: list[Entity] = []
    level = [cls]
    while level:
        below: list[Entity] = []
        for entity in level:
            inference.snapshot.relax()
            for subclass in subclasses(inference, entity):
                if subclass not in seen:
                    seen.add(subclass)
                    below.append(subclass)
        result += below
        level = below
    return result
