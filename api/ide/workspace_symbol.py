"""Symbols of a whole workspace that fit what somebody types, for an editor's list."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.symbols import symbols as symbols_of
from ..operations.symbols import container_of, ranked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from ...indexer.store.index_store import StoredSymbol


class FoundSymbol:
    """A symbol that fits, as the index has it."""

    __slots__ = ("_position", "container", "inside", "kind", "name", "path")

    def __init__(self, inference: Inference, path: str, row: StoredSymbol) -> None:
        """``row`` may be of an older content of the file."""
        self.path = path
        self.name = row[2]
        self.inside = row[3]
        """Dotted name of what it is in within its module."""
        self.container = container_of(inference, path, row)
        self.kind = row[4]
        self._position = row[5]

    def span(self, inference: Inference) -> tuple[int, int] | None:
        """Byte offsets of the name as the file is now; None when it is there no more."""
        facts = inference.facts(self.path)
        if facts is None:
            return None
        for role, position, _ in facts.occurrences(self.name):
            if position == self._position and role & f.ROLE_MASK in (f.DEFINED, f.WRITTEN):
                return position, position + len(self.name.encode())
        return symbol_span(inference, self.path, self.inside, self.name)


def workspace_symbols(inference: Inference, query: str, limit: int) -> list[FoundSymbol]:
    """Symbols that fit a query, best first."""
    rows = ranked(inference, query, None, None)[:limit]
    return [FoundSymbol(inference, path, row) for path, row in rows]


def symbol_span(
    inference: Inference, path: str, container: str, name: str
) -> tuple[int, int] | None:
    """Byte offsets of the name of a symbol that a file defines; None when it does not."""
    facts = inference.facts(path)
    if facts is None:
        return None
    for row in symbols_of(facts):
        if row[0] == name and row[1] == container:
            return row[3], row[3] + len(name.encode())
    return None
