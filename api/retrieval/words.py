"""Words of code and prose: taken apart, found in files, and weighed by BM25.

A word is looked for as bytes, which takes milliseconds for megabytes; around each hit it is checked
that it is a word there, or the hump of an identifier, with an ending or without one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import log

STOP = frozenset(
    """a an and are as at be been but by can could did do does for from had has have how i if in
    into is it its just like make makes made more most my no not now of on only or our out over
    should so some such than that the their them then there these they this those to too under up
    us use used uses using very via was we were what when where which while who why will with
    without would you your""".split()
)
"""Words of prose that tell nothing about code."""

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|[0-9]+").findall
_VOWELS = frozenset("aeiouy")
# Endings are taken off the same few thousand words over and over.
_REMEMBERED = 50_000
# What occurs more often in one file does not make the file more important.
_MOST_HITS = 60
_LONGEST_ENDING = 5
# Of text in lower case, whether a byte is of a letter.
_LETTERS = tuple(97 <= byte <= 122 or byte >= 128 for byte in range(256))
K1 = 1.2
B = 0.75


def parts(text: str) -> list[str]:
    """Return the words of a text or identifier in lower case, cut at humps and underscores."""
    return [part.lower() for part in _PARTS(text)]


def stems(text: str) -> list[str]:
    """Return the words that tell something, without their endings, in order."""
    return [stem(word) for word in parts(text) if word not in STOP and len(word) > 1]


class _Stems(dict[str, str]):
    """Words without their endings, worked out once."""

    __slots__ = ()

    def __missing__(self, word: str) -> str:
        if len(self) > _REMEMBERED:
            self.clear()
        found = self[word] = _stem(word)
        return found


stem = _Stems().__getitem__
"""A word in lower case without its ending: ``caches``, ``cached`` and ``caching`` are one word."""


def _stem(word: str) -> str:
    n = len(word)
    if n > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if n > 4 and word.endswith("sses"):
        return word[:-2]
    if n > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word[: -len(ending)]
            if _VOWELS.isdisjoint(base):  # as in "string"
                break
            doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
            return base[:-1] if doubled else base
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def hits(raw: bytes, folded: bytes, term: bytes, most: int = 1 << 30) -> list[int]:
    """Return the offsets of a word without ending in a text, the first ``most`` of them.

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


def rarity(n: int, df: float) -> float:
    """Return the inverse document frequency of a word in ``df`` of ``n`` documents."""
    return log(1 + (n - df + 0.5) / (df + 0.5))


def bm25(
    terms: Mapping[str, float],
    counts: Sequence[Mapping[str, float]],
    lengths: Sequence[float],
    *,
    b: float = B,
) -> list[float]:
    """Return a score for each document by its counts of words; ``terms`` maps to weights.

    ``lengths`` may be in any unit.
    """
    n = len(counts)
    average = sum(lengths) / n if n else 1.0
    scores = [0.0] * n
    dampings = [K1 * (1 - b + b * length / (average or 1.0)) for length in lengths]
    for term, weight in terms.items():
        having = [(row, found) for row, each in enumerate(counts) if (found := each.get(term))]
        if having:
            gain = weight * rarity(n, len(having)) * (K1 + 1)
            for row, found in having:
                scores[row] += gain * found / (found + dampings[row])
    return scores


def scaled(scores: list[float]) -> list[float]:
    """Return scores scaled to between 0 and 1."""
    most = max(scores, default=0.0)
    return [score / most for score in scores] if most > 0 else scores
