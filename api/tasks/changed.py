"""Which classes and functions differ between two states of files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, FUNCTION, Entity
from ...indexer.inference.inference import Inference
from ..retrieval.definitions import inner_name


class ChangedSymbol(NamedTuple):
    """A class or function that was added, changed or removed; the module itself has no name."""

    path: str
    name: str
    before: Entity | None
    after: Entity | None


def changed_symbols(
    before: Inference, after: Inference, paths: Iterable[str]
) -> list[ChangedSymbol]:
    """Return what differs in some files, by file and name.

    A class differs when something of it does that is in none of its functions and classes.
    """
    found: list[ChangedSymbol] = []
    for path in sorted(paths):
        old, new = symbol_texts(before, path), symbol_texts(after, path)
        for name in dict.fromkeys([*new, *old]):
            entity, text = old.get(name, (None, b""))
            other, changed = new.get(name, (None, b""))
            if text != changed or (name in old) != (name in new):
                found.append(ChangedSymbol(path, name, entity, other))
    return found


SymbolTexts = dict[str, tuple[Entity | None, bytes]]


def symbol_texts(inference: Inference, path: str) -> SymbolTexts:
    """Return the definitions of a file by name, each with its text that is not another's.

    What is defined several times under one name is one, overloads with what they are of. The
    module itself is named by an empty string. Empty for a file that does not exist.
    """
    facts = inference.facts(path) if inference.exists(path) else None
    if facts is None:
        return {}
    known: SymbolTexts | None = facts.memo.get(("symbol texts", path))
    if known is not None:
        return known
    text, table = inference.text(path), facts.definition
    rows = range(len(table.name))
    found: SymbolTexts = {"": (None, _own(text, 0, len(text), table, -1))}
    for row in rows:
        entity = Entity(CLASS if table.kind[row] == f.CLASS else FUNCTION, path, row)
        name = inner_name(inference, entity)
        own = _own(text, table.start[row], table.end[row], table, row)
        first, before = found.get(name, (entity, b""))
        if first is not None and table.flags[first.row] & f.OVERLOAD:
            first = entity
        found[name] = first, before + own
    facts.memo["symbol texts", path] = found
    return found


def _own(text: bytes, start: int, end: int, table: f.Definitions, row: int) -> bytes:
    """Return the text between two offsets without what other definitions have of it."""
    parts: list[bytes] = []
    at = start
    for other in range(row + 1, len(table.start)):  # they are in order of their places
        inner = table.start[other]
        if inner >= end:
            break
        if at <= inner:
            parts.append(text[at:inner].rstrip())
            at = max(at, table.end[other])
    return b"\n".join([*parts, text[at:end].rstrip()])
