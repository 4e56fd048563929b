"""Ranges of text to fold."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from ...indexer.facts import FileFacts
from ..source.lexical import Layout, layout

# First and last line, kind ("" for code)
Fold = tuple[int, int, str]


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
