"""How good a ranking is where it is known what is relevant."""

import math
from collections.abc import Mapping, Sequence
from typing import Any


def ndcg(ranking: Sequence[Any], relevant: Mapping[Any, float], depth: int) -> float:
    """Discounted gain of the first `depth` over that of the best ranking there is; gains are linear."""
    found = [relevant.get(key, 0.0) for key in ranking[:depth]]
    best = sorted(relevant.values(), reverse=True)[:depth]
    return _discounted(found) / _discounted(best) if best else 0.0


def _discounted(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
