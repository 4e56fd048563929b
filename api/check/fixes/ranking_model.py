"""The ranker of a workspace: weights of features and what was taken before, as plain JSON.

It is a file that others may have written: it is read up to a bound, and a value in it that is not
what it has to be makes the whole of it count for nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite
from typing import Any, cast

from ....indexer.text import UnreadableError, read

NAME = "fix-ranking.json"
FORMAT = 1
_LARGEST = 256_000
_MOST_TAKEN, _LONGEST, _HEAVIEST = 2_000, 300, 100.0

SHIPPED: Mapping[str, float] = {
    "position": 2.97,
    "similarity": 0.4,
    "fits": 1.6,
    "in file": 3.48,
    "receiver": 1.69,
    "adds import": -1.27,
    "removes": -1.63,
    "safe": 2.46,
}
"""Weights for workspaces without a ranker of their own: `benchmarks/train.py` on nine code bases.

On each of these by the weights of the eight others, the first fix is right 5.1 points more often
than in the rules' order (95 % of samples: 2.3 to 7.9; `benchmarks/RESULTS.md`)."""


@dataclass(frozen=True, slots=True)
class RankingModel:
    """Weights by feature, and how often which name was taken for a wrong one, by rule."""

    weights: Mapping[str, float]
    taken: Mapping[str, int] = field(default_factory=dict[str, int])
    """Counts by rule, wrong name and right name, with spaces between."""

    def score(self, features: Mapping[str, float]) -> float:
        """Return the worth of a fix."""
        return sum(weight * features.get(name, 0.0) for name, weight in self.weights.items())

    def taken_for(self, rule: str) -> Callable[[str, str], int]:
        """Return a function of a wrong and a right name: how often this was taken for that."""
        return lambda wrong, right: self.taken.get(f"{rule} {wrong} {right}", 0)


_IN_ORDER = ContextVar("fixes stay in the order of their rules", default=False)


@contextmanager
def order_of_rules() -> Generator[None]:
    """Let no ranker count, for whoever wants to know what the rules propose."""
    token = _IN_ORDER.set(True)
    try:
        yield
    finally:
        _IN_ORDER.reset(token)


def model_of(folder: str) -> RankingModel | None:
    """Return the ranker in a state folder, else the one that is shipped, if any."""
    if _IN_ORDER.get():
        return None
    try:
        stamp = os.stat(os.path.join(folder, NAME)).st_mtime_ns
    except OSError:
        return RankingModel(SHIPPED) if SHIPPED else None
    return _read(folder, stamp)


@lru_cache(8)
def _read(folder: str, _stamp: int) -> RankingModel | None:
    try:
        found = parsed(json.loads(read(os.path.join(folder, NAME), _LARGEST)))
    except (UnreadableError, ValueError, RecursionError):
        found = None
    return found or (RankingModel(SHIPPED) if SHIPPED else None)


def parsed(value: object) -> RankingModel | None:
    """Return the ranker that a JSON value is, None if anything of it is not as it has to be."""
    if not isinstance(value, dict):
        return None
    tables = cast("dict[str, Any]", value)
    if tables.get("format") != FORMAT:
        return None
    weights: Any = tables.get("weights")
    taken: Any = tables.get("taken", {})
    if not _is_table(weights, float, _HEAVIEST) or not _is_table(taken, int, 1e9):
        return None
    return RankingModel(weights, taken)


def _is_table(value: object, kind: type, most: float) -> bool:
    if not isinstance(value, dict) or len(cast("dict[str, Any]", value)) > _MOST_TAKEN:
        return False
    return all(
        len(name) <= _LONGEST
        and isinstance(each, int | float if kind is float else int)
        and not isinstance(each, bool)
        and isfinite(each)
        and abs(each) <= most
        for name, each in cast("dict[str, Any]", value).items()
    )


def as_json(weights: Mapping[str, float], taken: Mapping[str, int], about: object) -> str:
    """Return a ranker as text, with what is to be known of how it came about."""
    kept = dict(sorted(taken.items(), key=lambda each: (-each[1], each[0]))[:_MOST_TAKEN])
    model = {"format": FORMAT, "weights": dict(weights), "taken": kept, "about": about}
    return json.dumps(model, indent=1) + "\n"
