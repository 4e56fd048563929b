"""The part of a file that an edit may have made wrong: the definitions in which its text differs.

What code in a function says of its own variables, it says of the whole function; what it says of
others is looked after by name. So an edit of one function in a long file costs one function.
"""

from __future__ import annotations

from ...indexer import facts as f
from ..line_changes import hunks
from .source import is_in_brackets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts

    Regions = list[tuple[int, int]]


def regions(
    old: bytes, old_facts: FileFacts, new: bytes, new_facts: FileFacts
) -> tuple[Regions, Regions]:
    """(start, end) of the regions in which two texts of a file differ: in the old and in the new.

    Each is a whole function, or lines outside of all functions; they are in order.
    """
    old_lines, new_lines = old.split(b"\n"), new.split(b"\n")
    changes = hunks(old_lines, new_lines)
    return (
        _widened(old_facts, [(a, b) for a, b, _, _ in changes]),
        _widened(new_facts, [(c, d) for _, _, c, d in changes]),
    )


def statements(old: bytes, new: bytes, new_facts: FileFacts) -> Regions:
    """(start, end) of the statements of the new text that are not in the old one, in order.

    Far less than :func:`regions`, for who wants to know only what was written, not what it does to
    the rest of its function.
    """
    starts = new_facts.line_starts
    last = len(starts) - 1
    found: Regions = []
    for _, _, first, until in hunks(old.split(b"\n"), new.split(b"\n")):
        while 0 < first < last and is_in_brackets(new, starts[first]):
            first -= 1
        found.append((starts[min(first, last)], starts[min(until, last)] + 1))
    return found


def _widened(facts: FileFacts, lines: list[tuple[int, int]]) -> Regions:
    """Byte ranges of lines, widened to the outermost functions that they touch."""
    table = facts.definition
    starts = facts.line_starts
    last = len(starts) - 1
    functions = [
        (start, table[f.DEF_END][row])
        for row, start in enumerate(table[f.DEF_START])
        if table[f.DEF_KIND][row] == f.FUNCTION
    ]
    found: Regions = []
    for first, until in lines:
        start, end = starts[min(first, last)], starts[min(until, last)]
        for function_start, function_end in functions:
            if function_start <= end and start <= function_end:
                start, end = min(start, function_start), max(end, function_end)
        found.append((start, end + 1))
    return sorted(found)
