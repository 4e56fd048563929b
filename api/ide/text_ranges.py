"""Ranges of text to fold, and ever larger ones to select."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from ...indexer.facts import FileFacts
from ..source.lexical import Layout, layout

# First and last line, kind ("" for code)
Fold = tuple[int, int, str]
Span = tuple[int, int]


_IMPORT = re.compile(rb"(?:import|from)\b")
_REGION = re.compile(rb"#\s*(?:<editor-fold|region\b)")
_END_REGION = re.compile(rb"#\s*(?:</editor-fold|endregion\b)")


def folding_ranges(facts: FileFacts, text: bytes) -> list[Fold]:
    """Return folds by first line, the outermost first; at most one from line to line."""
    found = layout(text, facts.memo)
    line_of = facts.line_of
    folds: dict[tuple[int, int], str] = {}
    for start, end in (*_indented_lines(found, line_of), *_brackets_and_strings(found, line_of)):
        folds.setdefault((start, end), "")
    for kind, pairs in (
        ("imports", _imports(found, text, line_of)),
        ("comment", _comments(found, text, line_of)),
        ("region", _regions(found, text, line_of)),
    ):
        for pair in pairs:
            folds[pair] = kind
    ordered = sorted(folds, key=lambda pair: (pair[0], -pair[1]))
    return [(start, end, folds[start, end]) for start, end in ordered if end > start]


def _indented_lines(found: Layout, line_of: Callable[[int], int]) -> list[tuple[int, int]]:
    """From each line that has deeper ones below it to the last of these."""
    result: list[tuple[int, int]] = []
    opened: list[tuple[int, int]] = []  # indentation and first line of those around
    last = before = 0
    for start, end, indentation in found.lines:
        while opened and indentation <= opened[-1][0]:
            depth, header = opened.pop()
            if before > depth:  # otherwise the line has nothing below it
                result.append((header, last))
        opened.append((indentation, line_of(start)))
        last, before = line_of(max(start, end - 1)), indentation
    result += [(header, last) for depth, header in opened if before > depth]
    return result


def _brackets_and_strings(found: Layout, line_of: Callable[[int], int]) -> list[tuple[int, int]]:
    """Brackets and strings over several lines. The line of a closing bracket stays to be seen."""
    brackets = [(line_of(start), line_of(end - 1) - 1) for start, end in found.brackets]
    strings = [(line_of(start), line_of(max(start, end - 1))) for start, end in found.strings]
    return brackets + strings


def _imports(found: Layout, text: bytes, line_of: Callable[[int], int]) -> list[tuple[int, int]]:
    groups = groupby(found.lines, lambda line: bool(_IMPORT.match(text, line[0])))
    runs = [list(lines) for is_import, lines in groups if is_import]
    return [(line_of(lines[0][0]), line_of(lines[-1][1] - 1)) for lines in runs]


def _comments(found: Layout, text: bytes, line_of: Callable[[int], int]) -> list[tuple[int, int]]:
    """Comments that have their lines to themselves, one below the other."""
    result: list[list[int]] = []
    for start, _ in found.comments:
        line_start = text.rfind(b"\n", 0, start) + 1
        if text[line_start:start].strip() or _is_region(text, start):
            continue
        line = line_of(start)
        if result and result[-1][1] == line - 1:
            result[-1][1] = line
        else:
            result.append([line, line])
    return [(first, last) for first, last in result]


def _regions(found: Layout, text: bytes, line_of: Callable[[int], int]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    opened: list[int] = []
    for start, _ in found.comments:
        if _REGION.match(text, start):
            opened.append(line_of(start))
        elif _END_REGION.match(text, start) and opened:
            result.append((opened.pop(), line_of(start)))
    return result


def _is_region(text: bytes, start: int) -> bool:
    return bool(_REGION.match(text, start) or _END_REGION.match(text, start))


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
    spans.update(_blocks_around(found, offset))
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


def _blocks_around(found: Layout, offset: int) -> list[Span]:
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
