"""Code lenses above definitions: references, subclasses, and the overridden method."""

from __future__ import annotations

from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    OUTSIDE,
    TEXTUAL,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.references import references
from ...indexer.symbols import is_local

REFERENCES, OVERRIDES, SUBCLASSES = "references", "overrides", "subclasses"


@dataclass(frozen=True, slots=True)
class Lens:
    """A line above a definition, at byte offsets of its name; what it shows is counted later."""

    start: int
    end: int
    kind: str
    entity: Entity


@dataclass(frozen=True, slots=True)
class Shown:
    """The text of a lens, and the places (path, start, end) that it leads to."""

    title: str
    places: list[tuple[str, int, int]]


def lenses(inference: Inference, path: str) -> list[Lens]:
    """Return the lenses of a file; cheap, because nothing is counted."""
    facts = inference.need(path)
    table = facts.definition
    found: list[Lens] = []
    for row, kind in enumerate(table.kind):
        if is_local(facts, table.scope[row]) or table.flags[row] & (f.ACCESSOR | f.OVERLOAD):
            continue
        name = facts.names[table.name[row]]
        start = table.position[row]
        end = start + len(name.encode())
        entity = Entity(CLASS if kind == f.CLASS else FUNCTION, path, row)
        is_member = owner_class(facts, entity) >= 0
        if not (is_member and name.startswith("__") and name.endswith("__")):
            found.append(Lens(start, end, REFERENCES, entity))
        if kind == f.CLASS:
            found.append(Lens(start, end, SUBCLASSES, entity))
        elif is_member and _overridden(inference, entity) is not None:
            found.append(Lens(start, end, OVERRIDES, entity))
    return found


def shown(inference: Inference, lens_kind: str, entity: Entity) -> Shown | None:
    """Return what a lens of a kind shows for a definition; None for nothing."""
    if lens_kind == OVERRIDES:
        base = _overridden(inference, entity)
        if base is None:
            return None
        owner = Entity(CLASS, base.path, owner_class(inference.need(base.path), base))
        title = f"overrides {name_of(inference, owner)}.{name_of(inference, base)}"
        return Shown(title, [_place(inference, base)])
    if lens_kind == SUBCLASSES:
        listed = subclasses(inference, entity)
        if not listed:
            return None
        return Shown(_count(len(listed), "subclass"), [_place(inference, each) for each in listed])
    places = [
        (reference.path, reference.position, reference.position + reference.length)
        for reference in references(inference, entity, is_partial=True)
        if reference.evidence < TEXTUAL and reference.role != f.DEFINED
    ]
    return Shown(_count(len(places), "reference"), places)


def _count(number: int, noun: str) -> str:
    plural = "es" if noun.endswith("s") else "s"
    return f"{number} {noun}{'' if number == 1 else plural}"


def _place(inference: Inference, entity: Entity) -> tuple[str, int, int]:
    start = inference.need(entity.path).definition.position[entity.row]
    return entity.path, start, start + len(name_of(inference, entity).encode())


def _overridden(inference: Inference, entity: Entity) -> Entity | None:
    """Return the method of a base that a method overrides; None also for those of ``object``."""
    cls = Entity(CLASS, entity.path, owner_class(inference.need(entity.path), entity))
    for item in inference.class_member(cls, name_of(inference, entity), after=cls):
        if item.entity.kind == FUNCTION:
            return item.entity
        if item.entity.kind == OUTSIDE:
            return None
    return None
