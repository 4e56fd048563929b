"""Ever larger stretches of text around a place: name, expression, statement, block, definition."""

from __future__ import annotations

from ..source.lexical import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ..source.lexical import Layout

    Span = tuple[int, int]


def selection_ranges(facts: FileFacts, text: bytes, offset: int) -> list[Span]:
    """Byte offsets of the stretches around an offset, the innermost first, each in the next."""
    found = layout(text, facts.memo)
    spans: set[Span] = {(0, len(text))}
    for start, end in (*found.words, *found.strings, *found.comments):
        if start <= offset <= end:
            spans.add((start, end))
    for start, end in found.brackets:
        if start <= offset <= end:
            spans.add((start, end))
            if start < offset < end:
                spans.add((start + 1, end - 1))
    spans.update(_chains(found, text, offset))
    for start, end, _ in found.lines:
        if start <= offset <= end:
            spans.add((start, end))
    spans.update(_blocks(found, offset))
    starts, ends = facts.definition.start, facts.definition.end
    for row, start in enumerate(starts):
        if start <= offset <= ends[row]:
            spans.add((start, start + len(text[start : ends[row]].rstrip())))
    return _nested(spans, offset)


def _nested(spans: set[Span], offset: int) -> list[Span]:
    """The spans that hold an offset, innermost first; those that overlap others are left out."""
    result: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[1] - span[0], span[0])):
        if not start <= offset <= end or start == end:
            continue
        if not result or (start <= result[-1][0] and result[-1][1] <= end):
            result.append((start, end))
    return result or [(offset, offset)]


def _chains(found: Layout, text: bytes, offset: int) -> list[Span]:
    """Names joined by dots, calls and subscripts: ``a.b(c)[d]`` from its start on."""
    opening = dict(found.brackets)
    closing = {end: start for start, end in found.brackets}
    words = dict(found.words)
    word_ends = {end: start for start, end in found.words}
    result: list[Span] = []
    for start, end in (*found.words, *found.brackets):
        if not start <= offset <= end:
            continue
        first = start
        while True:  # back to where the chain begins
            before = first
            if text[before - 1 : before] == b"." and before - 1 in word_ends:
                before = word_ends[before - 1]
            elif text[before - 1 : before] == b"." and before - 1 in closing:
                before = closing[before - 1]
            elif before in opening and before in word_ends:
                before = word_ends[before]
            elif before in opening and before in closing:
                before = closing[before]
            if before == first:
                break
            first = before
        result.append((first, end))
        last = end
        while True:  # and on to its end
            after = last
            if after in opening:
                after = opening[after]
            elif text[after : after + 1] == b"." and after + 1 in words:
                after = words[after + 1]
            if after == last:
                break
            last = after
            result.append((first, last))
    return result


def _blocks(found: Layout, offset: int) -> list[Span]:
    """Lines that are indented as deep as the one with an offset or deeper, and their header."""
    lines = found.lines
    at = next((row for row, (_, end, _) in enumerate(lines) if end >= offset), -1)
    if at < 0:
        return []
    result: list[Span] = []
    depth = lines[at][2]
    while True:
        first = last = at
        while first > 0 and lines[first - 1][2] >= depth:
            first -= 1
        while last + 1 < len(lines) and lines[last + 1][2] >= depth:
            last += 1
        result.append((lines[first][0], lines[last][1]))
        if first == 0:
            return result
        at = first - 1
        depth = lines[at][2]
        result.append((lines[at][0], lines[last][1]))
