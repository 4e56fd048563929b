"""Which tests reach a class or function: by the calls between them, else by imports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.errors import OutOfWorkError
from ...indexer.inference.entities import (
    CONVENTIONAL,
    EXACT,
    FUNCTION,
    MODULE,
    TEXTUAL,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.inference.references import references
from ...indexer.paths import is_outside, is_test_file
from ..retrieval.definitions import inner_name
from ..source.entity_views import enclosing

# Calls that a test may be away, and definitions that are looked at on the way.
_FARTHEST = 4
_MOST_NODES = 80
_WORK = 400_000
# Uses of one definition that are followed.
_MOST_USES = 200
_NO_USE = (f.DEFINED, f.IMPORTED, f.EXPORTED)


@dataclass(frozen=True, slots=True)
class ReachedTest:
    """A test: its id as pytest names it, its one-based line, and how it reaches what was asked."""

    id: str
    path: str
    line: int
    distance: int
    through: str
    evidence: int


def reached_tests(
    inference: Inference, entities: Iterable[Entity], *, farthest: int = _FARTHEST
) -> list[ReachedTest]:
    """Return the tests that reach one of some definitions within some calls, nearest first.

    Files that only import a module of theirs come last, when no test of it was found.
    """
    search = _Search(inference, farthest)
    wanted = [entity for entity in entities if not is_outside(entity.path)]
    try:
        with inference.snapshot.work.part(_WORK):
            search.follow(wanted)
    except OutOfWorkError:
        inference.snapshot.work.leave_out(
            "tests were not looked for to the end: that takes too much work"
        )
    found = sorted(search.found.values(), key=lambda test: (test.distance, test.evidence, test.id))
    reached = {test.path for test in found}
    for path in dict.fromkeys(entity.path for entity in wanted):
        if farthest == _FARTHEST and path not in search.sources and not is_test_file(path):
            found += [test for test in _importing(inference, path) if test.path not in reached]
    return found


class _Search:
    """Tests that were found, and the files that they were found for."""

    def __init__(self, inference: Inference, farthest: int) -> None:
        self.inference = inference
        self.farthest = farthest
        self.found: dict[str, ReachedTest] = {}
        self.sources: set[str] = set()
        self._seen: set[Entity] = set()

    def follow(self, entities: list[Entity]) -> None:
        """Go from definitions to those that use them, and so on, until there are tests."""
        level = [(entity, EXACT, entity.path) for entity in entities]
        for entity, evidence, source in level:
            self._add_if_test(entity, 0, entity, evidence, source)
        for distance in range(self.farthest):
            following: list[tuple[Entity, int, str]] = []
            for entity, evidence, source in level:
                if entity in self._seen or len(self._seen) >= _MOST_NODES:
                    continue
                self._seen.add(entity)
                for user, how in self._users(entity, is_first=distance == 0):
                    weakest = max(evidence, how)
                    if not self._add_if_test(user, distance, entity, weakest, source):
                        following.append((user, weakest, source))
            level = following

    def _users(self, entity: Entity, *, is_first: bool) -> list[tuple[Entity, int]]:
        """Return the definitions that use one, each with the best evidence."""
        best: dict[Entity, int] = {}
        uses = references(self.inference, entity, conventions=is_first, is_partial=True)
        for use in uses[:_MOST_USES]:
            if use.evidence >= TEXTUAL or use.role in _NO_USE or is_outside(use.path):
                continue
            around = enclosing(self.inference, use.path, use.position)
            if around is not None and around != entity:
                best[around] = min(best.get(around, CONVENTIONAL), use.evidence)
        return list(best.items())

    def _add_if_test(
        self, entity: Entity, distance: int, through: Entity, evidence: int, source: str
    ) -> bool:
        """Add the test that a definition is in; False if it is in none."""
        if not is_test_file(entity.path):
            return False
        test = test_around(self.inference, entity)
        if test is None:
            return False
        facts = self.inference.need(test.path)
        name = inner_name(self.inference, test)
        key = f"{test.path}::{name.replace('.', '::')}"
        known = self.found.get(key)
        self.sources.add(source)
        if known is None or (distance, evidence) < (known.distance, known.evidence):
            line = facts.line_of(facts.definition.position[test.row]) + 1
            self.found[key] = ReachedTest(
                key, test.path, line, distance, name_of(self.inference, through), evidence
            )
        return True


def test_around(inference: Inference, entity: Entity) -> Entity | None:
    """Return the test function that a definition is or is in; None for fixtures and helpers."""
    facts = inference.need(entity.path)
    table = facts.definition
    start = table.start[entity.row]
    for row in range(entity.row + 1):
        if table.start[row] > start or table.end[row] < table.end[entity.row]:
            continue
        name = facts.names[table.name[row]]
        if table.kind[row] == f.FUNCTION and name.startswith("test"):
            test = Entity(FUNCTION, entity.path, row)
            owner = owner_class(facts, test)
            return test if owner < 0 or table.kind[owner] == f.CLASS else None
    return None


def _importing(inference: Inference, path: str) -> list[ReachedTest]:
    """Return the test files that import a file's module."""
    module = Entity(MODULE, path, -1)
    name = inference.snapshot.index.module_name(path) or ""
    last = name.rpartition(".")[2]
    found: list[ReachedTest] = []
    for other in inference.files_with(last) if last else ():
        facts = inference.facts(other) if is_test_file(other) else None
        for spelled in {facts.names[row] for row in facts.imports.module} if facts else ():
            if imported_module(inference, other, spelled) == module:
                found.append(ReachedTest(other, other, 1, _FARTHEST, last, EXACT))
                break
    return found
