"""Incoming and outgoing calls of functions, classes and modules."""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    FUNCTION,
    MODULE,
    TEXTUAL,
    Entity,
    Found,
    owner_class,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.references import Reference
from ...indexer.inference.references import references as find_references
from ...indexer.inference.types import INSTANCE
from .entity_views import enclosing, full_range

# Modules whose classes everything is an instance of: who calls `dict.get` calls no subclass's.
_EVERYWHERE = ("builtins.pyi", "typing.pyi", "object.pyi")


def incoming(inference: Inference, found: list[Found]) -> dict[Entity, list[Reference]]:
    """Return calls of functions or classes, grouped by the definition or module they stand in.

    Calls of a method that one overrides are among them where the receiver may be of its class.
    """
    grouped: dict[Entity, list[Reference]] = {}
    for entity in _with_constructed_classes(inference, found):
        calls = {
            (reference.path, reference.position): reference
            for reference in find_references(inference, entity, is_partial=True)
            if reference.role in (f.CALLED, f.DECORATES)
        }
        for reference in _through_bases(inference, entity):
            place = reference.path, reference.position
            if place not in calls or calls[place].evidence == TEXTUAL:
                calls[place] = reference
        for _, reference in sorted(calls.items()):
            around = enclosing(inference, reference.path, reference.position)
            grouped.setdefault(around or Entity(MODULE, reference.path, -1), []).append(reference)
    return grouped


def _through_bases(inference: Inference, entity: Entity) -> Iterator[Reference]:
    """Yield calls of what a method overrides that may run the method, by convention."""
    facts = inference.facts(entity.path) if entity.kind == FUNCTION else None
    row = owner_class(facts, entity) if facts is not None else -1
    if facts is None or row < 0:
        return
    name = facts_view.definition_name(facts, entity.row)
    if name.startswith("__") and name.endswith("__"):
        return
    order = inference.mro(Entity(CLASS, entity.path, row))
    for base in order[1:]:
        if base.kind != CLASS or base.path.endswith(_EVERYWHERE):
            continue
        for item in inference.own_member(base, name):
            if item.entity.kind != FUNCTION:
                continue
            for reference in find_references(inference, item.entity, is_partial=True):
                if reference.role != f.CALLED or reference.evidence == TEXTUAL:
                    continue
                if _may_be_of(inference, reference, order):
                    yield reference.weaker(CONVENTIONAL)


def _may_be_of(inference: Inference, call: Reference, order: list[Entity]) -> bool:
    """True if the receiver of a call may be an instance of the first of some classes, its bases."""
    occurrence = occurrence_at(inference, call.path, call.position)
    facts = inference.need(call.path)
    method = facts_view.attribute(facts, occurrence.ref) if occurrence is not None else None
    if method is None:
        return False
    type_ = inference.infer_type(call.path, method.receiver)
    return not type_ or any(value.form == INSTANCE and value.entity in order for value in type_)


def outgoing(inference: Inference, found: list[Found]) -> dict[Entity, list[Reference]]:
    """Return calls inside of functions, classes or modules, grouped by what is called."""
    grouped: dict[Entity, list[Reference]] = {}
    for item in found:
        if item.entity.kind not in (FUNCTION, CLASS, MODULE):
            continue
        path = item.entity.path
        start, end = full_range(inference, item.entity)
        calls = [
            call
            for call in facts_view.all_occurrences(inference.need(path), f.CALLED)
            if start <= call.position < end
        ]
        for call in sorted(calls, key=lambda call: call.position):
            length = len(call.name.encode())
            for target in entities_at(inference, path, call):
                reference = Reference(path, call.position, length, f.CALLED, target.evidence)
                grouped.setdefault(target.entity, []).append(reference)
    return grouped


def _with_constructed_classes(inference: Inference, found: list[Found]) -> list[Entity]:
    """Return entities, with the classes whose calls call the constructors among them."""
    entities = [item.entity for item in found]
    for entity in list(entities):
        if entity.kind == FUNCTION:
            facts = inference.need(entity.path)
            cls = owner_class(facts, entity)
            name = facts_view.definition_name(facts, entity.row)
            if cls >= 0 and name in ("__init__", "__new__"):
                entities.append(Entity(CLASS, entity.path, cls))
    return entities
