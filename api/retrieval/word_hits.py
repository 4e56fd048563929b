"""Occurrences of words in the text of files, without tokenizing all of it.

A word is looked for as bytes, which takes milliseconds for megabytes; around each hit it is checked
that it is a word there, or the hump of an identifier, with an ending or without one.
"""

from __future__ import annotations

from .words import stem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# What occurs more often in one file does not make the file more important.
_MOST_HITS = 60
_LONGEST_ENDING = 5
# Of text in lower case, whether a byte is of a letter.
_LETTERS = tuple(97 <= byte <= 122 or byte >= 128 for byte in range(256))


def hits(raw: bytes, folded: bytes, term: bytes, most: int = 1 << 30) -> list[int]:
    """Offsets of a word without ending in a text, the first ``most`` of them.

    ``folded`` is the text in lower case.
    """
    found: list[int] = []
    length, n = len(term), len(raw)
    wanted = ""
    at = folded.find(term)
    while at >= 0:
        end = at + length
        if (end == n or not _LETTERS[folded[end]]) and (at == 0 or not _LETTERS[folded[at - 1]]):
            # The word as it is; that it has no ending to take off is known from the task.
            fits = True
        else:
            end = _end(raw, folded, end)
            wanted = wanted or term.decode("utf-8", "replace")
            fits = (
                end - at <= length + _LONGEST_ENDING
                and _starts(raw, folded, at)
                and stem(folded[at:end].decode("utf-8", "replace")) == wanted
            )
        if fits:
            found.append(at)
            if len(found) == most:
                break
        at = folded.find(term, end)
    return found


def counts(raw: bytes, terms: Sequence[tuple[str, bytes]]) -> dict[str, int]:
    """Return how often each word occurs in a text, without those that do not."""
    folded = raw.lower()
    found: dict[str, int] = {}
    for term, spelled in terms:
        if spelled in folded and (n := len(hits(raw, folded, spelled, _MOST_HITS))):
            found[term] = n
    return found


def _starts(raw: bytes, folded: bytes, at: int) -> bool:
    """True if a word begins at an offset."""
    if at == 0 or not _LETTERS[folded[at - 1]]:
        return True
    if not _is_upper(raw[at]):
        return False
    return not _is_upper(raw[at - 1]) or (at + 1 < len(raw) and not _is_upper(raw[at + 1]))


def _end(raw: bytes, folded: bytes, at: int) -> int:
    """Return the end of the word that goes on at an offset."""
    n = len(raw)
    while at < n and _LETTERS[folded[at]]:
        if _is_upper(raw[at]) and (
            not _is_upper(raw[at - 1]) or (at + 1 < n and 97 <= raw[at + 1] <= 122)
        ):
            break
        at += 1
    return at


def _is_upper(byte: int) -> bool:
    return 65 <= byte <= 90
