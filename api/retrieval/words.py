"""Words of code and prose: identifiers taken apart, endings taken off, fill words left out."""

from __future__ import annotations

import re

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


def parts(text: str) -> list[str]:
    """Text or an identifier as words in lower case, cut at humps, underscores and digits."""
    return [part.lower() for part in _PARTS(text)]


def stems(text: str) -> list[str]:
    """The words that tell something, without their endings, in order."""
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
