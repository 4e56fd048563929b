"""Tests of version and platform: facts of a file as they hold for one of each.

    if sys.version_info >= (3, 12):
        def override(method): ...

Stubs say in this way what is there where. Sources do too, but people read and change all of their
branches, so only stubs, and what is installed for one version, are looked at through this module.
"""

from __future__ import annotations

import operator
import re
from array import array
from bisect import bisect_right

from . import facts as f
from . import facts_view as view
from .facts import FileFacts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    # What a name or attribute that is imported stands for: the facts of the file that binds it, and
    # the row of its value there; or whether it holds; or nothing.
    Elsewhere = Callable[[FileFacts, int], "tuple[FileFacts, int] | bool | None"]


class Target:
    """A version, and a platform or nothing where tests of it stay open.

    ``elsewhere`` finds what is imported; without it, only the file itself is looked at.
    """

    __slots__ = ("elsewhere", "platform", "version")

    def __init__(
        self, version: tuple[int, int], platform: str, elsewhere: Elsewhere | None = None
    ) -> None:
        """Evaluate tests for one version and platform."""
        self.version = version
        self.platform = platform
        self.elsewhere = elsewhere


_TOLD = ("version_info", "version", "platform")
# ``os.name`` and ``platform.system()`` by ``sys.platform``.
_NAMES_OF_PLATFORMS = {
    "linux": ("posix", "Linux"),
    "darwin": ("posix", "Darwin"),
    "win32": ("nt", "Windows"),
}
# Constants that are called after a version, whatever they are made from: PY2, IS_PY3, six.PY34.
_FLAG = re.compile(r"_?(?:IS_?)?PY(?:THON)?_?([23])|is_(?:py|python)_?([23])")
# Builtins that are chosen before there was `a if b else c`: `PY3 and str or unicode`.
_CLASSES = frozenset(["str", "bytes", "int", "float", "bool", "list", "dict", "range", "object"])
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_OTHER = ("is not", "is-not", "!=")
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
        kept = facts.memo[key] = _made_for(facts, Target(version, platform))
    return kept


def dead_stretches(facts: FileFacts, target: Target) -> list[tuple[int, int]]:
    """(start, end) of what never runs for a version and platform, in order."""
    return _branches(facts, target)[0]


def lasting_blocks(facts: FileFacts, target: Target) -> frozenset[int]:
    """Rows of the branches that are always taken for a version and platform."""
    return frozenset(_branches(facts, target)[1])


def is_inside(stretches: list[tuple[int, int]], position: int) -> bool:
    """True if a position is in one of some stretches, which are in order."""
    at = bisect_right(stretches, position, key=operator.itemgetter(0)) - 1
    return at >= 0 and position < stretches[at][1]


def _made_for(facts: FileFacts, target: Target) -> FileFacts:
    dead, lifted = _branches(facts, target)
    if not dead and not lifted:
        return facts
    made = facts.copy()
    gone = _unreachable_bindings(facts, dead, target)
    made.memo[DEAD] = gone
    if gone:
        made.binding_order = facts.binding_order.replaced(
            value=_column([row for row in facts.binding_order.value if row not in gone])
        )
    made.binding = facts.binding.replaced(
        block=_column([lifted.get(block, block) for block in facts.binding.block])
    )
    names = list(facts.imports.name)
    for row in _rows_inside(facts.imports.position, dead):
        names[row] = f.NEVER
    made.imports = facts.imports.replaced(name=_column(names))
    unsaid = set(_rows_inside(facts.exports.position, dead))
    if unsaid:
        rows = range(len(facts.exports.position))
        made.exports = facts.exports.chosen([row for row in rows if row not in unsaid])
    return made


