"""Symbols of a file, nested, and of a workspace by what somebody types; where a name is.

What a file defines depends on its facts only, so it is worked out once for each content.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    name_of,
    position_of,
)
from ...indexer.inference.inference import Inference
from ...indexer.store.index_store import StoredSymbol
from ...indexer.symbols import INSTANCE, KIND_NAMES, LOCAL, VARIABLE, symbols
from ..source.entity_views import kind_of
from ..source.symbol_search import qualified_container, search_symbols
from ..source.targets import present_symbols

_KINDS = {name: kind for kind, name in KIND_NAMES.items()}


@dataclass(slots=True)
class SymbolNode:
    """A symbol with those inside of it; positions are byte offsets."""

    name: str
    container: str
    kind: int
    position: int
    start: int
    end: int
    children: list[SymbolNode] = field(default_factory=list["SymbolNode"])


def document_symbols(facts: FileFacts) -> list[SymbolNode]:
    """Return the symbols of a file in order of the text; what is in a function is its child."""
    table = facts.definition
    rows = {position: row for row, position in enumerate(table.position)}
    top: list[SymbolNode] = []
    around: list[SymbolNode] = []
    for name, container, kind, position, _, flags, _ in symbols(facts):
        row = rows.get(position, -1)
        if row < 0 and flags & (LOCAL | INSTANCE):
            continue
        if row >= 0:
            start, end = table.start[row], table.end[row]
        else:
            start, end = position, position + len(name.encode())
        node = SymbolNode(name, container, kind, position, start, end)
        while around and around[-1].end <= position:
            around.pop()
        (around[-1].children if around else top).append(node)
        if row >= 0:
            around.append(node)
    return top


def name_span(inference: Inference, entity: Entity) -> tuple[int, int] | None:
    """Return the span of an entity's name; the start of a module; None for what has no place."""
    kind, path, _ = entity
    if kind in (OUTSIDE, NAMESPACE) or not path:
        return None
    if kind == MODULE:
        return (0, 0) if inference.facts(path) is not None else None
    start = position_of(inference, entity)
    return start, start + len(name_of(inference, entity).encode())


def whole_span(inference: Inference, entity: Entity) -> tuple[int, int]:
    """Return the byte offsets of a definition; of the name for what is no class or function."""
    kind, path, row = entity
    facts = inference.need(path)
    if kind in (CLASS, FUNCTION):
        return facts.definition.start[row], facts.definition.end[row]
    if kind == MODULE:
        return 0, facts.line_starts[-1]
    return name_span(inference, entity) or (0, 0)


def symbol_kind(inference: Inference, entity: Entity) -> int:
    """Return the kind of an entity as the protocol numbers them."""
    return _KINDS.get(kind_of(inference, entity), VARIABLE)


class FoundSymbol:
    """A symbol that fits, as the index has it."""

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
    """Return the symbols that fit a query, best first."""
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
