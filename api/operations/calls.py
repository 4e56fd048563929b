"""Callers and callees of a function."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import (
    CLASS,
    EVIDENCE_NAMES,
    FUNCTION,
    MODULE,
    TEXTUAL,
    Entity,
    Found,
    owner_class,
)
from ...indexer.inference.locate import Occurrence, entities_at
from ...indexer.inference.references import Reference
from ...indexer.inference.references import references as find_references
from ..source.entity_views import enclosing, envelope, full_range, symbol
from .references import reference_items
from .target import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ..open_workspace import Session


def callers(
    session: Session,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``callers``."""
    inference = session.inference(whole=True)
    found = targets(inference, name, path, line, character)
    grouped = incoming(inference, found)
    return _answer(inference, found, grouped, limit, offset)


def incoming(inference: Inference, found: list[Found]) -> dict[Entity, list[Reference]]:
    """Calls of functions or classes by what they are in: a function, class or module."""
    grouped: dict[Entity, list[Reference]] = {}
    for entity in _called_as(inference, found):
        for reference in find_references(inference, entity):
            if reference.role not in (f.CALLED, f.DECORATES):
                continue
            around = enclosing(inference, reference.path, reference.position)
            grouped.setdefault(around or Entity(MODULE, reference.path, -1), []).append(reference)
    return grouped


def outgoing(inference: Inference, found: list[Found]) -> dict[Entity, list[Reference]]:
    """Calls inside of functions, classes or modules by what is called."""
    grouped: dict[Entity, list[Reference]] = {}
    for item in found:
        if item.entity.kind not in (FUNCTION, CLASS, MODULE):
            continue
        where = item.entity.path
        start, end = full_range(inference, item.entity)
        for occurrence in _called(inference, where, start, end):
            for target in entities_at(inference, where, occurrence):
                length = len(occurrence.name.encode())
                reference = Reference(where, occurrence.position, length, f.CALLED, target.evidence)
                grouped.setdefault(target.entity, []).append(reference)
    return grouped


def _called_as(inference: Inference, found: list[Found]) -> list[Entity]:
    """What is called where these are: a constructor also by calling its class."""
    entities = [item.entity for item in found]
    for kind, path, row in list(entities):
        if kind != FUNCTION:
            continue
        facts = inference.need(path)
        cls = owner_class(facts, Entity(kind, path, row))
        if cls >= 0 and facts.names[facts.definition.name[row]] in ("__init__", "__new__"):
            entities.append(Entity(CLASS, path, cls))
    return entities


def callees(
    session: Session,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``callees``."""
    inference = session.inference(whole=False)
    found = targets(inference, name, path, line, character)
    grouped = outgoing(inference, found)
    return _answer(inference, found, grouped, limit, offset)


def _called(inference: Inference, path: str, start: int, end: int) -> list[Occurrence]:
    """Occurrences between two offsets that are called, in order of the text."""
    facts = inference.need(path)
    roles, positions, refs = facts.occurrence
    (index,) = facts.occurrence_index
    result: list[Occurrence] = []
    for row, name in enumerate(facts.names):
        for at in range(index[row], index[row + 1]):
            position = positions[at]
            if roles[at] & f.ROLE_MASK == f.CALLED and start <= position < end:
                result.append(Occurrence(name, position, roles[at], refs[at]))
    return sorted(result, key=lambda occurrence: occurrence.position)


def _answer(
    inference: Inference,
    found: list[Found],
    grouped: dict[Entity, list[Reference]],
    limit: int,
    offset: int,
) -> dict[str, Any]:
    # What is known first; among those, in order of place.
    order = sorted(
        grouped.items(),
        key=lambda pair: (
            min(item.evidence for item in pair[1]) == TEXTUAL,
            pair[1][0].path,
            pair[1][0].position,
        ),
    )
    page = order[offset : offset + limit]
    items: list[dict[str, Any]] = []
    paths: set[str] = set()
    for entity, references in page:
        evidence = min(item.evidence for item in references)
        items.append(
            {
                "symbol": symbol(inference, Found(entity)),
                "evidence": EVIDENCE_NAMES[evidence],
                "calls": reference_items(inference, references[0].path, references),
            }
        )
        paths.update(item.path for item in references)
        paths.add(items[-1]["symbol"]["path"])
    answer: dict[str, Any] = {
        "items": items,
        "total": len(order),
        "truncated": offset + len(page) < len(order),
    }
    if found:
        answer["symbol"] = symbol(inference, found[0])
    return envelope(inference, answer, paths)
