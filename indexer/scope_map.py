"""Places: the innermost block and scope at a position of a file.

Blocks nest like the code does, so where the innermost one changes is a sorted list, made once per
file when first asked for; every question after that is a bisection.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right

from . import facts as f
from .facts_view import enclosing_blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import FileFacts

    # Positions at which the innermost block changes, the block from there on, and for each block
    # the one around it, of whatever scope.
    _Map = tuple[array[int], array[int], array[int]]


def scope_at(facts: FileFacts, position: int) -> int:
    """Row of the scope in which a name written at a position is looked up.

    That is the scope around for a function's decorators, defaults and annotations and for the first
    iterable of a comprehension.
    """
    return facts.block.scope[_innermost(facts, position)]


def block_at(facts: FileFacts, scope: int, position: int) -> int:
    """Row of the innermost block of a scope that holds a position, or -1.

    The blocks around it, as far as they belong to the same scope, are those that BLOCK_PARENT leads
    to. A position in a function, lambda or comprehension inside the scope counts as where that is
    written.
    """
    scopes = facts.block.scope
    around = _map(facts)[2]
    block = _innermost(facts, position)
    while block >= 0 and scopes[block] != scope:
        block = around[block]
    return block


def blocks_around(facts: FileFacts, scope: int, position: int) -> list[int]:
    """Rows of the blocks of a scope that hold a position, innermost first."""
    return list(enclosing_blocks(facts, block_at(facts, scope, position)))


def _innermost(facts: FileFacts, position: int) -> int:
    """Row of the innermost block; what lies outside of the text is the module's."""
    positions, blocks, _ = _map(facts)
    return max(blocks[bisect_right(positions, position) - 1], 0)


def _map(facts: FileFacts) -> _Map:
    found: _Map | None = facts.memo.get("places")
    if found is None:
        found = facts.memo["places"] = _sweep(facts)
    return found


def _sweep(facts: FileFacts) -> _Map:
    starts, ends = facts.block.start.tolist(), facts.block.end.tolist()
    # Of two blocks over the same text the later one was opened inside the other.
    rows = [row for row in range(len(starts)) if starts[row] < ends[row]]
    rows.sort(key=lambda row: (starts[row], -ends[row]))
    around = [-1] * len(starts)
    positions, blocks = [0], [-1]
    open_rows: list[int] = []
    for row in rows:
        while open_rows and ends[open_rows[-1]] <= starts[row]:
            _leave(open_rows, ends, positions, blocks)
        around[row] = open_rows[-1] if open_rows else -1
        open_rows.append(row)
        positions.append(starts[row])
        blocks.append(row)
    while open_rows:
        _leave(open_rows, ends, positions, blocks)
    # Arrays, because a serving process keeps these for thousands of files.
    return array("i", positions), array("i", blocks), array("i", around)


def _leave(open_rows: list[int], ends: list[int], positions: list[int], blocks: list[int]) -> None:
    positions.append(ends[open_rows.pop()])
    blocks.append(open_rows[-1] if open_rows else -1)


def enclosing_class(facts: FileFacts, position: int) -> int:
    """Definition row of the innermost class whose text holds a position, or -1."""
    table = facts.definition
    kinds, ends = table.kind, table.end
    for row in range(bisect_right(table.start, position) - 1, -1, -1):
        if kinds[row] == f.CLASS and ends[row] > position:
            return row
    return -1
