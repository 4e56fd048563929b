"""Shares with the interval that they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

_Z = NormalDist().inv_cdf(0.975)
_DIGITS = 4


def rate(count: int, of: int) -> dict[str, Any]:
    """Return a share with its Wilson interval of 95 %; of nothing, it is not known."""
    if not of:
        return {"count": 0, "of": 0, "share": None, "low": None, "high": None}
    share, square = count / of, _Z**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of**2)) / (1 + square / of)
    return {
        "count": count,
        "of": of,
        "share": round(share, _DIGITS),
        "low": round(max(middle - half, 0.0), _DIGITS),
        "high": round(min(middle + half, 1.0), _DIGITS),
    }


def quantile(values: Sequence[float], at: float) -> float | None:
    """Return the smallest value that a share of all does not exceed; None of nothing."""
    if not values:
        return None
    return sorted(values)[max(ceil(at * len(values)) - 1, 0)]
