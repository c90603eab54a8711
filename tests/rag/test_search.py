"""A search has one plan, from the project's settings, and one door for every strategy."""

from uuid import uuid4

import pytest

from backend.errors import Invalid
from backend.rag import search
from backend.rag.search import Plan
from db.models import RagStrategy, RetrievalSettings


def settings(**values: object) -> RetrievalSettings:
    return RetrievalSettings(project_id=uuid4(), **values)


def test_the_plan_is_the_projects_own() -> None:
    assert search.plan_of(settings()) == Plan(RagStrategy.BASIC, 0.3, 5)


@pytest.mark.parametrize(("num_chunks", "final", "limit"), [(8, 3, 3), (3, 8, 3), (20, 20, 20)])
def test_no_more_passages_are_left_than_either_setting_allows(
    num_chunks: int, final: int, limit: int
) -> None:
    plan = search.plan_of(settings(num_chunks=num_chunks, final_context_size=final))
    assert plan.limit == limit


def test_one_search_may_ask_for_more_and_for_less_likeness() -> None:
    assert search.plan_of(settings(), limit=100, threshold=0.0) == Plan(RagStrategy.BASIC, 0.0, 100)


@pytest.mark.parametrize(("limit", "threshold"), [(0, None), (101, None), (None, 1.1), (None, -0.1)])
def test_limits_out_of_range_are_invalid(limit: int | None, threshold: float | None) -> None:
    with pytest.raises(Invalid):
        search.plan_of(settings(), limit=limit, threshold=threshold)
