"""Narrowing: which tests and assignments hold for a name where it is read.

What one test leaves of a type is in :mod:`.type_guards`.
"""

from __future__ import annotations

from .. import facts as f
from ..scope_map import block_at
from . import type_guards
from .access_paths import access_path, mentions, root_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type

    Chain = tuple[int, ...]

# Tests around one reading that are looked at.
_TESTS = 16


def narrow(inference: Inference, path: str, expr: int, type_: Type) -> Type:
    """A type as the assignments and tests around a reading of it leave it."""
    facts = inference.need(path)
    chain = access_path(facts, expr)
    if not chain:
        return type_
    first = chain[0]
    scope, position = _origin(facts, expr)
    if len(chain) > 1:
        type_ = _assigned(inference, path, facts, scope, chain, expr) or type_
    blocks = _tested(facts).get((scope, first))
    if blocks is None:
        return type_
    for test, truth, start in _tests(facts, blocks, scope, position)[-_TESTS:]:
        if mentions(facts, test, chain) and not _rebound(facts, scope, chain, start, expr):
            type_ = type_guards.apply_guard(inference, path, test, chain, type_, truth=truth)
    return type_


def _origin(facts: FileFacts, expr: int) -> tuple[int, int]:
    """Scope and position of the name that a dotted name begins with."""
    ops, positions, lefts, rights = facts.expr
    while ops[expr] == f.ATTRIBUTE:
        expr = lefts[expr]
    return rights[expr], positions[expr]


def _tested(facts: FileFacts) -> dict[tuple[int, int], list[int]]:
    """Blocks by (scope, first name of what their test speaks of)."""
    table: dict[tuple[int, int], list[int]] | None = facts.memo.get("tested")
    if table is None:
        table = facts.memo["tested"] = {}
        scopes = facts.block.scope
        for row, test in enumerate(facts.block.test):
            if test >= 0:
                for name in root_names(facts, test):
                    table.setdefault((scopes[row], name), []).append(row)
    return table


def _tests(
    facts: FileFacts, blocks: list[int], scope: int, position: int
) -> list[tuple[int, bool, int]]:
    """(test, whether it holds, where from) at a position, the outermost first.

    An earlier block that leaves counts with its test the other way round, and so do an earlier case
    of the same ``match`` and a loop that has ended.
    """
    kinds, parents, tests, starts, ends, _, flags = facts.block
    inside: set[int] = set()
    block = block_at(facts, scope, position)
    while block >= 0:
        inside.add(block)
        block = parents[block]
    found: list[tuple[int, bool, int]] = []
    for row in blocks:
        if starts[row] > position:
            continue
        kind = kinds[row]
        if row in inside:
            if kind in (f.IF_TRUE, f.LOOP, f.CASE):
                found.append((tests[row], True, starts[row]))
            elif kind == f.IF_FALSE:
                found.append((tests[row], False, starts[row]))
        elif ends[row] <= position:
            if flags[row]:
                if not _passed(facts, parents[row], inside, position):
                    continue
                if kind == f.IF_TRUE or (kind == f.CASE and not _is_guarded(facts, row)):
                    found.append((tests[row], False, ends[row]))
                elif kind == f.IF_FALSE:
                    found.append((tests[row], True, ends[row]))
            elif kind == f.CASE:
                if _other_case(facts, row, inside) and not _is_guarded(facts, row):
                    found.append((tests[row], False, ends[row]))
            elif kind == f.LOOP and parents[row] in inside and not _breaks(facts, row):
                found.append((tests[row], False, ends[row]))
    return found


def _passed(facts: FileFacts, block: int, inside: set[int], position: int) -> bool:
    """True if control must have gone through a block to get to where ``inside`` are the blocks."""
    kinds, parents, tests, _, ends, _, flags = facts.block
    while block >= 0 and block not in inside:
        kind, parent = kinds[block], parents[block]
        if kind in (f.IF_TRUE, f.IF_FALSE):
            other = f.IF_FALSE if kind == f.IF_TRUE else f.IF_TRUE
            if not any(
                tests[row] == tests[block]
                and kinds[row] == other
                and flags[row]
                and ends[row] <= position
                for row in _children(facts, parent)
            ):
                return False
        elif kind not in (f.WITH_BODY, f.FINALLY):
            return False
        block = parent
    return block in inside


def _children(facts: FileFacts, block: int) -> list[int]:
    """Rows of the blocks directly inside of a block."""
    table: dict[int, list[int]] | None = facts.memo.get("blocks inside")
    if table is None:
        table = facts.memo["blocks inside"] = {}
        for row, parent in enumerate(facts.block.parent):
            table.setdefault(parent, []).append(row)
    return table.get(block, [])


