"""Narrowing: which tests and assignments hold for a name where it is read.

What one test leaves of a type is in :mod:`.type_guards`.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..scope_map import blocks_around
from . import type_guards
from .access_paths import access_path, mentions, root_names, subject
from .entities import FUNCTION, VARIABLE
from .entity_types import entity_type
from .types import INSTANCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .entities import Entity
    from .inference import Inference
    from .types import Type

    Chain = tuple[int, ...]

# Tests that one reading of a name is narrowed by, the innermost.
_TESTS = 16
# Of a name that more blocks than this test, it is remembered which of them tell what lies behind.
_MANY = 32


def narrow(inference: Inference, path: str, expr: int, type_: Type) -> Type:
    """Return the type of an expression narrowed by the assignments and tests before it."""
    value = assigned_value(inference.need(path), expr)
    is_doubtful = value >= 0 and (type_ or not inference.conventional)
    if is_doubtful and _may_be_descriptor(inference, path, expr):
        value = -1
    assigned = inference.infer_type(path, value) if value >= 0 else ()
    return narrow_by_tests(inference, path, expr, assigned or type_)


def _may_be_descriptor(inference: Inference, path: str, expr: int) -> bool:
    """True if what is read after an assignment may be another thing than was assigned.

    ``signal.next = 0`` and then ``signal.next[i] = 1``: of an unknown object, where ``next`` may be
    a property, of one whose class has a descriptor of that name, or ``__setattr__`` of its own.
    """
    facts = inference.need(path)
    parts = facts_view.attribute(facts, expr)
    if parts is None:
        return False
    type_ = inference.infer_type(path, parts.receiver)
    if not type_:
        return not inference.definitions_of(path, expr)
    return any(
        value.form == INSTANCE
        and (
            _is_set_through_class(inference, value.entity, parts.name)
            or any(
                item.entity.kind == FUNCTION and not item.entity.path.endswith("/builtins.pyi")
                for item in inference.class_member(value.entity, "__setattr__")
            )
        )
        for value in type_
    )


def _is_set_through_class(inference: Inference, cls: Entity, name: str) -> bool:
    """True if a class has a property or another descriptor of a name, which keeps what is set."""
    return any(
        item.entity.kind == FUNCTION
        or (
            item.entity.kind == VARIABLE
            and any(
                value.form == INSTANCE and inference.class_member(value.entity, "__set__")
                for value in entity_type(inference, item.entity)
            )
        )
        for item in inference.class_member(cls, name)
    )


def narrow_by_tests(inference: Inference, path: str, expr: int, type_: Type) -> Type:
    """Return the type of an expression narrowed by the tests before it."""
    facts = inference.need(path)
    chain = subject(facts, expr)
    if not chain:
        return type_
    first = chain[0]
    scope, position = _origin(facts, expr)
    blocks = blocks_that_test(facts, scope, first)
    if not blocks:
        return type_
    early: list[tuple[int, bool]] = []
    for test, truth, start in tests_at(facts, blocks, scope, position)[-_TESTS:]:
        if mentions(facts, test, chain) and not _is_rebound(facts, scope, chain, start, expr):
            if not type_:
                early.append((test, truth))
            type_ = type_guards.apply_guard(inference, path, test, chain, type_, truth=truth)
    # What a test excluded while nothing was known is no alternative of what later ones found.
    for test, truth in early[:-1] if type_ else ():
        type_ = type_guards.apply_guard(inference, path, test, chain, type_, truth=truth)
    return type_


def _origin(facts: FileFacts, expr: int) -> tuple[int, int]:
    """Return the scope and the position of the name that an access path begins with."""
    while facts.expr.op[expr] in (f.ATTRIBUTE, f.SUBSCRIPT):
        expr = facts_view.operand(facts, expr)
    return facts_view.name_scope(facts, expr), facts.expr.position[expr]


def blocks_that_test(facts: FileFacts, scope: int, name: int) -> list[int]:
    """Return the blocks of a scope that run if a test of a name, or of its attributes, holds."""
    return _tested(facts).get((scope, name), [])


def _tested(facts: FileFacts) -> dict[tuple[int, int], list[int]]:
    """Return the blocks with tests, by (scope, first name of an access path in the test)."""
    table: dict[tuple[int, int], list[int]] | None = facts.memo.get("tested")
    if table is None:
        table = facts.memo["tested"] = {}
        scopes = facts.block.scope
        for row, test in enumerate(facts.block.test):
            if test >= 0:
                for name in root_names(facts, test):
                    table.setdefault((scopes[row], name), []).append(row)
    return table


def tests_at(
    facts: FileFacts, blocks: list[int], scope: int, position: int
) -> list[tuple[int, bool, int]]:
    """Return (test, truth, start) of the tests that hold or fail at a position, outermost first.

    A test fails behind an earlier block that always leaves, in the later cases of a ``match``, and
    behind a loop that has ended; it holds behind an ``else`` that always leaves.
    """
    table = facts.block
    tests, starts, ends = table.test, table.start, table.end
    around = set(blocks_around(facts, scope, position))
    found: list[tuple[int, bool, int]] = []
    for row in _telling(facts, blocks, around):
        if starts[row] > position:
            continue
        kind = table.kind[row]
        if row in around:
            if kind in (f.IF_TRUE, f.LOOP, f.CASE):
                found.append((tests[row], True, starts[row]))
            elif kind == f.IF_FALSE:
                found.append((tests[row], False, starts[row]))
        elif ends[row] <= position:
            if table.flags[row]:
                if not _is_always_reached(facts, table.parent[row], around, position):
                    continue
                if kind == f.IF_TRUE or (kind == f.CASE and not _is_guarded(facts, row)):
                    found.append((tests[row], False, ends[row]))
                elif kind == f.IF_FALSE:
                    found.append((tests[row], True, ends[row]))
            elif kind == f.CASE:
                if _is_in_other_case(facts, row, around) and not _is_guarded(facts, row):
                    found.append((tests[row], False, ends[row]))
            elif kind == f.LOOP and table.parent[row] in around and not _breaks(facts, row):
                found.append((tests[row], False, ends[row]))
    return found


def _telling(facts: FileFacts, blocks: list[int], around: set[int]) -> list[int]:
    """Of many blocks that test a name those around a place, and those that tell what follows."""
    if len(blocks) <= _MANY:
        return blocks
    lasting: tuple[list[int], frozenset[int], list[int]] | None
    lasting = facts.memo.get(("lasting", blocks[0]))
    if lasting is None or lasting[0] is not blocks:
        table = facts.block
        rows = [row for row in blocks if table.flags[row] or table.kind[row] in (f.CASE, f.LOOP)]
        lasting = facts.memo["lasting", blocks[0]] = blocks, frozenset(blocks), rows
    return sorted({*lasting[2], *(lasting[1] & around)})


def _is_always_reached(facts: FileFacts, block: int, around: set[int], position: int) -> bool:
    """True if every path to a position, which the blocks ``around`` hold, runs through a block."""
    table = facts.block
    while block >= 0 and block not in around:
        kind, parent = table.kind[block], table.parent[block]
        if kind in (f.IF_TRUE, f.IF_FALSE):
            other = f.IF_FALSE if kind == f.IF_TRUE else f.IF_TRUE
            if not any(
                table.test[row] == table.test[block]
                and table.kind[row] == other
                and table.flags[row]
                and table.end[row] <= position
                for row in _children(facts, parent)
            ):
                return False
        elif kind not in (f.WITH_BODY, f.FINALLY):
            return False
        block = parent
    return block in around


def _children(facts: FileFacts, block: int) -> list[int]:
    """Return the rows of the blocks directly inside of a block."""
    table: dict[int, list[int]] | None = facts.memo.get("blocks inside")
    if table is None:
        table = facts.memo["blocks inside"] = {}
        for row, parent in enumerate(facts.block.parent):
            table.setdefault(parent, []).append(row)
    return table.get(block, [])


def _is_guarded(facts: FileFacts, case: int) -> bool:
    """True if a case has a guard: ``case pattern if test``."""
    kinds, ends = facts.block.kind, facts.block.end
    return any(
        kinds[row] == f.IF_TRUE and ends[row] == ends[case] for row in _children(facts, case)
    )


def _is_in_other_case(facts: FileFacts, case: int, around: set[int]) -> bool:
    """True if another case of the same ``match`` is among the blocks around."""
    kinds, parents, tests = facts.block.kind, facts.block.parent, facts.block.test
    matched = facts_view.matched_case(facts, tests[case]).subject
    return any(
        kinds[row] == f.CASE
        and parents[row] == parents[case]
        and facts_view.matched_case(facts, tests[row]).subject == matched
        for row in around
    )


def _breaks(facts: FileFacts, loop: int) -> bool:
    """True if a loop contains a ``break``."""
    pending = [loop]
    while pending:
        block = pending.pop()
        if facts.block.flags[block] & f.LEAVES_LOOP:
            return True
        pending += _children(facts, block)
    return False


def _is_rebound(facts: FileFacts, scope: int, chain: Chain, start: int, expr: int) -> bool:
    """True if the name is bound again between a test and a reading."""
    kinds = facts.binding.kind
    position = _origin(facts, expr)[1]
    if any(
        kinds[row] != f.WALRUS
        # In `x = x.next` the name is read first; expressions are in order of evaluation.
        and not (kinds[row] == f.ASSIGN and facts.binding.value[row] >= expr)
        and not _in_other_branch(facts, facts.binding.block[row], scope, position)
        for row in facts.bindings_between(scope, chain[0], start, position)
    ):
        return True
    if len(chain) < 2:
        return False
    if any(key < 0 for key in chain) and any(
        start <= facts.expr.position[container] < position
        for container in facts.item_binding.container
    ):
        return True
    positions = facts.attribute_binding.position
    return any(
        start <= positions[row] < position
        for name in chain[1:]
        for row in _writes(facts).get((scope, name), ())
    )


def _in_other_branch(facts: FileFacts, block: int, scope: int, position: int) -> bool:
    """True if a block is part of a branch of an ``if`` whose other branch a position is in."""
    kinds, parents, tests = facts.block.kind, facts.block.parent, facts.block.test
    around: set[int] = set()
    for other in blocks_around(facts, scope, position):
        if kinds[other] == f.LOOP:
            break  # the other branch may have run in an earlier iteration
        around.add(other)
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
    """Return the rows of attribute bindings by (scope, name of the attribute)."""
    table: dict[tuple[int, int], list[int]] | None = facts.memo.get("attribute writes")
    if table is None:
        table = facts.memo["attribute writes"] = {}
        names, scopes = facts.attribute_binding.name, facts.attribute_binding.scope
        for row, scope in enumerate(scopes):
            table.setdefault((scope, names[row]), []).append(row)
    return table


def assigned_value(facts: FileFacts, expr: int) -> int:
    """Return the row of the last value that the same scope assigned to an attribute, or -1.

    None is told if the assignment may not have run, or another one may have followed it.
    """
    chain = subject(facts, expr)
    if len(chain) < 2:
        return -1
    scope, _ = _origin(facts, expr)
    rows = _writes(facts).get((scope, chain[-1]))
    if not rows:
        return -1
    table = facts.attribute_binding
    positions, values = table.position, table.value
    position = facts.expr.position[expr]
    around = set(blocks_around(facts, scope, position))
    latest = -1
    for row in rows:
        if access_path(facts, table.receiver[row]) != chain[:-1] or values[row] < 0:
            continue
        if positions[row] >= position or values[row] >= expr:
            # A later assignment in a loop around comes before the next reading.
            if positions[row] != position and any(
                facts.block.kind[each] == f.LOOP for each in around
            ):
                return -1
            continue
        latest = row if table.block[row] in around else -1
    if latest < 0 or _is_name_is_rebound(facts, scope, chain, positions[latest], position):
        return -1
    return values[latest]


def _is_name_is_rebound(
    facts: FileFacts, scope: int, chain: Chain, start: int, position: int
) -> bool:
    return bool(facts.bindings_between(scope, chain[0], start, position))
