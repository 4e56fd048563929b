"""Symbols of one file, nested, for an editor's outline; and where any entity's name is.

What a file defines depends on its facts only, so it is worked out once for each content.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    name_of,
    position_of,
)
from ...indexer.symbols import INSTANCE, KIND_NAMES, LOCAL, VARIABLE, symbols
from ..source.entity_views import kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference


@dataclass(slots=True)
class SymbolNode:
    """A symbol with those inside of it. Positions are byte offsets.

    ``definition`` is a row of that table, or -1 for variables.
    """

    name: str
    container: str
    kind: int
    position: int
    start: int
    end: int
    definition: int
    children: list[SymbolNode] = field(default_factory=list["SymbolNode"])


def document_symbols(facts: FileFacts) -> list[SymbolNode]:
    """Symbols of a file in order of the text; what is inside of a function is its child."""
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
        node = SymbolNode(name, container, kind, position, start, end, row)
        while around and around[-1].end <= position:
            around.pop()
        (around[-1].children if around else top).append(node)
        if row >= 0:
            around.append(node)
    return top


def name_span(inference: Inference, entity: Entity) -> tuple[int, int] | None:
    """Byte offsets of an entity's name; the start of a module; None for what has no place."""
    kind, path, _ = entity
    if kind in (OUTSIDE, NAMESPACE) or not path:
        return None
    if kind == MODULE:
        return (0, 0) if inference.facts(path) is not None else None
    start = position_of(inference, entity)
    return start, start + len(name_of(inference, entity).encode())


def whole_span(inference: Inference, entity: Entity) -> tuple[int, int]:
    """Byte offsets of a whole definition; of the name for what is no class or function."""
    kind, path, row = entity
    facts = inference.need(path)
    if kind in (CLASS, FUNCTION):
        return facts.definition.start[row], facts.definition.end[row]
    if kind == MODULE:
        return 0, facts.line_starts[-1]
    return name_span(inference, entity) or (0, 0)


def symbol_kind(inference: Inference, entity: Entity) -> int:
    """Kind of an entity as the protocol numbers them."""
    return _KINDS.get(kind_of(inference, entity), VARIABLE)


_KINDS = {name: kind for kind, name in KIND_NAMES.items()}
