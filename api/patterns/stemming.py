"""Stems of English words, by the algorithm that the full-text index uses."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

import snowballstemmer  # pyright: ignore[reportMissingTypeStubs]


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802


_PORTER = cast(_Stemmer, snowballstemmer.stemmer("porter"))  # pyright: ignore[reportUnknownMemberType]


@lru_cache(20_000)
def stem(word: str) -> str:
    """Return a word in lower case without its endings: `caches` and `cached` are one."""
    return _PORTER.stemWord(word.lower())
