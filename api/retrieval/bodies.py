"""Where words of a task stand in the text of files, without cutting all of it into words.

A word is looked for as bytes, which takes milliseconds for megabytes; around each hit it is checked
that it is a word there, or the hump of an identifier, with an ending or without one.
"""

from __future__ import annotations

from .words import stem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What occurs more often in one file does not make the file more important.
_MOST_HITS = 60
_LONGEST_ENDING = 5


def hits(raw: bytes, folded: bytes, term: bytes) -> Iterator[int]:
    """Offsets of a word without ending in a text; ``folded`` is the text in lower case."""
    wanted = term.decode("utf-8", "replace")
    length = len(term)
    at = folded.find(term)
    while at >= 0:
        end = _end(raw, folded, at, at + length)
        if (
            end - at <= length + _LONGEST_ENDING
            and _starts(raw, folded, at)
            and stem(folded[at:end].decode("utf-8", "replace")) == wanted
        ):
            yield at
        at = folded.find(term, max(end, at + 1))


def counts(raw: bytes, terms: Sequence[tuple[str, bytes]]) -> dict[str, int]:
    """How often each word occurs in a text, those that do not left out."""
    folded = raw.lower()
    found: dict[str, int] = {}
    for term, spelled in terms:
        if spelled not in folded:
            continue
        n = 0
        for _ in hits(raw, folded, spelled):
            n += 1
            if n == _MOST_HITS:
                break
        if n:
            found[term] = n
    return found


def _starts(raw: bytes, folded: bytes, at: int) -> bool:
    """Whether a word begins at an offset."""
    if at == 0 or not _is_letter(folded[at - 1]):
        return True
    if not _is_upper(raw[at]):
        return False
    return not _is_upper(raw[at - 1]) or (at + 1 < len(raw) and not _is_upper(raw[at + 1]))


def _end(raw: bytes, folded: bytes, start: int, at: int) -> int:
    """Where the word ends that began at ``start``."""
    n = len(raw)
    while at < n and _is_letter(folded[at]):
        if _is_upper(raw[at]) and (
            not _is_upper(raw[at - 1]) or (at + 1 < n and 97 <= raw[at + 1] <= 122)
        ):
            break
        at += 1
    return max(at, start + 1)


def _is_letter(byte: int) -> bool:
    return 97 <= byte <= 122 or byte >= 128


def _is_upper(byte: int) -> bool:
    return 65 <= byte <= 90
