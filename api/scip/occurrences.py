"""What the names of one file stand for, as a document of SCIP."""

from __future__ import annotations

from collections.abc import Iterator

from ...indexer import facts as f
from ...indexer.errors import OutOfWorkError
from ...indexer.facts import FileFacts
from ...indexer.facts_view import Occurrence, all_occurrences
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    name_of,
    position_of,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at
from ...indexer.paths import is_test_file
from ..source.entity_views import full_range
from . import scip_pb2 as scip
from .symbol_names import SymbolNames

_ROLES = {
    f.WRITTEN: scip.WriteAccess,
    f.DELETED: scip.WriteAccess,
    f.IMPORTED: scip.Import,
    f.MODULE_ROLE: scip.Import,
}
_BINDS = (f.WRITTEN, f.DEFINED, f.PARAMETER_ROLE)
# Steps that the names of one file may take; those of files that people wrote take 30,000 at most.
_WORK = 1_000_000


class FileOccurrences:
    """A document of SCIP as it grows, and the entities behind its symbols.

    ``own`` are those that the file defines, ``elsewhere`` all others.
    """

    def __init__(self, path: str, facts: FileFacts) -> None:
        """A document without occurrences."""
        self.document = scip.Document(
            language="python",
            relative_path=path,
            position_encoding=scip.UTF8CodeUnitOffsetFromLineStart,
        )
        self.own: dict[str, Entity] = {}
        self.elsewhere: dict[str, Entity] = {}
        self._facts = facts
        self._always = scip.Test if is_test_file(path) else 0
        self._defined: set[str] = set()
        # Where a symbol that is defined nowhere yet is first written.
        self._written: dict[str, scip.Occurrence] = {}
        self._seen: set[tuple[str, int, int]] = set()

    def add(self, symbol: str, start: int, end: int, roles: int) -> None:
        """Add an occurrence, each place once for each symbol and role."""
        if (symbol, start, roles) in self._seen:
            return
        self._seen.add((symbol, start, roles))
        occurrence = self.document.occurrences.add(
            symbol=symbol, range=self.range(start, end), symbol_roles=roles | self._always
        )
        if roles & scip.Definition:
            self._defined.add(symbol)
        elif roles & scip.WriteAccess:
            self._written.setdefault(symbol, occurrence)

    def is_defined(self, symbol: str) -> bool:
        """True if the definition of a symbol was added."""
        return symbol in self._defined

    def define_where_written(self, symbol: str) -> bool:
        """Make the first place where a symbol is written its definition; False if there is none."""
        occurrence = self._written.get(symbol)
        if occurrence is None:
            return False
        occurrence.symbol_roles |= scip.Definition
        return True

    def range(self, start: int, end: int) -> list[int]:
        """Return a range as the format has it, in bytes from the starts of lines."""
        facts = self._facts
        first, last = facts.line_of(start), facts.line_of(end)
        starts = facts.line_starts
        if first == last:
            return [first, start - starts[first], end - starts[first]]
        return [first, start - starts[first], last, end - starts[last]]


def occurrences_of(inference: Inference, names: SymbolNames, path: str) -> FileOccurrences:
    """Return all that the names of a file are known to stand for, exactly or through types."""
    facts = inference.need(path)
    found = FileOccurrences(path, facts)
    module = Entity(MODULE, path, -1)
    found.own[names.symbol(module)] = module
    found.add(names.symbol(module), 0, 0, scip.Definition)
    work = inference.snapshot.work
    with work.part(_WORK):
        try:
            for occurrence in _in_order(facts):
                inference.snapshot.relax()
                _add_meanings(inference, names, path, occurrence, found)
        except OutOfWorkError:
            work.leave_out(f"the end of {path}: what its names stand for takes too much work")
    for symbol, entity in found.own.items():
        if not found.is_defined(symbol) and not found.define_where_written(symbol):
            start, name = position_of(inference, entity), name_of(inference, entity)
            found.add(symbol, start, start + _length(name), scip.Definition)
    _add_bodies(inference, path, found)
    return found


def _add_meanings(
    inference: Inference,
    names: SymbolNames,
    path: str,
    occurrence: Occurrence,
    found: FileOccurrences,
) -> None:
    """Add what one name stands for: several symbols where it may be one of several things."""
    role, start = occurrence.role & f.ROLE_MASK, occurrence.position
    end = start + _length(occurrence.name)
    for item in entities_at(inference, path, occurrence):
        entity = item.entity
        symbol = names.symbol(entity) if item.evidence <= INFERRED else ""
        is_own = entity.path == path and entity.kind not in (OUTSIDE, NAMESPACE)
        if not symbol or (symbol.startswith("local ") and not is_own):
            continue
        (found.own if is_own else found.elsewhere).setdefault(symbol, entity)
        roles = _ROLES.get(role, scip.ReadAccess)
        is_first = role == f.DEFINED or not found.is_defined(symbol)  # overloads are defined often
        if is_own and role in _BINDS and is_first and position_of(inference, entity) == start:
            roles = scip.Definition
        found.add(symbol, start, end, roles)


def _add_bodies(inference: Inference, path: str, found: FileOccurrences) -> None:
    """Tell with each definition of a class or function how far it reaches."""
    facts = inference.need(path)
    rows = {position: row for row, position in enumerate(facts.definition.position)}
    for occurrence in found.document.occurrences:
        entity = found.own.get(occurrence.symbol)
        if not occurrence.symbol_roles & scip.Definition or entity is None:
            continue
        row = rows.get(facts.line_starts[occurrence.range[0]] + occurrence.range[1], -1)
        if row >= 0 and entity.kind in (CLASS, FUNCTION):
            start, end = full_range(inference, Entity(entity.kind, path, row))
            occurrence.enclosing_range.extend(found.range(start, end))


def _in_order(facts: FileFacts) -> Iterator[Occurrence]:
    """Return every occurrence of a name in a file, in order of the text."""
    return iter(sorted(all_occurrences(facts), key=lambda occurrence: occurrence.position))


def _length(name: str) -> int:
    return len(name.encode("utf-8", "surrogatepass"))
