"""Families: the definitions of one member that override each other."""

from __future__ import annotations

from .classes import mro, own_member, subclasses
from .entities import CLASS, name_of, owner_class

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..snapshot import Snapshot
    from .entities import Entity

# Classes that a family is looked for in; a base of that many is no longer one member to a person.
_CLASSES = 5_000


def family(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    """A member with all that it overrides and that override it, itself first.

    Members of other classes belong to it when they share a base that has the member, as two
    implementations of one abstract method do. Only the entity itself when it is no member.
    """
    facts = snapshot.facts(entity[1]) if entity[1] else None
    row = owner_class(facts, entity) if facts is not None and entity[2] >= 0 else -1
    if row < 0:
        return [entity]
    name = name_of(snapshot, entity)
    found = [entity]
    seen: set[Entity] = set()
    todo: list[Entity] = [(CLASS, entity[1], row)]
    while todo and len(seen) < _CLASSES:
        cls = todo.pop()
        if cls in seen:
            continue
        seen.add(cls)
        having = [base for base in mro(snapshot, cls) if _has(snapshot, base, name)]
        if not having:
            continue
        for base in having:
            members = own_member(snapshot, base, name)
            found += [item.entity for item in members if item.entity not in found]
        todo += having
        todo += subclasses(snapshot, cls)
    return found


def _has(snapshot: Snapshot, cls: Entity, name: str) -> bool:
    return cls[0] == CLASS and bool(own_member(snapshot, cls, name))
