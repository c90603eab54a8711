"""How good a ranking is: nDCG, recall, reciprocal rank and hits, each from 0 to 1."""

import math
from collections.abc import Mapping, Sequence

from backend.rag.gain import ndcg as ndcg

Gains = Mapping[str, float]
"""Keys that are relevant to a question, each with its gain above 0."""


def recall(ranking: Sequence[str], relevant: Gains, depth: int) -> float:
    """The share of what is relevant that is among the first `depth`."""
    return len(set(ranking[:depth]) & set(relevant)) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], relevant: Gains, depth: int) -> float:
    """One over the rank of the first relevant one among the first `depth`, else 0."""
    return next((1 / rank for rank, key in enumerate(ranking[:depth], 1) if key in relevant), 0.0)


def hit(ranking: Sequence[str], relevant: Gains, depth: int) -> float:
    """1 where anything relevant is among the first `depth`, else 0."""
    return float(any(key in relevant for key in ranking[:depth]))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
