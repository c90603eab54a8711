"""Measures have exactly the values that a hand finds."""

from math import log2

import pytest

from backend.cli.evaluation import metrics

RANKING = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("relevant", "depth", "expected"),
    [
        ({"a": 1.0}, 10, 1.0),
        ({"b": 1.0}, 10, 1 / log2(3)),
        ({"e": 1.0}, 4, 0.0),
        ({"a": 1.0, "c": 1.0}, 10, (1 + 1 / 2) / (1 + 1 / log2(3))),
        ({"a": 1.0, "b": 2.0}, 10, (1 + 2 / log2(3)) / (2 + 1 / log2(3))),
        ({"a": 1.0, "x": 1.0, "y": 1.0}, 2, 1 / (1 + 1 / log2(3))),
        ({"x": 1.0}, 10, 0.0),
        ({}, 10, 0.0),
    ],
)
def test_ndcg(relevant: dict[str, float], depth: int, expected: float) -> None:
    assert metrics.ndcg(RANKING, relevant, depth) == pytest.approx(expected, abs=1e-12)


def test_recall_is_the_share_of_what_is_relevant() -> None:
    relevant = {"a": 1.0, "c": 1.0, "x": 1.0, "y": 2.0}
    assert [metrics.recall(RANKING, relevant, depth) for depth in (1, 2, 3, 10)] == [0.25, 0.25, 0.5, 0.5]
    assert metrics.recall(RANKING, {}, 10) == 0.0


def test_the_reciprocal_rank_is_that_of_the_first_relevant_one() -> None:
    relevant = {"c": 1.0, "d": 5.0}
    assert [metrics.reciprocal_rank(RANKING, relevant, depth) for depth in (2, 3, 10)] == [0.0, 1 / 3, 1 / 3]


def test_a_hit_is_anything_relevant_within_the_depth() -> None:
    assert [metrics.hit(RANKING, {"c": 1.0}, depth) for depth in (1, 2, 3, 5)] == [0.0, 0.0, 1.0, 1.0]


def test_percentiles_are_values_that_were_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [metrics.percentile(values, share) for share in (0.2, 0.5, 0.95)] == [1.0, 3.0, 5.0]
    assert metrics.percentile([7.0], 0.5) == 7.0
    assert (metrics.mean([1.0, 2.0, 6.0]), metrics.mean([])) == (3.0, 0.0)
