"""Neighbours: the classes or functions most like one, wherever in the workspace they are.

Kin comes from the family; others from member names that few files have, from names that end alike,
and from the folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, FUNCTION, Entity
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ...indexer.snapshot.name_search import NameSearch
from ...indexer.symbols import words
from ..source.targets import entity_of_symbol
from .family import Family, definitions_in, family_around
from .features import class_features, function_features
from .similarity import WEIGHTS, Subject, similarity, similarity_parts

_RARE = 40  # files that have a name; one in more of them leads nowhere
_NAMES, _ALIKE, _NEAR = 8, 60, 25
_LEAST = 0.12
_PLACES = {1.0: "in the same file", 0.7: "in the same folder"}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A definition like a subject: how much, from 0 to 1, and in which respects."""

    entity: Entity
    likeness: float
    why: list[str]
    """Ends of the sentence "both ..."."""


def find_neighbours(
    inference: Inference, kind: int, subject: Subject, family: Family, without: Entity | None
) -> list[Neighbour]:
    """Return the definitions like a subject, most alike first."""
    features = class_features if kind == CLASS else function_features
    candidates = dict.fromkeys(family.members)
    candidates.update(dict.fromkeys(_candidates(inference, kind, subject)))
    for each in inference.mro(without) if without is not None else ():
        candidates.pop(each, None)  # neither itself nor what it derives from
    total = sum(
        WEIGHTS[name]
        for name, known in (
            ("members", subject.members), ("signature", subject.parameters),
            ("base", subject.bases), ("decorators", subject.decorators),
            ("place", subject.path), ("name", subject.name),
        )
        if known
    ) or 1.0  # fmt: skip
    found: list[Neighbour] = []
    for entity in candidates:
        other = Subject.of(features(inference, entity))
        share = similarity(subject, other) / total
        if is_test_file(entity.path) and not is_test_file(subject.path):
            share *= 0.7
        if share >= _LEAST:
            found.append(Neighbour(entity, min(share, 1.0), describe_neighbour(subject, other)))
    found.sort(key=lambda each: (-each.likeness, each.entity))
    return found


def describe_neighbour(subject: Subject, other: Subject) -> list[str]:
    """Return what two have in common, in words."""
    common: list[str] = []
    shares = similarity_parts(subject, other)
    if "base" in shares:
        common.append(f"derive from {', '.join(sorted(subject.bases & other.bases))}")
    if "members" in shares:
        common.append(f"define {_listed(sorted(subject.members & other.members))}")
    if "signature" in shares:
        shared = [each for each in subject.parameters if each in other.parameters]
        common.append(f"take {_listed(shared)}")
    if "decorators" in shares:
        common.append(f"have @{', @'.join(sorted(subject.decorators & other.decorators))}")
    if shares.get("name", 0) >= 0.3:
        mine, theirs = words(subject.name).split(), words(other.name).split()
        shared = [word for word in mine if word in theirs]
        common.append(f"are called “{' '.join(shared)}”")
    place = _PLACES.get(shares.get("place", 0.0))
    if place:
        common.append(place)
    return common


def _listed(names: list[str], most: int = 5) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def _candidates(inference: Inference, kind: int, subject: Subject) -> Iterator[Entity]:
    """Definitions that share a rare member, end with the same word, or are near."""
    if kind == CLASS:
        for name in _rare(inference, subject.members):
            for path in inference.files_with(name):
                yield from _classes_with(inference, path, name)
    elif subject.parameters:
        parameters = [each for each in subject.parameters if each not in ("self", "cls")]
        for name in _rare(inference, set(parameters)):
            for path in inference.files_with(name):
                yield from _taking(inference, path, name)
    last = words(subject.name).rpartition(" ")[2]
    if len(last) > 2:
        wanted = CLASS if kind == CLASS else FUNCTION
        names = [
            name
            for name in NameSearch.of(inference.snapshot).match(last, _ALIKE)
            if words(name).rpartition(" ")[2] == last
        ]
        for path, symbol in inference.snapshot.symbols_named(names):
            found = entity_of_symbol(inference, path, symbol)
            if found is not None and found.entity.kind == wanted:
                yield found.entity
    if subject.path:
        for path in family_around(inference, subject.path, _NEAR):
            for entity in definitions_in(inference, path, kind):
                if not inference.need(path).definition.scope[entity.row]:
                    yield entity


def _rare(inference: Inference, names: set[str]) -> list[str]:
    """Return the public names that few files have, the rarest first."""
    store = inference.snapshot.index.reader()
    if store is None:
        return []
    counted = sorted(
        (len(store.files_of_name(name)), name)
        for name in names
        if not name.startswith("_") and len(name) > 2
    )
    return [name for count, name in counted if 0 < count <= _RARE][:_NAMES]


def _classes_with(inference: Inference, path: str, name: str) -> Iterator[Entity]:
    facts = inference.facts(path)
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0:
        return
    for binding, bound in enumerate(facts.binding.name):
        scope = facts.binding.scope[binding]
        if bound == row and facts.scope.kind[scope] == f.CLASS_SCOPE:
            yield Entity(CLASS, path, facts.scope.definition[scope])


def _taking(inference: Inference, path: str, name: str) -> Iterator[Entity]:
    facts = inference.facts(path)
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0:
        return
    for index, parameters in enumerate(facts.parameter.name):
        if parameters == row:
            definition = facts.scope.definition[facts.parameter.scope[index]]
            if definition >= 0 and facts.definition.kind[definition] == f.FUNCTION:
                yield Entity(FUNCTION, path, definition)
