"""Suggestions about dead code that are at hand while a file is edited.

Finding them takes seconds, too long for each keystroke: what was found last is kept, and held
against the file as it is before it is shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from ...indexer import facts as f
from ...indexer.errors import OutOfWorkError
from ...indexer.index import Index
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, position_of, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.inference.references import references
from ..source.text_edits import Edit
from . import dead_code
from .definitions import definitions
from .generated import doubt_generated
from .removals import removal_of
from .suggestion import LOOK, Suggestion

# Finding is repeated for another state at most in so many seconds, and so many times as long as it
# takes.
_LEAST_SECONDS, _SHARE = 30.0, 20


@dataclass(frozen=True, slots=True)
class _Found:
    """What was dead in a state of the workspace."""

    generation: int
    again_at: float
    """Time from which on it may be found anew."""
    grades: dict[tuple[str, str], str]
    """By path and qualified name."""


_FOUND: WeakKeyDictionary[Index, _Found] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Removal:
    """A dead definition, and the edits that take it away."""

    title: str
    grade: str
    edits: list[Edit]


def grade_of(inference: Inference, entity: Entity) -> str:
    """Return how sure it is that a definition is dead; nothing if it is not known to be.

    What is dead in the workspace is found anew now and then, when it has changed.
    """
    index = inference.snapshot.index
    known, now = _FOUND.get(index), time.monotonic()
    if known is None or (
        known.generation != inference.snapshot.generation and now >= known.again_at
    ):
        snapshot = index.snapshot().strict()
        strict = Inference(snapshot, conventional=False)
        found = doubt_generated(strict, dead_code.find(strict))
        took = time.monotonic() - now
        again = time.monotonic() + max(_LEAST_SECONDS, _SHARE * took)
        known = _FOUND[index] = _Found(snapshot.generation, again, _by_name(inference, found))
    return known.grades.get((entity.path, qualified_name(inference, entity)), "")


def _by_name(inference: Inference, found: list[Suggestion]) -> dict[tuple[str, str], str]:
    return {
        (each.entity.path, qualified_name(inference, each.entity)): each.grade
        for each in found
        if each.grade != LOOK and inference.facts(each.entity.path) is not None
    }


def removal_at(inference: Inference, path: str, start: int, end: int) -> Removal | None:
    """Return what removes the dead definition whose name is at a place, as far as that is known."""
    known = _FOUND.get(inference.snapshot.index)
    facts = inference.facts(path)
    if known is None or facts is None:
        return None
    for each in definitions(path, facts):
        at = position_of(inference, each.entity)
        if not (at <= end and start <= at + len(each.name.encode())):
            continue
        name = qualified_name(inference, each.entity)
        grade = known.grades.get((path, name), "")
        if grade and not _is_used(inference, each.entity):
            edits = list(removal_of(inference, each))
            return Removal(f"Remove {name}: nothing uses it", grade, edits) if edits else None
    return None


def _is_used(inference: Inference, entity: Entity) -> bool:
    """True if something has come to use a definition since."""
    facts = inference.need(entity.path)
    try:
        found = references(inference, entity, conventions=False)
    except OutOfWorkError:
        return True
    start, end = 0, 0
    if entity.kind in (CLASS, FUNCTION):
        start, end = facts.definition.start[entity.row], facts.definition.end[entity.row]
    return any(
        each.role not in (f.DEFINED, f.WRITTEN, f.DELETED)
        and not (each.path == entity.path and start <= each.position < end)
        for each in found
    )
