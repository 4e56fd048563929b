"""Whether what one branch binds can be there in another: bindings that cannot reach a reading."""

from __future__ import annotations

from .. import facts as f

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts

_BRANCHES = frozenset([f.IF_TRUE, f.IF_FALSE, f.CASE, f.HANDLER])
_OF_TRY = frozenset([f.HANDLER, f.TRY_ELSE])


def reaches(facts: FileFacts, block: int, around: set[int]) -> bool:
    """Whether control may come from a block to where ``around`` are the blocks.

    It may not from a branch that ends in ``return``, nor from one branch of a test into the other,
    unless a loop goes round both.
    """
    kinds, parents, flags = (
        facts.block[f.BLOCK_KIND], facts.block[f.BLOCK_PARENT], facts.block[f.BLOCK_FLAGS],
    )  # fmt: skip
    outermost = block
    leaves = False
    while block >= 0 and block not in around:
        leaves = leaves or (kinds[block] in _BRANCHES and bool(flags[block] & f.LEAVES_FUNCTION))
        outermost, block = block, parents[block]
    common = block
    while block >= 0:
        if kinds[block] == f.LOOP:
            return True
        block = parents[block]
    if leaves:
        return False
    return not any(
        parents[other] == common and _exclude(facts, outermost, other)
        for other in around
        if other != common
    )


def _exclude(facts: FileFacts, one: int, other: int) -> bool:
    """Whether two blocks are branches of which only one runs."""
    kinds, _, tests, starts = facts.block[:4]
    pair = {kinds[one], kinds[other]}
    if pair == {f.IF_TRUE, f.IF_FALSE}:
        return tests[one] == tests[other]
    if pair == {f.CASE}:
        subjects = facts.expr[f.EXPR_A]
        return one != other and subjects[tests[one]] == subjects[tests[other]]
    if pair <= _OF_TRY and f.HANDLER in pair and one != other:
        parents = facts.block[f.BLOCK_PARENT]
        first, last = sorted((starts[one], starts[other]))
        # Of the same `try`: no other one begins between them.
        return not any(
            kind == f.TRY and parents[row] == parents[one] and first <= starts[row] <= last
            for row, kind in enumerate(kinds)
        )
    return False
