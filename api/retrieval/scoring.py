"""BM25 over whatever counts as a document."""

from __future__ import annotations

from math import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

K1 = 1.2
B = 0.75


def rarity(n: int, df: float) -> float:
    """Return the inverse document frequency of a word in ``df`` of ``n`` documents."""
    return log(1 + (n - df + 0.5) / (df + 0.5))


def bm25(
    terms: Mapping[str, float],
    counts: Sequence[Mapping[str, float]],
    lengths: Sequence[float],
    *,
    b: float = B,
) -> list[float]:
    """A score for each document, given how often it has each word; ``terms`` maps to weights.

    ``lengths`` may be in any unit.
    """
    n = len(counts)
    average = sum(lengths) / n if n else 1.0
    scores = [0.0] * n
    dampings = [K1 * (1 - b + b * length / (average or 1.0)) for length in lengths]
    for term, weight in terms.items():
        having = [(row, found) for row, each in enumerate(counts) if (found := each.get(term))]
        if having:
            gain = weight * rarity(n, len(having)) * (K1 + 1)
            for row, found in having:
                scores[row] += gain * found / (found + dampings[row])
    return scores


def scaled(scores: list[float]) -> list[float]:
    """Scores between 0 and 1."""
    most = max(scores, default=0.0)
    return [score / most for score in scores] if most > 0 else scores
