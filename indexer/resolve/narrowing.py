"""Narrowing: what tests say about a name where it is read."""

from __future__ import annotations

from .. import facts as f
from ..places import block_at
from .classes import mro
from .entities import CLASS, INFERRED, OUTSIDE
from .types import CLASS_OBJECT, INSTANCE, instance, known, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type


def narrowed(snapshot: Snapshot, path: str, expr: int, type_: Type) -> Type:
    """A type as the tests around a reading of it leave it."""
    facts = snapshot.need(path)
    chain = _spelled(facts, expr)
    if not chain:
        return type_
    scope = _scope_of(facts, expr)
    blocks = _tested(facts).get((scope, chain[0]))
    if blocks is None:
        return type_
    position = _start(facts, expr)
    for test, truth, start in _tests(facts, blocks, scope, position):
        if not _mentions(facts, test, chain):
            continue
        if _rebound(facts, scope, chain, start, position):
            continue
        type_ = _apply(snapshot, path, facts, test, truth, chain, type_)
    return type_


def _spelled(facts: FileFacts, expr: int) -> tuple[int, ...]:
    """Names of a plain or dotted name, innermost first; empty for anything else."""
    ops, _, lefts, rights = facts.expr
    chain: list[int] = []
    while ops[expr] == f.ATTRIBUTE:
        chain.append(rights[expr])
        expr = lefts[expr]
    if ops[expr] != f.NAME:
        return ()
    chain.append(lefts[expr])
    return tuple(reversed(chain))


def _scope_of(facts: FileFacts, expr: int) -> int:
    ops, _, lefts, rights = facts.expr
    while ops[expr] == f.ATTRIBUTE:
        expr = lefts[expr]
    return rights[expr]


def _start(facts: FileFacts, expr: int) -> int:
    ops, positions, lefts, _ = facts.expr
    while ops[expr] == f.ATTRIBUTE:
        expr = lefts[expr]
    return positions[expr]


def _tested(facts: FileFacts) -> dict[tuple[int, int], list[int]]:
    """Blocks by (scope, first name of what their test speaks of)."""
    table: dict[tuple[int, int], list[int]] | None = facts.memo.get("tested")
    if table is None:
        table = facts.memo["tested"] = {}
        scopes = facts.block[f.BLOCK_SCOPE]
        for row, test in enumerate(facts.block[f.BLOCK_TEST]):
            if test >= 0:
                for name in _subjects(facts, test):
                    table.setdefault((scopes[row], name), []).append(row)
    return table


def _subjects(facts: FileFacts, test: int) -> set[int]:
    """First names of what a test speaks of."""
    ops, _, lefts, rights = facts.expr
    op = ops[test]
    if op in (f.AND, f.OR):
        return _subjects(facts, lefts[test]) | _subjects(facts, rights[test])
    if op in (f.NOT, f.COMPARE):
        return _subjects(facts, lefts[test])
    if op == f.NAMED:
        return {facts.binding[f.BIND_NAME][rights[test]]}
    if op == f.CALL:
        at = rights[test]
        test = facts.extra[0][at + 3] if facts.extra[0][at] else test
    chain = _spelled(facts, test)
    return {chain[0]} if chain else set()


def _tests(
    facts: FileFacts, blocks: list[int], scope: int, position: int
) -> list[tuple[int, bool, int]]:
    """(test, whether it holds, where) of the blocks around a position, the outermost first.

    An earlier block that leaves counts with its test the other way round.
    """
    kinds, parents, tests, starts, ends, _, flags = facts.block
    inside: set[int] = set()
    block = block_at(facts, scope, position)
    while block >= 0:
        inside.add(block)
        block = parents[block]
    found: list[tuple[int, bool, int]] = []
    for row in blocks:
        test = tests[row]
        if starts[row] > position:
            continue
        kind = kinds[row]
        if row in inside:
            if kind in (f.IF_TRUE, f.LOOP):
                found.append((test, True, starts[row]))
            elif kind == f.IF_FALSE:
                found.append((test, False, starts[row]))
        elif flags[row] and ends[row] <= position and parents[row] in inside:
            if kind == f.IF_TRUE:
                found.append((test, False, ends[row]))
            elif kind == f.IF_FALSE:
                found.append((test, True, ends[row]))
    return found


def _mentions(facts: FileFacts, test: int, chain: tuple[int, ...]) -> bool:
    ops, _, lefts, rights = facts.expr
    op = ops[test]
    if op in (f.AND, f.OR):
        return _mentions(facts, lefts[test], chain) or _mentions(facts, rights[test], chain)
    if op == f.NOT:
        return _mentions(facts, lefts[test], chain)
    if op == f.NAMED:
        return facts.binding[f.BIND_NAME][rights[test]] == chain[0] and len(chain) == 1
    if op == f.COMPARE:
        return _mentions(facts, lefts[test], chain)
    if op == f.CALL:
        at = rights[test]
        return facts.extra[0][at] > 0 and _spelled(facts, facts.extra[0][at + 3]) == chain
    return _spelled(facts, test) == chain