def _branches(facts: FileFacts, target: Target) -> tuple[list[tuple[int, int]], dict[int, int]]:
    """Stretches that never run, and blocks that always do with the block around each."""
    kinds, parents, tests, starts, ends = facts.block[:5]
    dead: list[tuple[int, int]] = []
    lifted: dict[int, int] = {}
    truths: dict[int, bool | None] = {}
    for block, kind in enumerate(kinds):
        if kind not in (f.IF_TRUE, f.IF_FALSE):
            continue
        test = tests[block]
        if test not in truths:  # both branches have the same
            truths[test] = _truth(facts, test, target)
        truth = truths[test]
        if truth is None:
            continue
        if truth == (kind == f.IF_TRUE):
            parent = parents[block]
            lifted[block] = lifted.get(parent, parent)
            if facts.block.flags[block] and parent >= 0:
                dead.append((ends[block], ends[parent]))  # what follows a `return` that is reached
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


def _unreachable_bindings(
    facts: FileFacts, dead: list[tuple[int, int]], target: Target
) -> frozenset[int]:
    """Bindings that never happen.

    What only another platform has is kept: code for it is read and written on this one too.
    """
    names, scopes, positions = facts.binding[:3]
    never = frozenset(_rows_inside(positions, dead))
    bound = {(scopes[row], names[row]) for row in never}
    happening = {
        each
        for row, each in enumerate(zip(scopes, names, strict=True))
        if each in bound and row not in never
    }
    alone = {row for row in never if (scopes[row], names[row]) not in happening}
    if not alone or not target.platform:
        return never
    anywhere = _branches(facts, Target(target.version, ""))[0]
    return never - {row for row in alone if not is_inside(anywhere, positions[row])}


def _rows_inside(positions: Iterable[int], stretches: list[tuple[int, int]]) -> list[int]:
    """Rows whose positions are in one of some stretches, which are in order."""
    starts = [0, *(start for start, _ in stretches)]
    ends = [0, *(end for _, end in stretches)]
    return [row for row, at in enumerate(positions) if at < ends[bisect_right(starts, at) - 1]]


def _column(values: list[int]) -> memoryview[int]:
    return memoryview(array("q", values))


# Constants that are made from others.
_DEPTH = 4


def _truth(facts: FileFacts, test: int, target: Target, depth: int = _DEPTH) -> bool | None:
    """Return whether a test holds for a version and platform.

    None when it depends on more than them.
    """
    kind = view.op(facts, test)
    if kind == f.NOT:
        inner = _truth(facts, view.operand(facts, test), target, depth)
        return None if inner is None else not inner
    if kind in (f.AND, f.OR):
        left, right = (_truth(facts, side, target, depth) for side in view.branches(facts, test))
        decides = kind == f.OR
        if decides in (left, right):
            return decides
        return None if left is None or right is None else not decides
    if kind in (f.TRUE, f.FALSE):
        return kind == f.TRUE
    if kind in (f.NAME, f.ATTRIBUTE):
        name = _last_name(facts, test)
        if name == "TYPE_CHECKING" or (name in _CLASSES and not _bindings(facts, test)):
            return True
        return _of_constant(facts, test, name, target, depth)
    if kind == f.COMPARE:
        return _compared(facts, test, target, depth)
    if kind == f.CALL:
        return _starts_with(facts, test, target, depth)
    return None


def _of_constant(facts: FileFacts, expr: int, name: str, target: Target, depth: int) -> bool | None:
    """Return whether a constant holds that is bound to a test of version and platform."""
    flag = _FLAG.fullmatch(name)
    found = _value_of(facts, expr, target) if depth else None
    if isinstance(found, bool):
        return found
    if found is not None:
        where, value = found
        # What is simply true or false may be changed by whoever reads it.
        if flag or view.op(where, value) not in (f.TRUE, f.FALSE):
            truth = _truth(where, value, target, depth - 1)
            if truth is not None:
                return truth
    return None if flag is None else (flag[1] or flag[2]) == "3"


