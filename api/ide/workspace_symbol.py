"""Symbols of a whole workspace that fit what somebody types, for an editor's list."""

from __future__ import annotations

from ...indexer import facts as f
from ..source.symbol_search import qualified_container, search_symbols
from ..source.targets import present_symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from ...indexer.store.index_store import StoredSymbol


class FoundSymbol:
    """A symbol that fits, as the index has it."""

    __slots__ = ("_position", "container", "inside", "kind", "name", "path")

    def __init__(self, inference: Inference, path: str, symbol: StoredSymbol) -> None:
        """``symbol`` may be of an older content of the file."""
        self.path = path
        self.name = symbol.name
        self.inside = symbol.container
        """Dotted name of what it is in within its module."""
        self.container = qualified_container(inference, path, symbol)
        self.kind = symbol.kind
        self._position = symbol.position

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
    rows = search_symbols(inference, query, None, None)[:limit]
    return [FoundSymbol(inference, path, row) for path, row in rows]


def symbol_span(
    inference: Inference, path: str, container: str, name: str
) -> tuple[int, int] | None:
    """Byte offsets of the name of a symbol that a file defines; None when it does not."""
    facts = inference.facts(path)
    if facts is None:
        return None
    for each in present_symbols(facts):
        if (each.name, each.container) == (name, container):
            return each.position, each.position + len(name.encode())
    return None
