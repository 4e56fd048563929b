"""The excerpt of a file that an example shows: the definition that is wrong, or a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ...indexer.facts import FileFacts

_MOST_LINES = 100
_Block = tuple[str, int, int, int, int]  # kind, lines of the good one, of the bad one


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A range of bytes of the good file, what stands there in the bad one, and of what it is."""

    start: int
    end: int
    text: bytes
    definition: int
    """Row of the definition in the good file's facts, -1 for lines outside of all."""

    def apply(self, content: bytes) -> bytes:
        """Return the good file with only this in place of what is right."""
        return content[: self.start] + self.text + content[self.end :]


def excerpt_at(good: bytes, bad: bytes, facts: FileFacts, bad_line: int) -> Excerpt | None:
    """Return the excerpt around a line of the bad file; None if it is not told, or too long.

    ``facts`` are those of the good file. The innermost definition around the lines that differ
    there is taken, with all of its lines that differ.
    """
    old, new = good.splitlines(keepends=True), bad.splitlines(keepends=True)
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    hunk = next((each for each in blocks if each[0] != "equal" and _is_at(each, bad_line)), None)
    if hunk is None:
        return None
    _, first, last, _, _ = hunk
    first, last, definition = _around(facts, first, max(last, first + 1), len(old))
    begin, end = _mapped(blocks, first), _mapped(blocks, last)
    if begin is None or end is None or max(last - first, end - begin) > _MOST_LINES:
        return None
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return Excerpt(starts[first], starts[last], b"".join(new[begin:end]), definition)


def _is_at(block: _Block, line: int) -> bool:
    return block[3] <= line <= max(block[4] - 1, block[3])


def _around(facts: FileFacts, first: int, last: int, count: int) -> tuple[int, int, int]:
    """Return the lines of the innermost definition that holds some lines, else these lines."""
    table = facts.definition
    found = (first, min(last, count), -1)
    for row, start in enumerate(table.start):
        begin, end = facts.line_of(start), facts.line_of(table.end[row] - 1) + 1
        if begin <= first and last <= end and (found[2] < 0 or begin >= found[0]):
            found = begin, end, row
    return found


def _mapped(blocks: Sequence[_Block], line: int) -> int | None:
    """Return the line of the bad file before which stands what stands before one of the good."""
    for kind, first, last, begin, end in blocks:
        if line == first:
            return begin
        if line == last:
            return end
        if first < line < last:
            return begin + line - first if kind == "equal" else None
    return None
