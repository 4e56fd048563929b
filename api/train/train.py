"""Train the ranker of fixes on what was taken in a workspace; keep it if it ranks better there.

Weights are fitted to the older part of the decisions in the ledger, with mutations of the
workspace's own code; they are tried on the newest part. A ranker that is not better beyond chance
is shown and not kept.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...indexer import platforms
from ...indexer.store.task_store import OVERRULED, TaskStore
from ...indexer.text import UnreadableError, read
from ..check.fixes.ranking_model import NAME, as_json
from ..examples.candidate import Candidate
from ..examples.mistakes import recorded
from ..examples.own_code import mutated
from ..open_workspace import OpenWorkspace
from ..sessions.read_log import open_ledger
from ..source.whole_file import whole_file
from .decisions import Decision, decisions_of
from .fit import Comparison, compare, fit, taken_names, with_taken

LEAST = 300
"""Decisions below which nothing is fitted."""
_HELD_BACK = 0.3
_MUTATIONS = 300
_JUDGED = 6  # candidates for each decision that is wanted of mutations
_SEED = 2026


@dataclass(slots=True)
class Trained:
    """What came of training: how many decisions there are, weights and figures."""

    decisions: int = 0
    """Those of the ledger that had several fixes, one of which was right."""
    overruled: int = 0
    other: int = 0
    """Decisions in which none of the fixes was right."""
    mutations: int = 0
    refused: bool = False
    weights: dict[str, float] = field(default_factory=dict[str, float])
    taken: dict[str, int] = field(default_factory=dict[str, int])
    comparison: Comparison | None = None
    kept: str = ""
    """The file that the ranker was kept in; empty if it was not."""


def train(workspace: OpenWorkspace, *, keep: bool, mutations: int = _MUTATIONS) -> Trained:
    """Fit a ranker to the decisions of a workspace; raises ImportError without scikit-learn."""
    result = Trained()
    own: list[Decision] = []
    workspace = workspace.at_this_moment()
    with open_ledger(workspace) as ledger:
        store = TaskStore(ledger)
        for candidate in reversed([*recorded(store)]):  # the oldest first
            own += decisions_of(workspace, candidate)
        result.overruled = sum(
            row.fate == OVERRULED for task in store.tasks() for row in store.findings(task.id)
        )
    right = [each for each in own if each.right >= 0]
    result.decisions, result.other = len(right), len(own) - len(right)
    if len(right) < LEAST:
        result.refused = True
        return result
    pooled = [*_of_mutations(workspace, mutations)]
    result.mutations = len(pooled)
    older = right[: round(len(right) * (1 - _HELD_BACK))]
    newest = right[len(older) :]
    taken = taken_names(older)
    fitted = [*_known_before(older), *pooled]
    result.weights = {name: round(each, 4) for name, each in fit(fitted).items()}
    result.comparison = compare(with_taken(newest, taken), result.weights)
    result.taken = taken_names(right)
    path = os.path.join(workspace.index.workspace.state_dir, NAME)
    if result.comparison.is_better and keep:
        with whole_file(path) as file:
            file.write(as_json(result.weights, result.taken, about(result)).encode())
        result.kept = path
    return result


def about(result: Trained) -> dict[str, Any]:
    """Return the figures of a ranker, as they are kept with it."""
    told: dict[str, Any] = {
        "decisions": result.decisions, "overruled": result.overruled,
        "none_right": result.other, "mutations": result.mutations,
    }  # fmt: skip
    if result.comparison is not None:
        comparison = result.comparison
        told["held_back"] = comparison.decisions
        told["first_right"] = [round(comparison.before, 4), round(comparison.after, 4)]
        told["interval"] = [round(each, 4) for each in comparison.interval]
    return told


def forget(workspace: OpenWorkspace) -> bool:
    """Remove the ranker of a workspace; return True if there was one."""
    path = os.path.join(workspace.index.workspace.state_dir, NAME)
    try:
        platforms.remove(path)
    except FileNotFoundError:
        return False
    return True


def kept_text(workspace: OpenWorkspace) -> str:
    """Return the ranker of a workspace as it is kept, empty if there is none."""
    try:
        path = os.path.join(workspace.index.workspace.state_dir, NAME)
        return read(path).decode("utf-8", "replace")
    except UnreadableError:
        return ""


def _known_before(decisions: list[Decision]) -> list[Decision]:
    """Return decisions that know what was taken before each of them, and nothing later."""
    taken: Counter[str] = Counter()
    found: list[Decision] = []
    for each in decisions:
        found += with_taken([each], taken)
        taken.update(taken_names([each]))
    return found


def _of_mutations(workspace: OpenWorkspace, wanted: int) -> Iterator[Decision]:
    found = 0
    candidates = mutated(workspace, random.Random(_SEED))
    for judged, candidate in enumerate(candidates, 1):
        for each in _right_ones(workspace, candidate):
            found += 1
            yield each
        if found >= wanted or judged >= _JUDGED * wanted:
            return


def _right_ones(workspace: OpenWorkspace, candidate: Candidate) -> Iterator[Decision]:
    yield from (each for each in decisions_of(workspace, candidate) if each.right >= 0)
