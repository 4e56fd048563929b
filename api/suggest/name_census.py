"""Where the names of a workspace are used, counted in one pass over the facts of all files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module

# Uses of one name that are told apart; a name with more of them is used.
MANY = 24
_NO_USE = frozenset([f.WRITTEN, f.DELETED, f.PARAMETER_ROLE, f.DEFINED, f.MODULE_ROLE])


@dataclass(frozen=True, slots=True)
class Use:
    """A place where a name stands for something that is wanted."""

    path: str
    position: int
    role: int
    """As in facts, with the bit for attributes."""


@dataclass(slots=True)
class NameCensus:
    """Uses of names, and what is written of whole modules."""

    uses: dict[str, list[Use]] = field(default_factory=dict[str, "list[Use]"])
    star_imported: set[str] = field(default_factory=set[str])
    """Dotted or relative names after `from`, with the path of the file: ``path\\0name``."""

    def is_frequent(self, name: str) -> bool:
        """True if a name is used too often to look at each place."""
        return len(self.uses.get(name, ())) >= MANY

    def star_modules(self, inference: Inference, takes: Callable[[str], bool]) -> frozenset[str]:
        """Return the paths of modules of which files import all names, of files that count."""
        return frozenset(
            imported_module(inference, path, spelled).path
            for path, _, spelled in (each.partition("\0") for each in self.star_imported)
            if takes(path)
        )


def take_census(inference: Inference, names: Iterable[str]) -> NameCensus:
    """Return where some names are used in the workspace."""
    wanted = set(names)
    census = NameCensus({name: [] for name in wanted})
    for path in inference.snapshot.paths():
        inference.snapshot.relax()
        facts = inference.facts(path)
        if facts is not None:
            _count(census, path, facts, wanted)
    return census


def _count(census: NameCensus, path: str, facts: FileFacts, wanted: set[str]) -> None:
    roles, positions, _ = facts.occurrence
    index = facts.occurrence_index.value
    for row, name in enumerate(facts.names):
        if name not in wanted:
            continue
        uses = census.uses[name]
        for at in range(index[row], index[row + 1]):
            if len(uses) >= MANY:
                break
            if roles[at] & f.ROLE_MASK not in _NO_USE:
                uses.append(Use(path, positions[at], roles[at]))
    for name, module in zip(facts.imports.name, facts.imports.module, strict=True):
        if name == f.STAR:
            census.star_imported.add(f"{path}\0{facts.names[module]}")