def _value_of(facts: FileFacts, expr: int, target: Target) -> tuple[FileFacts, int] | bool | None:
    """Return the one value that a plain name is bound to, or what is known of it elsewhere."""
    rows = _bindings(facts, expr)
    found = constant_value(facts, rows, target)
    if found is None and target.elsewhere is not None and _is_of_import(facts, expr):
        found = target.elsewhere(facts, expr)
    return found


def _bindings(facts: FileFacts, expr: int) -> list[int]:
    """Return the bindings of a plain name where it is read; none of anything else."""
    return view.bindings_around(facts, expr) if view.op(facts, expr) == f.NAME else []


def _is_of_import(facts: FileFacts, expr: int) -> bool:
    """True if the first name of a dotted one is imported: no other leads to a module's constant."""
    while (attribute := view.attribute(facts, expr)) is not None:
        expr = attribute.receiver
    return any(facts.binding.kind[row] == f.IMPORT for row in _bindings(facts, expr))


def constant_value(
    facts: FileFacts, rows: list[int], target: Target
) -> tuple[FileFacts, int] | bool | None:
    """Return the value that some bindings of a name give it: that of one, or the one that runs."""
    kinds, values = facts.binding.kind, facts.binding.value
    if any(kinds[row] != f.ASSIGN or values[row] < 0 for row in rows):
        return None
    if len(rows) > 1:
        direct = Target(target.version, target.platform)
        key = f"written for {direct.version} {direct.platform}"
        dead: list[tuple[int, int]] | None = facts.memo.get(key)
        if dead is None:
            facts.memo[key] = []  # meanwhile: the tests around may ask for constants themselves
            dead = facts.memo[key] = dead_stretches(facts, direct)
        rows = [row for row in rows if not is_inside(dead, facts.binding.position[row])]
        if len(rows) != 1:
            return None
        if view.op(facts, values[rows[0]]) in (f.TRUE, f.FALSE):
            return view.op(facts, values[rows[0]]) == f.TRUE
    return (facts, values[rows[0]]) if rows else None


def _last_name(facts: FileFacts, expr: int) -> str:
    attribute = view.attribute(facts, expr)
    return attribute.name if attribute is not None else view.plain_name(facts, expr)


def _compared(facts: FileFacts, test: int, target: Target, depth: int) -> bool | None:
    comparison = view.single_comparison(facts, test)
    if comparison is None:
        return None
    sides = comparison.left, comparison.right
    if {view.plain_name(facts, side) for side in sides} == {"str", "bytes"}:
        # One and the same in Python 2.
        is_same = comparison.operator in ("is", "==")
        return None if not is_same and comparison.operator not in _OTHER else not is_same
    if comparison.operator in ("in", "not-in"):
        return _contained(facts, comparison, target, depth)
    compared = _literal(facts, comparison.right)
    if comparison.operator not in _COMPARISONS or compared is None:
        return None
    actual = _of_sys(facts, comparison.left, target, depth)
    if isinstance(actual, tuple) and isinstance(compared, tuple):
        if compared[:2] == actual and len(compared) > 2:
            return None
        if view.subscript(facts, comparison.left) is None:
            # The version is longer than what it is compared with: (3, 12) < (3, 12, 0, "final", 0).
            actual = (*actual, 0)
    if actual is None or type(actual) is not type(compared):
        return None
    return _COMPARISONS[comparison.operator](actual, compared)


def _contained(
    facts: FileFacts, comparison: view.Comparison, target: Target, depth: int
) -> bool | None:
    """``sys.platform in ("win32", "cygwin")``, ``"win" in sys.platform``."""
    part = view.string(facts, comparison.left)
    if part is not None:
        whole = _of_sys(facts, comparison.right, target, depth)
        found = part in whole if isinstance(whole, str) else None
    elif view.op(facts, comparison.right) in (f.TUPLE, f.LIST, f.SET):
        listed = [view.string(facts, each) for each in view.elements(facts, comparison.right)]
        actual = None if None in listed else _of_sys(facts, comparison.left, target, depth)
        found = actual in listed if isinstance(actual, str) else None
    else:
        return None
    if found is None:
        return None
    return found == (comparison.operator == "in")


