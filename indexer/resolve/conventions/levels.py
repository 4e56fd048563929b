"""How far conventions rest on each other.

What is passed for a parameter may itself be a parameter whose type only convention tells. Following
that through whatever the argument computes would soon mean all of the code base, so it is followed
only where the argument *is* a parameter, or an attribute of one; anything else is evaluated by
what types say.
"""

from __future__ import annotations

from ... import facts as f
from .. import evaluate
from ..entities import PARAMETER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...snapshot import Snapshot
    from ..types import Type

# Conventions that may rest on each other.
NESTED = 2


def by_types(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of an expression without looking for any more conventions."""
    progress = snapshot.progress
    before = progress.conventions
    progress.conventions = NESTED
    try:
        return evaluate.values(snapshot, path, expr)
    finally:
        progress.conventions = before


def handed_on(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of an argument, by convention where it is a parameter or an attribute of one."""
    facts = snapshot.need(path)
    ops, _, lefts, _ = facts.expr
    root = expr
    while ops[root] in (f.ATTRIBUTE, f.SUBSCRIPT):
        root = lefts[root]
    if ops[root] == f.NAME and any(
        item.entity[0] == PARAMETER for item in evaluate.objects(snapshot, path, root)
    ):
        return evaluate.values(snapshot, path, expr)
    return by_types(snapshot, path, expr)


def inside(snapshot: Snapshot, answer: Callable[[], Type]) -> Type:
    """An answer that looks into the body of another function: conventions count as nested there."""
    progress = snapshot.progress
    before = progress.conventions
    progress.conventions = min(before + 1, NESTED)
    try:
        return answer()
    finally:
        progress.conventions = before
