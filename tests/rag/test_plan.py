"""A search has one plan, from the project's settings and what the search asks otherwise."""

from uuid import uuid4

import pytest

from backend.errors import Invalid
from backend.rag import plan
from backend.rag.plan import Plan, plan_of
from db.models import Fusion, RagStrategy, RetrievalSettings
from db.queries.search import EVERYTHING, Arms, Filters


def settings(**values: object) -> RetrievalSettings:
    return RetrievalSettings(project_id=uuid4(), **values)


def asked(first: int | None = None, filters: Filters = EVERYTHING, **changes: object) -> Plan:
    return plan.asked(settings(), changes=changes, first=first, filters=filters)


def test_the_plan_is_the_projects_own() -> None:
    assert plan_of(settings()) == Plan(
        strategy=RagStrategy.BASIC,
        fusion=Fusion.CONVEX,
        vector_weight=0.5,
        keyword_weight=0.5,
        num_wordings=3,
        threshold=0.3,
        num_chunks=5,
        use_reranking=False,
        limit=5,
        without_repeats=True,
    )


@pytest.mark.parametrize(("num_chunks", "final", "limit"), [(8, 3, 3), (3, 8, 3), (20, 20, 20)])
def test_no_more_passages_are_left_than_either_setting_allows(
    num_chunks: int, final: int, limit: int
) -> None:
    assert plan_of(settings(num_chunks=num_chunks, final_context_size=final)).limit == limit


def test_a_reranker_reads_more_than_are_left() -> None:
    made = plan_of(settings(num_chunks=5, final_context_size=8, use_reranking=True))
    assert (made.num_chunks, made.limit) == (plan.RERANK_LEAST, 8)


def test_some_passages_stand_by_for_repetitions_unless_a_search_says_how_many_it_wants() -> None:
    assert plan_of(settings(num_chunks=5)).num_candidates == 5 + plan.SPARE
    assert plan_of(settings(num_chunks=20, final_context_size=3)).num_candidates == 20
    assert (asked(7).num_candidates, asked(7).without_repeats) == (7, False)


def test_one_search_may_ask_for_more_and_for_other_settings() -> None:
    filters = Filters(languages=("de",))
    made = asked(100, filters, similarity_threshold=0.0, rag_strategy=RagStrategy.HYBRID)
    assert (made.num_chunks, made.limit, made.threshold, made.filters) == (100, 100, 0.0, filters)
    assert made.arms == Arms(by_words=True, fusion=Fusion.CONVEX, vector_weight=0.5, keyword_weight=0.5)
    reranked = asked(3, use_reranking=True)
    assert (reranked.num_chunks, reranked.limit) == (plan.RERANK_MOST, 3)


@pytest.mark.parametrize(
    ("strategy", "by_words", "is_reworded"),
    [
        (RagStrategy.BASIC, False, False),
        (RagStrategy.HYBRID, True, False),
        (RagStrategy.MULTI_QUERY_VECTOR, False, True),
        (RagStrategy.MULTI_QUERY_HYBRID, True, True),
    ],
)
def test_strategies_are_arms_and_wordings(strategy: RagStrategy, by_words: bool, is_reworded: bool) -> None:
    made = plan_of(settings(rag_strategy=strategy))
    assert (made.arms.by_words, made.is_reworded) == (by_words, is_reworded)


@pytest.mark.parametrize("first", [0, 101, -1])
def test_a_number_of_hits_out_of_range_is_invalid(first: int) -> None:
    with pytest.raises(Invalid) as caught:
        asked(first)
    assert caught.value.field == "first"
