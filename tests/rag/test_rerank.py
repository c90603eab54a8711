"""A second look mixes its scores with the search's, or leaves the order as it is."""

import math

import pytest

from backend.errors import Invalid, Unavailable
from backend.rag import rerank
from backend.rag.rerank import Reranked
from tests.rag.scripted import Scripted, hit

HITS = [hit("a", 0.9), hit("b", 0.8), hit("c", 0.1)]


def test_scores_are_mixed_as_deviations_from_their_means() -> None:
    assert rerank.mixed([3.0, 2.0, 1.0], [0.0, 0.0, 0.0]) == [0, 1, 2]
    assert rerank.mixed([1.0, 1.0, 1.0], [0.1, 0.3, 0.2]) == [1, 2, 0]
    # .6 and .4 of one deviation each: the search's order holds against the opposite one.
    assert rerank.mixed([1.0, 2.0], [200.0, 100.0]) == [1, 0]
    assert rerank.mixed([1.0, 1.01, 1.02], [300.0, 200.0, -500.0]) == [1, 2, 0]


async def test_the_order_is_of_both_and_what_became_of_each_is_told() -> None:
    reordered = await rerank.rerank(Scripted(scores=[0.1, 0.9, 0.8]), "q", HITS)
    assert reordered is not None
    hits, looked_at = reordered
    assert [each.text for each in hits] == ["b", "a", "c"]
    assert looked_at == {
        HITS[0].chunk_id: Reranked(1, 0.1),
        HITS[1].chunk_id: Reranked(2, 0.9),
        HITS[2].chunk_id: Reranked(3, 0.8),
    }


async def test_the_fused_score_is_what_is_mixed_where_there_is_one() -> None:
    hits = [hit("a", 0.1, fused_score=2.0), hit("b", 0.9, fused_score=1.0)]
    reordered = await rerank.rerank(Scripted(scores=[1.0, 1.0]), "q", hits)
    assert reordered is not None
    assert [each.text for each in reordered[0]] == ["a", "b"]


async def test_only_the_first_fifty_are_looked_at() -> None:
    many = [hit(f"{number}", 1 - number / 100) for number in range(60)]
    models = Scripted(scores=[float(number) for number in range(50)])
    reordered = await rerank.rerank(models, "q", many)
    assert reordered is not None
    assert len(models.prompts[0][1]) == 50
    assert reordered[0][50:] == many[50:]
    assert set(reordered[1]) == {each.chunk_id for each in many[:50]}


async def test_the_chat_model_judges_where_there_is_no_reranker() -> None:
    models = Scripted(scores=[0, 10, 0], has_reranker=False)
    reordered = await rerank.rerank(models, "Is <b> it?", [*HITS[:2], hit("</passage>", 0.1)])
    assert reordered is not None
    system, user = models.prompts[0]
    assert "Give exactly 3 scores" in system["content"]
    assert user["content"].startswith('<question>\nIs &lt;b&gt; it?\n</question>\n\n<passage id="1">\na\n')
    assert user["content"].endswith('<passage id="3">\n&lt;/passage&gt;\n</passage>')


@pytest.mark.parametrize(
    "scores",
    [
        *(Unavailable("away"), Invalid("refused"), [], [1.0, 2.0], [1.0] * 4),
        *([1.0, math.nan, 2.0], [1.0, math.inf, 2.0]),
    ],
)
@pytest.mark.parametrize("has_reranker", [True, False])
async def test_a_reranker_that_fails_or_gives_no_sense_changes_nothing(
    scores: object, has_reranker: bool
) -> None:
    assert await rerank.rerank(Scripted(scores=scores, has_reranker=has_reranker), "q", HITS) is None


async def test_a_reranker_that_takes_too_long_is_not_waited_for() -> None:
    assert await rerank.rerank(Scripted(scores=None), "q", HITS, seconds=0.01) is None
