"""Incoming and outgoing calls of functions, classes and modules."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, Entity, Found, owner_class
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at
from ...indexer.inference.references import Reference
from ...indexer.inference.references import references as find_references
from .entity_views import enclosing, full_range


def incoming(inference: Inference, found: list[Found]) -> dict[Entity, list[Reference]]:
    """Return calls of functions or classes, grouped by the definition or module they stand in."""
    grouped: dict[Entity, list[Reference]] = {}
    for entity in _with_constructed_classes(inference, found):
        for reference in find_references(inference, entity):
            if reference.role not in (f.CALLED, f.DECORATES):
                continue
            around = enclosing(inference, reference.path, reference.position)
            grouped.setdefault(around or Entity(MODULE, reference.path, -1), []).append(reference)
    return grouped


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