def _rebound(
    facts: FileFacts, scope: int, chain: tuple[int, ...], start: int, position: int
) -> bool:
    """Whether the name gets a new value between a test and a reading."""
    positions = facts.binding[f.BIND_POS]
    if any(
        start <= positions[row] < position and facts.binding[f.BIND_KIND][row] != f.WALRUS
        for row in facts.bindings_of(scope, chain[0])
    ):
        return True
    if len(chain) < 2:
        return False
    table = facts.attribute_binding
    return any(
        table[f.ATTR_NAME][row] == chain[-1] and start <= at < position
        for row, at in enumerate(table[f.ATTR_POS])
    )


def _apply(
    snapshot: Snapshot,
    path: str,
    facts: FileFacts,
    test: int,
    truth: bool,
    chain: tuple[int, ...],
    type_: Type,
) -> Type:
    ops, _, lefts, rights = facts.expr
    op = ops[test]
    arguments = (snapshot, path, facts)
    if op == f.NOT:
        return _apply(*arguments, lefts[test], not truth, chain, type_)
    if op in (f.AND, f.OR):
        if truth == (op == f.AND):
            for part in (lefts[test], rights[test]):
                if _mentions(facts, part, chain):
                    type_ = _apply(*arguments, part, truth, chain, type_)
        elif op == f.OR and truth:
            parts = [
                _apply(*arguments, part, truth, chain, type_)
                for part in (lefts[test], rights[test])
            ]
            return union(*parts)
        return type_
    if op == f.COMPARE:
        at = rights[test]
        (extra,) = facts.extra
        if extra[at] == 2 and ops[extra[at + 2]] == f.NONE:
            operator = f.OPERATORS[extra[at + 1]]
            is_none = operator in ("is", "==")
            if is_none != truth:
                return known(type_)
        return type_
    if op == f.CALL:
        return _checked(snapshot, path, facts, test, truth, type_)
    return known(type_) if truth else type_


def _checked(
    snapshot: Snapshot,
    path: str,
    facts: FileFacts,
    test: int,
    truth: bool,
    type_: Type,
) -> Type:
    """``isinstance`` and ``issubclass``."""
    ops, _, lefts, rights = facts.expr
    function = lefts[test]
    if ops[function] != f.NAME:
        return type_
    name = facts.names[lefts[function]]
    (extra,) = facts.extra
    at = rights[test]
    if name not in ("isinstance", "issubclass") or extra[at] != 2:
        return type_
    classes = _classes_of(snapshot, path, extra[at + 6])
    if not classes:
        return type_
    form = INSTANCE if name == "isinstance" else CLASS_OBJECT
    if not truth:
        return tuple(
            value
            for value in type_
            if value[0] != form or not set(mro(snapshot, value[1])).intersection(classes)
        )
    kept = tuple(
        value
        for value in type_
        if value[0] == form and set(mro(snapshot, value[1])).intersection(classes)
    )
    if kept:
        return kept
    return tuple((form, cls, (), INFERRED) for cls in classes if cls[0] == CLASS)


def _classes_of(snapshot: Snapshot, path: str, expr: int) -> list[Entity]:
    from .evaluate import values

    found: list[Entity] = []
    for value in values(snapshot, path, expr):
        if value[0] == CLASS_OBJECT:
            found.append(value[1])
        elif value[0] == INSTANCE:
            for arg in value[2][:1]:
                found += [inner[1] for inner in arg if inner[0] == CLASS_OBJECT]
    return [cls for cls in found if cls[0] != OUTSIDE or cls[1]]


def matched(snapshot: Snapshot, path: str, subject: int, pattern: int) -> Type:
    """Type of what a pattern matched."""
    from .evaluate import values

    facts = snapshot.need(path)
    ops, _, lefts, _ = facts.expr
    if pattern >= 0 and ops[pattern] == f.PATTERN_CLASS:
        classes = _classes_of(snapshot, path, lefts[pattern])
        if classes:
            return tuple(instance(cls) for cls in classes if cls[0] == CLASS)
    if pattern >= 0 and ops[pattern] == f.PATTERN_OR:
        at = lefts[pattern]
        (extra,) = facts.extra
        return union(
            *(matched(snapshot, path, subject, part) for part in extra[at + 1 : at + 1 + extra[at]])
        )
    return known(values(snapshot, path, subject))
