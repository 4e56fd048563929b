"""Ever larger ranges of text to select."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from ...indexer.facts import FileFacts
from ..source.lexical import layout

Span = tuple[int, int]

# Brackets around a place, steps of a chain, blocks: of each so many, the innermost first. Nobody
# selects more of them one by one, and an editor nests what it is told as deeply.
_MOST = 50
# Of all that is found, so many of the innermost ones and as many of the outermost ones.
_HALF = 50


class Selections:
    """What can be selected around the places of one text."""

    def __init__(self, facts: FileFacts, text: bytes) -> None:
        """Look at the whole text once, so that each place costs little."""
        self._facts = facts
        self._text = text
        found = layout(text, facts.memo)
        self._lines = [(start, end) for start, end, _ in found.lines]
        self._plain = [found.words, found.strings, found.comments, self._lines]
        self._plain_ends = [[end for _, end in spans] for spans in self._plain]
        self._depths = [depth for _, _, depth in found.lines]
        self._above = _lesser(self._depths)
        below = _lesser(self._depths[::-1])
        self._below = [len(below) - 1 - at for at in reversed(below)]
        self._brackets = found.brackets
        self._bracket_ends = [end for _, end in found.brackets]
        self._parents = _parents(found.brackets)
        self._words = dict(found.words)
        self._opening = dict(found.brackets)
        self._heads = self._chain_heads()

    def around(self, offset: int) -> list[Span]:
        """Byte offsets of the stretches around a place, the innermost first, each in the next."""
        spans: set[Span] = {(0, len(self._text))}
        for all_spans, ends in zip(self._plain, self._plain_ends, strict=True):
            spans.update(_touching(all_spans, ends, offset))
        brackets = list(self._brackets_around(offset))
        for start, end in brackets:
            spans.add((start, end))
            if start < offset < end:
                spans.add((start + 1, end - 1))
        words = _touching(self._plain[0], self._plain_ends[0], offset)
        for start, end in (*words, *brackets):
            spans.update(self._chain(start, end))
        spans.update(self._blocks_around(offset))
        definitions = self._facts.definition
        for start, end in zip(definitions.start, definitions.end, strict=True):
            if start <= offset <= end:
                spans.add((start, start + len(self._text[start:end].rstrip())))
        found = _nested(spans, offset)
        return found if len(found) <= 2 * _HALF else found[:_HALF] + found[-_HALF:]

    def _brackets_around(self, offset: int) -> Iterator[Span]:
        """Yield pairs of brackets that hold or touch a place."""
        for end in (offset, offset + 1):  # one may end where the next one begins
            row = bisect_left(self._bracket_ends, end)
            # Whatever holds the place and is not this one is around this one.
            while 0 <= row < len(self._brackets) and self._brackets[row][0] > offset:
                row = self._parents[row]
            for _ in range(_MOST):
                if not 0 <= row < len(self._brackets):
                    break
                yield self._brackets[row]
                row = self._parents[row]

    def _chain_heads(self) -> dict[int, int]:
        """Where the chain begins that each word or bracket is in: ``a.b(c)[d]``."""
        text = self._text
        ends = {end: start for start, end in (*self._words.items(), *self._brackets)}
        heads: dict[int, int] = {}
        for start in sorted((*self._words, *self._opening)):
            if text[start - 1 : start] == b".":
                before = ends.get(start - 1, start)
            else:  # what is called or subscripted
                before = ends.get(start, start) if start in self._opening else start
            heads[start] = heads.get(before, before)
        return heads

    def _chain(self, start: int, end: int) -> Iterator[Span]:
        """Yield a chain from its start to an end, and to the ends of what follows in it."""
        first, last = self._heads[start], end
        for _ in range(_MOST):
            yield first, last
            if last in self._opening:
                last = self._opening[last]
            elif self._text[last : last + 1] == b"." and last + 1 in self._words:
                last = self._words[last + 1]
            else:
                return

    def _blocks_around(self, offset: int) -> Iterator[Span]:
        """Yield lines indented as deep as the one of a place or deeper, and with their header."""
        at = bisect_left(self._plain_ends[-1], offset)
        lines = self._lines
        for _ in range(_MOST):
            if not 0 <= at < len(lines):
                return
            last = lines[self._below[at] - 1][1]
            above = self._above[at]
            yield lines[above + 1][0], last
            if above >= 0:
                yield lines[above][0], last
            at = above


def _touching(spans: list[Span], ends: list[int], offset: int) -> list[Span]:
    """Return those of some spans in order, which do not overlap, that hold or touch a place."""
    row = bisect_left(ends, offset)
    return [span for span in spans[row : row + 2] if span[0] <= offset <= span[1]]


def _lesser(numbers: list[int]) -> list[int]:
    """Return, for each number, the row of the nearest lesser one before it; -1 for none."""
    found: list[int] = []
    for row, number in enumerate(numbers):
        before = row - 1
        while before >= 0 and numbers[before] >= number:
            before = found[before]
        found.append(before)
    return found


def _parents(brackets: Iterable[Span]) -> list[int]:
    """Return, for each pair of brackets by its end, the row of the one around it; -1 for none."""
    found: list[int] = []
    waiting: list[tuple[int, int]] = []  # row and start of those that none is around so far
    for row, (start, _) in enumerate(brackets):
        found.append(-1)
        while waiting and waiting[-1][1] > start:
            found[waiting.pop()[0]] = row
        waiting.append((row, start))
    return found


def _nested(spans: set[Span], offset: int) -> list[Span]:
    """The spans that hold an offset, innermost first; those that overlap others are left out."""
    result: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[1] - span[0], span[0])):
        if not start <= offset <= end or start == end:
            continue
        if not result or (start <= result[-1][0] and result[-1][1] <= end):
            result.append((start, end))
    return result or [(offset, offset)]
