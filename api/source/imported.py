"""What other indexers say a name is: asked where our own inference knows nothing.

What they say is believed as what types tell is, and said with their name. It counts as long as both
files, the one that is asked about and the one with the definition, are as they were.
"""

from __future__ import annotations

from ...indexer.errors import StoreError
from ...indexer.inference.entities import (
    INFERRED,
    MODULE,
    TEXTUAL,
    Entity,
    Found,
    position_of,
    qualified_name,
)
from ...indexer.inference.locate import (
    entities_at,
    identifier_at,
    occurrence_at,
    resolve_dotted_name,
)
from ...indexer.inference.references import Reference, same_symbol
from ...indexer.store.imported_names import ImportedNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...indexer.inference.inference import Inference
    from ...indexer.store.imported_names import Said, SaidSymbol

_ROLE_MASK = 15


class ImportedFound(Found):
    """An entity that another indexer says is meant."""

    __slots__ = ("origin",)

    def __init__(self, entity: Entity, origin: str, evidence: int = INFERRED) -> None:
        """``origin`` is the indexer with its version."""
        super().__init__(entity, evidence)
        self.origin = origin

    def weaker(self, evidence: int) -> Found:
        """The same entity, known no better than ``evidence``."""
        return ImportedFound(self.entity, self.origin, max(evidence, self.evidence))


class ImportedReference(Reference):
    """A place that another indexer says is a use."""

    __slots__ = ("origin",)

    def __init__(self, path: str, position: int, length: int, role: int, origin: str) -> None:
        """``origin`` is the indexer with its version."""
        super().__init__(path, position, length, role, INFERRED)
        self.origin = origin


def imported_at(inference: Inference, path: str, offset: int) -> list[Found]:
    """Return what the name at a byte offset is said to be."""
    word = identifier_at(inference.text(path), offset)
    if word is None:
        return []
    found: dict[Entity, Found] = {}
    try:
        with ImportedNames(inference.snapshot.index.imported_path) as names:
            for said, symbol, tool in names.at(path, word[0]):
                if _is_current(inference, said):
                    places = names.of_symbol(said.symbol)
                    for entity in _defined(inference, symbol, [each for each, _, _ in places]):
                        found.setdefault(entity, ImportedFound(entity, tool))
    except StoreError as error:
        inference.snapshot.index.note(str(error))
    return list(found.values())


def _defined(inference: Inference, symbol: SaidSymbol, places: list[Said]) -> list[Entity]:
    """Return what the definitions of a symbol define; by its name if the index has none."""
    found: list[Entity] = []
    definitions = [each for each in places if each.is_definition]
    for each in definitions:
        if not _is_current(inference, each):
            continue
        if not each.length:
            found.append(Entity(MODULE, each.path, -1))
            continue
        occurrence = occurrence_at(inference, each.path, each.position)
        found += [
            item.entity
            for item in (entities_at(inference, each.path, occurrence) if occurrence else ())
            if item.entity.path == each.path
            and position_of(inference, item.entity) == each.position
        ]
    if definitions or not symbol.name:
        return found
    return [item.entity for item in resolve_dotted_name(inference, symbol.name)]


def with_imported(
    inference: Inference, found: Iterable[Found], listed: list[Reference]
) -> list[Reference]:
    """Return references with those that other indexers know of, in order of their places.

    What our own inference is sure of stays as it is; a place that has only the same name is one
    that they may be sure of.
    """
    places = {(each.path, each.position): each for each in listed}
    before = len(places), sum(each.evidence == TEXTUAL for each in listed)
    try:
        with ImportedNames(inference.snapshot.index.imported_path) as names:
            for item in found:
                for said, _, tool in _uses(inference, names, item.entity):
                    key = said.path, said.position
                    known = places.get(key)
                    if known is not None and known.evidence < TEXTUAL:
                        continue
                    occurrence = occurrence_at(inference, *key)
                    if occurrence is not None and _is_current(inference, said):
                        role = occurrence.role & _ROLE_MASK
                        places[key] = ImportedReference(*key, said.length, role, tool)
    except StoreError as error:
        inference.snapshot.index.note(str(error))
    if before == (len(places), sum(each.evidence == TEXTUAL for each in places.values())):
        return listed
    return [places[key] for key in sorted(places)]


def _uses(
    inference: Inference, names: ImportedNames, entity: Entity
) -> list[tuple[Said, SaidSymbol, str]]:
    """Return every place that is said to be an entity: by its definition, or its name outside."""
    symbols: set[int] = set()
    if entity.is_outside or entity.row < 0:
        symbols.update(names.named(qualified_name(inference, entity)))
    else:
        for each in same_symbol(inference, entity):
            if each.is_outside or each.row < 0:
                continue
            for said, _, _ in names.at(each.path, position_of(inference, each)):
                if said.is_definition and _is_current(inference, said):
                    symbols.add(said.symbol)
    return [
        each for symbol in sorted(symbols) for each in names.of_symbol(symbol) if each[0].length
    ]


def _is_current(inference: Inference, said: Said) -> bool:
    return inference.snapshot.digest(said.path) == said.hash