def _is_guarded(facts: FileFacts, case: int) -> bool:
    """True if a case has a condition of its own."""
    kinds, ends = facts.block.kind, facts.block.end
    return any(
        kinds[row] == f.IF_TRUE and ends[row] == ends[case] for row in _children(facts, case)
    )


def _other_case(facts: FileFacts, case: int, inside: set[int]) -> bool:
    """True if another case of the same ``match`` is among the blocks around."""
    kinds, parents, tests = facts.block[:3]
    subjects = facts.expr.a
    return any(
        kinds[row] == f.CASE
        and parents[row] == parents[case]
        and subjects[tests[row]] == subjects[tests[case]]
        for row in inside
    )


def _breaks(facts: FileFacts, loop: int) -> bool:
    """True if something in a loop may leave it."""
    todo = [loop]
    while todo:
        block = todo.pop()
        if facts.block.flags[block] & f.LEAVES_LOOP:
            return True
        todo += _children(facts, block)
    return False


def _rebound(facts: FileFacts, scope: int, chain: Chain, start: int, expr: int) -> bool:
    """True if the name gets a new value between a test and a reading."""
    positions, kinds = facts.binding.position, facts.binding.kind
    position = _origin(facts, expr)[1]
    if any(
        start <= positions[row] < position
        and kinds[row] != f.WALRUS
        # In `x = x.next` the name is read first; expressions are in order of evaluation.
        and not (kinds[row] == f.ASSIGN and facts.binding.value[row] >= expr)
        and not _in_other_branch(facts, facts.binding.block[row], scope, position)
        for row in facts.bindings_of(scope, chain[0])
    ):
        return True
    if len(chain) < 2:
        return False
    at = facts.attribute_binding.position
    return any(
        start <= at[row] < position
        for name in chain[1:]
        for row in _writes(facts).get((scope, name), ())
    )


def _in_other_branch(facts: FileFacts, block: int, scope: int, position: int) -> bool:
    """True if a block is part of a branch of an ``if`` whose other branch a position is in."""
    kinds, parents, tests = facts.block[:3]
    around: set[int] = set()
    other = block_at(facts, scope, position)
    while other >= 0:
        if kinds[other] == f.LOOP:
            break  # what the other branch did may count the next time
        around.add(other)
        other = parents[other]
    while block >= 0 and block not in around:
        opposite = {f.IF_TRUE: f.IF_FALSE, f.IF_FALSE: f.IF_TRUE}.get(kinds[block])
        if opposite is not None and any(
            kinds[each] == opposite
            and tests[each] == tests[block]
            and parents[each] == parents[block]
            for each in around
        ):
            return True
        block = parents[block]
    return False


def _writes(facts: FileFacts) -> dict[tuple[int, int], list[int]]:
    """Rows of attribute bindings by (scope, name of the attribute)."""
    table: dict[tuple[int, int], list[int]] | None = facts.memo.get("attribute writes")
    if table is None:
        table = facts.memo["attribute writes"] = {}
        names, scopes = facts.attribute_binding.name, facts.attribute_binding.scope
        for row, scope in enumerate(scopes):
            table.setdefault((scope, names[row]), []).append(row)
    return table


def _assigned(
    inference: Inference, path: str, facts: FileFacts, scope: int, chain: Chain, expr: int
) -> Type:
    """Return what the same code has assigned to an attribute before it reads it.

    Unknown if it may not.
    """
    rows = _writes(facts).get((scope, chain[-1]))
    if not rows:
        return ()
    _, receivers, positions, _, values, _, _, blocks = facts.attribute_binding
    kinds, parents = facts.block[:2]
    position = facts.expr.position[expr]
    around: set[int] = set()
    block = block_at(facts, scope, position)
    while block >= 0:
        around.add(block)
        block = parents[block]
    latest = -1
    for row in rows:
        if access_path(facts, receivers[row]) != chain[:-1] or values[row] < 0:
            continue
        if positions[row] >= position or values[row] >= expr:
            # A later assignment in a loop around comes before the next reading.
            if any(kinds[each] == f.LOOP for each in around) and positions[row] != position:
                return ()
            continue
        latest = row if blocks[row] in around else -1
    if latest < 0 or _rebound_name(facts, scope, chain, positions[latest], position):
        return ()
    return inference.infer_type(path, values[latest])


def _rebound_name(facts: FileFacts, scope: int, chain: Chain, start: int, position: int) -> bool:
    positions = facts.binding.position
    return any(start <= positions[row] < position for row in facts.bindings_of(scope, chain[0]))
