"""Names that came to a file or went from it, when its content changed.

An answer that rests on where a name occurs, and not on what the file says of other names, still
holds when neither that name nor the file is among these. Most edits change no name at all.
"""

from __future__ import annotations

from ..symbols import inherited_names, names_in
from .query_cache import ANY_NAME, name_bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..facts import FileFacts
    from .facts_provider import FactsProvider

# So many changed files are compared; when more change at once, any name may have moved.
_COMPARED = 64


def turnover(library: FactsProvider, changes: Iterable[tuple[bytes, bytes]]) -> int:
    """Bits of the names that occur, are bound or are inherited in one content and not the other.

    ``changes`` are content hashes before and after, empty for a file that is not there. Contents
    whose facts are not at hand count for every name.
    """
    compared = [(before, after) for before, after in changes if before != after]
    if len(compared) > _COMPARED:
        return ANY_NAME
    bits = 0
    for before, after in compared:
        old, new = _names(library, before), _names(library, after)
        if old is None or new is None:
            return ANY_NAME
        for _, name in old ^ new:
            bits |= name_bit(name)
    return bits


def _names(library: FactsProvider, digest: bytes) -> frozenset[tuple[str, str]] | None:
    if not digest:
        return frozenset()
    facts = library.get(digest)
    if facts is None:
        return None
    found: frozenset[tuple[str, str]] | None = facts.memo.get("turnover")
    if found is None:
        found = facts.memo["turnover"] = frozenset(
            (how, name)
            for how, names in (
                ("occurs", names_in(facts)),
                ("bound", _bound(facts)),
                ("inherited", inherited_names(facts)),
            )
            for name in names
        )
    return found


def _bound(facts: FileFacts) -> set[str]:
    """Names that a file binds, wherever: more than those that it has symbols for."""
    rows = {
        *facts.definition.name,
        *facts.binding.name,
        *facts.attribute_binding.name,
    }
    return {facts.names[row] for row in rows}
