"""Names that came to a file or went from it, or to and from a use, when its content changed.

An answer that rests on where a name occurs, and not on what the file says of other names, still
holds when neither that name nor the file is among these. Most edits change no name at all.
"""

from __future__ import annotations

from ..name_uses import uses
from .query_cache import ANY_NAME, name_bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .facts_provider import FactsProvider

# So many changed files are compared; when more change at once, any name may have moved.
_COMPARED = 64


def turnover(library: FactsProvider, changes: Iterable[tuple[bytes, bytes]]) -> int:
    """Bits of the names that one content uses in a way in which the other does not.

    ``changes`` are content hashes before and after, empty for a file that is not there. Contents
    whose facts are not at hand count for every name.
    """
    compared = [(before, after) for before, after in changes if before != after]
    if len(compared) > _COMPARED:
        return ANY_NAME
    bits = 0
    for before, after in compared:
        old, new = _uses(library, before), _uses(library, after)
        if old is None or new is None:
            return ANY_NAME
        for _, name in old ^ new:
            bits |= name_bit(name)
    return bits


def _uses(library: FactsProvider, digest: bytes) -> frozenset[tuple[object, str]] | None:
    if not digest:
        return frozenset()
    facts = library.get(digest)
    return None if facts is None else uses(facts)
