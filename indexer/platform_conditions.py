"""Tests of version and platform: facts of a file as they hold for one of each.

    if sys.version_info >= (3, 12):
        def override(method): ...

Stubs say in this way what is there where. Sources do too, but people read and change all of their
branches, so only stubs, and what is installed for one version, are looked at through this module.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from operator import itemgetter

from . import facts as f
from .facts import FileFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    # Version, and platform or nothing where tests of it stay open.
    Target = tuple[tuple[int, int], str]

_TOLD = ("version_info", "platform")
_COMPARISONS = frozenset(["<", "<=", ">", ">=", "==", "!="])
# What facts for one target remember: rows of bindings that never happen.
DEAD = "never"


def is_conditional(facts: FileFacts) -> bool:
    """True if a file speaks of versions or platforms at all."""
    return any(facts.name_id(name) >= 0 for name in _TOLD)


def holding(facts: FileFacts, version: tuple[int, int], platform: str) -> FileFacts:
    """Facts without the bindings, imports and exports in branches that are never taken.

    Rows keep their numbers: what cannot happen is only found no more by name. The same facts when
    nothing depends on version or platform. An empty ``platform`` keeps the branches of all.
    """
    key = f"holding {version} {platform}"
    kept: FileFacts | None = facts.memo.get(key)
    if kept is None:
        kept = facts.memo[key] = _made_for(facts, (version, platform))
    return kept


def never_runs(facts: FileFacts, version: tuple[int, int], platform: str, position: int) -> bool:
    """True if a position is in a branch that is never taken for a version and platform."""
    key = f"dead {version} {platform}"
    dead: list[tuple[int, int]] | None = facts.memo.get(key)
    if dead is None:
        conditional = is_conditional(facts)
        dead = facts.memo[key] = _branches(facts, (version, platform))[0] if conditional else []
    return _inside(dead, position)


def _made_for(facts: FileFacts, target: Target) -> FileFacts:
    dead, lifted = _branches(facts, target)
    if not dead and not lifted:
        return facts
    made = facts.copy()
    gone = _unreachable_bindings(
        facts, dead, _branches(facts, (target[0], ""))[0] if target[1] else dead
    )
    made.memo[DEAD] = gone
    made.binding_order = (_column(row for row in facts.binding_order[0] if row not in gone),)
    made.binding = facts.binding.replaced(
        block=_column(lifted.get(block, block) for block in facts.binding.block)
    )
    imports = facts.imports
    made.imports = imports.replaced(
        name=_column(
            f.NEVER if _inside(dead, at) else name
            for name, at in zip(imports.name, imports.position, strict=True)
        )
    )
    exports = [row for row, at in enumerate(facts.exports.position) if not _inside(dead, at)]
    made.exports = facts.exports.chosen(exports)
    return made


def _branches(facts: FileFacts, target: Target) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """Stretches that never run, and blocks that always do with the block around each."""
    kinds, parents, tests, starts, ends = facts.block[:5]
    dead: list[tuple[int, int]] = []
    lifted: dict[int, int] = {}
    for block, kind in enumerate(kinds):
        if kind not in (f.IF_TRUE, f.IF_FALSE):
            continue
        truth = _truth(facts, tests[block], target)
        if truth is None:
            continue
        if truth == (kind == f.IF_TRUE):
            parent = parents[block]
            lifted[block] = lifted.get(parent, parent)
        elif starts[block] < ends[block]:
            dead.append((starts[block], ends[block]))
    return _merged(dead), lifted


def _merged(stretches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same stretches in order, those inside of others left out."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(stretches):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return result


def _inside(stretches: list[tuple[int, int]], position: int) -> bool:
    at = bisect_right(stretches, position, key=itemgetter(0)) - 1
    return at >= 0 and position < stretches[at][1]


def _unreachable_bindings(
    facts: FileFacts, dead: list[tuple[int, int]], on_any_platform: list[tuple[int, int]]
) -> frozenset[int]:
    """Bindings that never happen.

    What only another platform has is kept: code for it is read and written on this one too.
    """
    names, scopes, positions = facts.binding[:3]
    never = [row for row, at in enumerate(positions) if _inside(dead, at)]
    if on_any_platform == dead:
        return frozenset(never)
    happening = {
        (scopes[row], names[row]) for row, at in enumerate(positions) if not _inside(dead, at)
    }
    return frozenset(
        row
        for row in never
        if (scopes[row], names[row]) in happening or _inside(on_any_platform, positions[row])
    )


def _column(values: Iterable[int]) -> memoryview[int]:
    return memoryview(array("q", values))


def _truth(facts: FileFacts, test: int, target: Target) -> bool | None:
    """Return whether a test holds for a version and platform.

    None when it depends on more than them.
    """
    ops, _, lefts, rights = facts.expr
    if test < 0:
        return None
    op = ops[test]
    if op == f.NOT:
        inner = _truth(facts, lefts[test], target)
        return None if inner is None else not inner
    if op in (f.AND, f.OR):
        left = _truth(facts, lefts[test], target)
        right = _truth(facts, rights[test], target)
        decides = op == f.OR
        if decides in (left, right):
            return decides
        return None if left is None or right is None else not decides
    if op in (f.TRUE, f.FALSE):
        return op == f.TRUE
    if op in (f.NAME, f.ATTRIBUTE):
        name = facts.names[lefts[test] if op == f.NAME else rights[test]]
        return True if name == "TYPE_CHECKING" else None
    if op == f.COMPARE:
        return _compared(facts, test, target)
    if op == f.CALL:
        return _starts_with(facts, test, target)
    return None


def _compared(facts: FileFacts, test: int, target: Target) -> bool | None:
    _, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    at = rights[test]
    if extra[at] != 2:
        return None
    operator = f.OPERATORS[extra[at + 1]] if extra[at + 1] >= 0 else ""
    if operator not in _COMPARISONS:
        return None
    actual = _of_sys(facts, lefts[test], target)
    compared = _literal(facts, extra[at + 2])
    if actual is None or compared is None:
        return None
    if isinstance(actual, tuple) and isinstance(compared, tuple):
        # The version is longer than what it is compared with: (3, 12) < (3, 12, 0, "final", 0).
        if operator in ("==", "!=") and len(compared) > len(actual):
            return None
        if len(compared) > len(actual):
            if compared[:2] == actual:
                return None
        elif operator in ("<=", ">", "==", "!=") and not _is_cut(facts, lefts[test]):
            return {
                "<=": actual < compared,
                ">": actual >= compared,
                "==": False,
                "!=": True,
            }[operator]
        return _holds(operator, actual, compared)
    if isinstance(actual, int) and isinstance(compared, int):
        return _holds(operator, (actual,), (compared,))
    if isinstance(actual, str) and isinstance(compared, str):
        return _holds(operator, actual, compared)
    return None


def _holds(operator: str, left: tuple[int, ...] | str, right: tuple[int, ...] | str) -> bool | None:
    if operator in ("==", "!="):
        return (left == right) == (operator == "==")
    if isinstance(left, str) or isinstance(right, str):
        return None
    if operator in ("<", ">="):
        return (left < right) == (operator == "<")
    return (left <= right) == (operator == "<=")


def _is_cut(facts: FileFacts, expr: int) -> bool:
    return facts.expr.op[expr] == f.SUBSCRIPT


def _of_sys(facts: FileFacts, expr: int, target: Target) -> tuple[int, ...] | int | str | None:
    """Return what ``sys.platform``, ``sys.version_info`` or a part of the latter is."""
    ops, _, lefts, rights = facts.expr
    version, platform = target
    if ops[expr] == f.SUBSCRIPT:
        whole = _of_sys(facts, lefts[expr], target)
        index = rights[expr]
        if not isinstance(whole, tuple):
            return None
        if ops[index] == f.SLICE:
            return whole  # `sys.version_info[:2]`, which is how it is written
        at = _literal(facts, index)
        return whole[at] if isinstance(at, int) and 0 <= at < len(whole) else None
    if ops[expr] == f.ATTRIBUTE:
        name, receiver = facts.names[rights[expr]], lefts[expr]
        if ops[receiver] == f.NAME and facts.names[lefts[receiver]] == "sys":
            if name == "version_info":
                return version
            return (platform or None) if name == "platform" else None
        if name in ("major", "minor"):
            whole = _of_sys(facts, receiver, target)
            return whole[name == "minor"] if isinstance(whole, tuple) else None
        return None
    if ops[expr] == f.NAME and facts.names[lefts[expr]] == "version_info":
        return version  # `from sys import version_info`
    return None


def _literal(facts: FileFacts, expr: int) -> tuple[int, ...] | int | str | None:
    ops, _, lefts, rights = facts.expr
    op = ops[expr]
    if op == f.INTEGER:
        return lefts[expr] if rights[expr] else None
    if op == f.STRING:
        return facts.strings[lefts[expr]] if lefts[expr] >= 0 else None
    if op == f.TUPLE:
        (extra,) = facts.extra
        at = lefts[expr]
        parts = [_literal(facts, part) for part in extra[at + 1 : at + 1 + extra[at]]]
        numbers = tuple(part for part in parts if isinstance(part, int))
        return numbers if len(numbers) == len(parts) else None
    return None


def _starts_with(facts: FileFacts, test: int, target: Target) -> bool | None:
    """``sys.platform.startswith("linux")``."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    function, at = lefts[test], rights[test]
    if ops[function] != f.ATTRIBUTE or facts.names[rights[function]] != "startswith":
        return None
    platform = _of_sys(facts, lefts[function], target)
    if not isinstance(platform, str) or extra[at] != 1:
        return None
    start = _literal(facts, extra[at + 3])
    return platform.startswith(start) if isinstance(start, str) else None
