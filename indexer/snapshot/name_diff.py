"""Names that came to a file or went from it, or to and from a use, when its content changed.

An answer that rests on where a name occurs, and not on what the file says of other names, still
holds when neither that name nor the file is among these. Most edits change no name at all.
"""

from __future__ import annotations

from ..name_uses import uses
from ..top_level import top_level
from .query_cache import ANY_NAME, TOPS, name_bit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .facts_provider import FactsProvider

# So many changed files are compared; when more change at once, any name may have moved.
_COMPARED = 64


def turnover(library: FactsProvider, changes: Iterable[tuple[bytes, bytes]]) -> int:
    """Bits of the names that one content uses in a way in which the other does not, and ``TOPS``.

    ``changes`` are content hashes before and after, empty for a file that is not there. Contents
    whose facts are not at hand count for every name.
    """
    compared = [(before, after) for before, after in changes if before != after]
    if len(compared) > _COMPARED:
        return ANY_NAME
    bits = 0
    for before, after in compared:
        old, new = _content(library, before), _content(library, after)
        if old is None or new is None:
            return ANY_NAME
        for _, name in old[0] ^ new[0]:
            bits |= name_bit(name)
        if old[1] != new[1]:
            bits |= TOPS
    return bits


def _content(
    library: FactsProvider, digest: bytes
) -> tuple[frozenset[tuple[object, str]], int | None] | None:
    """Return the uses of names and the checksum of the top of a file; None without its facts."""
    if not digest:
        return frozenset(), None
    facts = library.get(digest)
    return None if facts is None else (uses(facts), top_level(facts).checksum)