def _of_sys(
    facts: FileFacts, expr: int, target: Target, depth: int = _DEPTH
) -> tuple[int, ...] | int | str | None:
    """Return what ``sys.platform``, ``sys.version_info`` or a part of the latter is."""
    version, platform = target.version, target.platform
    subscript = view.subscript(facts, expr)
    if subscript is not None:
        whole = _of_sys(facts, subscript.value, target, depth)
        if whole is None or isinstance(whole, int):
            return None
        if view.op(facts, subscript.key) == f.SLICE:
            return whole  # `sys.version_info[:2]`, which is how it is written
        at = view.integer(facts, subscript.key)
        return whole[at] if at is not None and 0 <= at < len(whole) else None
    attribute = view.attribute(facts, expr)
    if attribute is None:
        return _of_name(facts, expr, target, depth)
    module = view.plain_name(facts, attribute.receiver)
    names = _NAMES_OF_PLATFORMS.get(platform)
    if module == "os" and attribute.name == "name":
        return names and names[0]
    if module == "sys":
        if attribute.name == "version_info":
            return version
        if attribute.name == "version":
            return f"{version[0]}.{version[1]}"
        if attribute.name == "platform":
            return platform or None
    if attribute.name in ("major", "minor"):
        whole = _of_sys(facts, attribute.receiver, target, depth)
        return whole[attribute.name == "minor"] if isinstance(whole, tuple) else None
    return _of_name(facts, expr, target, depth)


def _of_name(
    facts: FileFacts, expr: int, target: Target, depth: int
) -> tuple[int, ...] | int | str | None:
    """Return what a constant is that holds a version or platform, or ``platform.system()``."""
    function = view.attribute(facts, view.called(facts, expr))
    if function is not None:
        is_system = function.name == "system" and _last_name(facts, function.receiver) == "platform"
        names = _NAMES_OF_PLATFORMS.get(target.platform)
        return names[1] if is_system and names else None
    if view.plain_name(facts, expr) == "version_info":  # `from sys import version_info`
        return target.version
    if view.op(facts, expr) not in (f.NAME, f.ATTRIBUTE) or not depth:
        return None
    found = _value_of(facts, expr, target)
    if found is None or isinstance(found, bool):
        return None
    where, value = found
    if view.op(where, value) == f.ITEM:  # `major, minor = sys.version_info[:2]`
        whole = _of_sys(where, view.operand(where, value), target, depth - 1)
        at = view.item_place(where, value)
        return whole[at] if isinstance(whole, tuple) and 0 <= at < len(whole) else None
    return _of_sys(where, value, target, depth - 1)


def _literal(facts: FileFacts, expr: int) -> tuple[int, ...] | int | str | None:
    if view.op(facts, expr) != f.TUPLE:
        text = view.string(facts, expr)
        return view.integer(facts, expr) if text is None else text
    numbers = [view.integer(facts, part) for part in view.elements(facts, expr)]
    known = tuple(number for number in numbers if number is not None)
    return known if len(known) == len(numbers) else None


def _starts_with(facts: FileFacts, test: int, target: Target, depth: int) -> bool | None:
    """``sys.platform.startswith("linux")``, also with a tuple."""
    method = view.attribute(facts, view.called(facts, test))
    if method is None or method.name != "startswith":
        return None
    text = _of_sys(facts, method.receiver, target, depth)
    values = list(view.argument_values(facts, test))
    if len(values) == 1 and view.op(facts, values[0]) == f.TUPLE:
        values = list(view.elements(facts, values[0]))
    prefixes = tuple(prefix for value in values if (prefix := view.string(facts, value)))
    if not isinstance(text, str) or len(prefixes) != len(values):
        return None
    return text.startswith(prefixes)
