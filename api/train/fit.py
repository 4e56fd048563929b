"""Fit weights to decisions, and tell on others whether they rank better than the rules do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from ..check.fixes.ranking import FEATURES, taken_share
from ..check.fixes.ranking_model import RankingModel
from .decisions import Decision

_RESAMPLES = 2_000
_SEED = 2026
# Strength of the regularization: a weight has to be worth its size.
_C = 1.0


@dataclass(slots=True)
class Comparison:
    """Shares of held-back decisions whose first fix is right, and how sure the difference is."""

    decisions: int
    before: float
    after: float
    interval: tuple[float, float]
    """Of 95 %, of the difference: by a paired bootstrap."""
    changed: list[tuple[Decision, int]] = field(default_factory=list["tuple[Decision, int]"])
    """Decisions with another first fix than before, and its place."""

    @property
    def is_better(self) -> bool:
        """True if the difference is above zero, beyond what chance gives."""
        return self.interval[0] > 0


def fit(decisions: Sequence[Decision]) -> dict[str, float]:
    """Return a weight for each feature, by logistic regression on pairs of a right and a wrong fix.

    The right fix less the wrong one has to be above zero; there is no constant, so what all fixes
    of a finding have does not count. Raises ImportError without scikit-learn.
    """
    linear: Any = import_module("sklearn.linear_model")  # an extra, without types

    rows: list[list[float]] = []
    labels: list[int] = []
    for decision in decisions:
        if decision.right < 0:
            continue
        best = decision.features[decision.right]
        for at, other in enumerate(decision.features):
            if at != decision.right:
                row = [best[name] - other[name] for name in FEATURES]
                rows += [row, [-each for each in row]]
                labels += [1, 0]
    model = linear.LogisticRegression(C=_C, fit_intercept=False, max_iter=1_000)
    model.fit(rows, labels)
    return {name: float(w) for name, w in zip(FEATURES, model.coef_[0], strict=True)}


def taken_names(decisions: Sequence[Decision]) -> dict[str, int]:
    """Return how often which name was taken for a wrong one, as a ranker keeps it."""
    found: Counter[str] = Counter()
    for each in decisions:
        if each.right >= 0 and each.names[each.right][1]:
            wrong, right = each.names[each.right]
            found[f"{each.rule} {wrong} {right}"] += 1
    return dict(found)


def with_taken(decisions: Sequence[Decision], taken: Mapping[str, int]) -> list[Decision]:
    """Return decisions that know what was taken before, apart from each of them itself."""
    found: list[Decision] = []
    for each in decisions:
        features = [
            {**row, "taken": taken_share(taken.get(f"{each.rule} {wrong} {right}", 0))}
            for row, (wrong, right) in zip(each.features, each.names, strict=True)
        ]
        found.append(
            Decision(
                each.rule, each.right, features, each.names, each.titles, each.origin,
                each.source, each.path,
            )
        )  # fmt: skip
    return found


def compare(decisions: Sequence[Decision], weights: Mapping[str, float]) -> Comparison:
    """Hold weights against the rules' own order on decisions that they were not fitted to."""
    model = RankingModel(weights)
    before: list[int] = []
    after: list[int] = []
    changed: list[tuple[Decision, int]] = []
    for each in decisions:
        scores = [model.score(row) for row in each.features]
        first = max(range(len(scores)), key=lambda at: (scores[at], -at))
        before.append(each.right == 0)
        after.append(each.right == first)
        if first:
            changed.append((each, first))
    gains = [b - a for a, b in zip(before, after, strict=True)]
    n = max(len(decisions), 1)
    return Comparison(len(decisions), sum(before) / n, sum(after) / n, bootstrap(gains), changed)


def bootstrap(gains: Sequence[int]) -> tuple[float, float]:
    """Return the interval that holds the mean of paired differences in 95 of 100 samples."""
    if not gains:
        return 0.0, 0.0
    chance = random.Random(_SEED)
    n = len(gains)
    means = sorted(sum(chance.choices(gains, k=n)) / n for _ in range(_RESAMPLES))
    return means[int(0.025 * _RESAMPLES)], means[int(0.975 * _RESAMPLES) - 1]
