"""Tests of version and platform: facts of a file as they hold for one of each.

    if sys.version_info >= (3, 12):
        def override(method): ...

Stubs say in this way what is there where. Sources do too, but people read and change all of their
branches, so only stubs, and what is installed for one version, are looked at through this module.
"""

from __future__ import annotations

import operator
from array import array
from bisect import bisect_right

from . import facts as f
from . import facts_view as view
from .facts import FileFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    # Version, and platform or nothing where tests of it stay open.
    Target = tuple[tuple[int, int], str]

_TOLD = ("version_info", "platform")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
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
    made.binding_order = facts.binding_order.replaced(
        value=_column(row for row in facts.binding_order.value if row not in gone)
    )
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
    at = bisect_right(stretches, position, key=operator.itemgetter(0)) - 1
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
    kind = view.op(facts, test)
    if kind == f.NOT:
        inner = _truth(facts, view.operand(facts, test), target)
        return None if inner is None else not inner
    if kind in (f.AND, f.OR):
        left, right = (_truth(facts, side, target) for side in view.branches(facts, test))
        decides = kind == f.OR
        if decides in (left, right):
            return decides
        return None if left is None or right is None else not decides
    if kind in (f.TRUE, f.FALSE):
        return kind == f.TRUE
    if kind in (f.NAME, f.ATTRIBUTE):
        return True if _last_name(facts, test) == "TYPE_CHECKING" else None
    if kind == f.COMPARE:
        return _compared(facts, test, target)
    if kind == f.CALL:
        return _starts_with(facts, test, target)
    return None


def _last_name(facts: FileFacts, expr: int) -> str:
    attribute = view.attribute(facts, expr)
    return attribute.name if attribute is not None else view.plain_name(facts, expr)


def _compared(facts: FileFacts, test: int, target: Target) -> bool | None:
    comparison = view.single_comparison(facts, test)
    if comparison is None or comparison.operator not in _COMPARISONS:
        return None
    actual = _of_sys(facts, comparison.left, target)
    compared = _literal(facts, comparison.right)
    if isinstance(actual, tuple) and isinstance(compared, tuple):
        if compared[:2] == actual and len(compared) > 2:
            return None
        if view.subscript(facts, comparison.left) is None:
            # The version is longer than what it is compared with: (3, 12) < (3, 12, 0, "final", 0).
            actual = (*actual, 0)
    if actual is None or type(actual) is not type(compared):
        return None
    return _COMPARISONS[comparison.operator](actual, compared)


def _of_sys(facts: FileFacts, expr: int, target: Target) -> tuple[int, ...] | int | str | None:
    """Return what ``sys.platform``, ``sys.version_info`` or a part of the latter is."""
    version, platform = target
    subscript = view.subscript(facts, expr)
    if subscript is not None:
        whole = _of_sys(facts, subscript.value, target)
        if not isinstance(whole, tuple):
            return None
        if view.op(facts, subscript.key) == f.SLICE:
            return whole  # `sys.version_info[:2]`, which is how it is written
        at = view.integer(facts, subscript.key)
        return whole[at] if at is not None and 0 <= at < len(whole) else None
    attribute = view.attribute(facts, expr)
    if attribute is None:  # `from sys import version_info`
        return version if view.plain_name(facts, expr) == "version_info" else None
    if view.plain_name(facts, attribute.receiver) == "sys":
        if attribute.name == "version_info":
            return version
        return (platform or None) if attribute.name == "platform" else None
    if attribute.name in ("major", "minor"):
        whole = _of_sys(facts, attribute.receiver, target)
        return whole[attribute.name == "minor"] if isinstance(whole, tuple) else None
    return None


def _literal(facts: FileFacts, expr: int) -> tuple[int, ...] | int | str | None:
    if view.op(facts, expr) != f.TUPLE:
        text = view.string(facts, expr)
        return view.integer(facts, expr) if text is None else text
    numbers = [view.integer(facts, part) for part in view.elements(facts, expr)]
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == len(numbers) else None


def _starts_with(facts: FileFacts, test: int, target: Target) -> bool | None:
    """``sys.platform.startswith("linux")``."""
    method = view.attribute(facts, view.called(facts, test))
    if method is None or method.name != "startswith":
        return None
    platform = _of_sys(facts, method.receiver, target)
    prefixes = [view.string(facts, value) for value in view.argument_values(facts, test)]
    if not isinstance(platform, str) or len(prefixes) != 1 or prefixes[0] is None:
        return None
    return platform.startswith(prefixes[0])
