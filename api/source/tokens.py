"""Estimate of the tokens that a text costs a language model, without its tokenizer.

A text is cut as byte-pair tokenizers cut it before they merge: words at humps, digits by threes,
runs of punctuation, line ends, indentation. Each piece costs what pieces of its kind and length
cost on average, and a margin goes on top, for the count must not be too small: who is given 4,000
tokens must not get 4,100.

Calibrated on 2026-11-26 against the larger of two real tokenizers, o200k (OpenAI; npm's
``gpt-tokenizer``) and the one that Anthropic has published (``@anthropic-ai/tokenizer``, of Claude
2; those of later models are not public), on 622 passages of the sources, documentation and
translations of nine Python projects. On 770 passages of eleven other projects the count is 1.12 of
the larger one (1.2 of o200k): for code of more than 200 tokens 1.04 to 1.27 but for one passage in
249 (0.86, a table of emoji), for prose 0.82 (a list of names) to 1.6. The 1 % quantile of all
passages of more than 1,000 tokens is 0.998, the least 0.989. ``benchmarks/tokens.py`` measures
again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import ceil

_PIECES = re.compile(
    r" ?[A-Z]?[a-z]+"  # a word or the hump of one, with the space before it
    r"| ?[A-Z]+(?![a-z])"
    r"|[0-9]{1,3}"
    r"|[^\x00-\x7f]+"
    r"| ?[!-/:-@\[-`{-~]+"
    r"|\s*\n[^\S\n]*"  # the end of a line, with empty lines before it and the indentation behind
    r"|[^\S\n]+"
    r"|."
).findall

# Hundredths of a token for a word of so many letters; from the last on, for each letter.
_WORDS = (0, 100, 102, 103, 104, 118, 118, 122, 128, 140, 145, 175, 195, 200, 220, 250)
_LONG_WORD_LETTER = 32
_CAPITALS = (0, 100, 146, 125, 140, 185)
_CAPITAL_LETTER = 34
_PUNCTUATION = (0, 100, 103, 125, 185)
_PUNCTUATION_MARK = 55
# For each character from a code point on: letters with accents (which break up words that are dear
# by themselves), Greek, Cyrillic, Armenian, Hebrew and Arabic, scripts of India and further east,
# signs, Braille, boxes, Chinese, Japanese and Korean, emoji.
_OTHERS = (
    (0x80, 190), (0x370, 130), (0x400, 80), (0x530, 200), (0x590, 120), (0x700, 260),
    (0x1E00, 120), (0x2800, 290), (0x2900, 150), (0x3000, 110), (0xD800, 300),
)  # fmt: skip
# What is kept of costs of pieces; code repeats itself, so that most of a text is found there.
_REMEMBERED = 60_000
# In hundredths: what makes the count of nearly every text at least what tokenizers count.
_MARGIN = 106


class _Costs(dict[str, int]):
    """Hundredths of a token by piece."""

    __slots__ = ()

    def __missing__(self, piece: str) -> int:
        if len(self) > _REMEMBERED:
            self.clear()
        cost = self[piece] = _cost(piece)
        return cost


_costs = _Costs()


def count_tokens(text: str) -> int:
    """Return a count that is very rarely less than what a model is charged for a text."""
    return ceil(sum(map(_costs.__getitem__, _PIECES(text))) * _MARGIN / 10_000)


def count_lines(lines: Iterable[str]) -> int:
    """Return the count of lines that are to be joined, each with its line break."""
    return sum(count_tokens(line + "\n") for line in lines)


def _cost(piece: str) -> int:
    core = piece.lstrip(" ") or piece
    first, n = core[0], len(core)
    if not first.isascii():
        return sum(_other(ord(character)) for character in core)
    if first.isalpha():
        if n > 1 and core[1].isupper():
            return _by_length(_CAPITALS, _CAPITAL_LETTER, n)
        return _by_length(_WORDS, _LONG_WORD_LETTER, n)
    if first.isdigit():
        return 100
    if first.isspace():
        # Tokenizers know long stretches of blanks, but no endless ones.
        return 100 * (1 + n // 80)
    return _by_length(_PUNCTUATION, _PUNCTUATION_MARK, n) if first.isprintable() else 100 * n


def _other(code: int) -> int:
    # Blanks that are not those of ASCII may have these beside them.
    return next((cost for start, cost in reversed(_OTHERS) if code >= start), 100)


def _by_length(table: tuple[int, ...], each: int, n: int) -> int:
    return table[n] if n < len(table) else max(table[-1], each * n)
