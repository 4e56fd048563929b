"""All kinds of suggestions, found and put in order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from time import thread_time
from typing import NamedTuple

from ...indexer.errors import OutOfWorkError
from ...indexer.inference.inference import Inference
from ...indexer.snapshot.time_limit import TimeLimit
from ..open_workspace import OpenWorkspace
from . import (
    clones,
    dead_code,
    deprecated,
    import_cycles,
    misplaced,
    passed_through,
    siblings,
    untested,
)
from .generated import doubt_generated
from .suggestion import GRADES, Suggestion

# Steps of work that one kind may take.
_WORK = 40_000_000
# Seconds of CPU that finding all kinds may take, and more for each byte of code; of what is left of
# them a kind may take half. Code that people write takes less: streamlink's 3.5 MB 20 of 52.
_SECONDS, _SECONDS_PER_BYTE = 10.0, 12e-6


class Kind(NamedTuple):
    """A kind of suggestion: its name, what finds it, and what it is in a few words."""

    name: str
    find: Callable[[Inference], list[Suggestion]]
    doc: str


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(dead_code.KIND, dead_code.find, "definitions that nothing uses"),
        Kind(clones.KIND, clones.find, "functions and classes that do the same"),
        Kind(import_cycles.KIND, import_cycles.find, "modules that import each other"),
        Kind(passed_through.KIND, passed_through.find, "parameters that are only passed on"),
        Kind(deprecated.KIND, deprecated.find, "uses of what is deprecated or gone"),
        Kind(siblings.DRIFT, siblings.find_drift, "classes that are unlike their siblings"),
        Kind(siblings.MISSING_BASE, siblings.find_missing_bases, "classes alike without a base"),
        Kind(misplaced.KIND, misplaced.find, "functions that belong to another module"),
    )
}  # fmt: skip
"""Kinds by name; the first are shown first."""


def find_suggestions(
    workspace: OpenWorkspace, inference: Inference, kinds: Collection[str] = ()
) -> list[Suggestion]:
    """Return suggestions of some kinds, or of all: the sure ones first, the most worth first.

    They are remembered as long as no file changes; what rests on the last commit is not.
    """
    found: list[Suggestion] = []
    size = sum(row[2] for row in inference.snapshot.view.files.values())
    until = thread_time() + _SECONDS + size * _SECONDS_PER_BYTE
    for name in KINDS:
        if not kinds or name in kinds:
            found += _of_kind(inference, name, max(until - thread_time(), 0) / 2)
    if not kinds or untested.KIND in kinds:
        found += untested.find(workspace)
    order = [*KINDS, untested.KIND]
    found.sort(
        key=lambda each: (
            GRADES.index(each.grade), order.index(each.kind), -each.worth, each.entity
        )
    )  # fmt: skip
    return found


def memo_key(kind: str) -> str:
    """Return the key that suggestions of a kind have in the memo of a view."""
    return f"suggestions {kind}"


def _of_kind(inference: Inference, name: str, seconds: float) -> list[Suggestion]:
    snapshot = inference.snapshot
    memo = {} if snapshot.overlaid() else snapshot.view.memo
    known = memo.get(memo_key(name))
    if known is None:
        try:
            with snapshot.work.part(_WORK), TimeLimit(seconds):
                known = doubt_generated(inference, KINDS[name].find(inference))
        except OutOfWorkError:
            snapshot.work.leave_out(f"{name}: finding all takes too much work")
            return []
        memo[memo_key(name)] = known
    return known


def within(found: Iterable[Suggestion], paths: Collection[str]) -> list[Suggestion]:
    """Return the suggestions about files at, or below, some paths."""
    starts = tuple(f"{path.rstrip('/')}/" for path in paths)
    return [
        each
        for each in found
        if not paths or "" in paths or f"{each.entity.path}/".startswith(starts)
    ]
