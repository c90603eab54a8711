"""Search alone: the project's passages, best first, for members, and paid for."""

import pytest
from sqlmodel import select

from backend.errors import AppError, Conflict, Invalid, NotFound
from backend.services import search
from backend.services.search import Request
from db.models import RagStrategy, RetrievalSettings, Usage, UsageKind
from db.queries.search import Hit
from tests.stage import PASSAGES, QUESTION, Stage


async def searched(stage: Stage, asked: Request) -> list[Hit]:
    return await search.search(
        stage.transactions, stage.reading, stage.models, viewer=stage.viewer, request=asked
    )


async def test_the_passage_that_answers_is_the_first(api_stage: Stage) -> None:
    hits = await searched(api_stage, Request(api_stage.project_id, QUESTION, similarity_threshold=0.0))
    assert hits[0].text == PASSAGES[0]
    assert {hit.text for hit in hits} == set(PASSAGES)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


async def test_first_and_threshold_cut_the_list(api_stage: Stage) -> None:
    one = await searched(api_stage, Request(api_stage.project_id, QUESTION, 1, 0.0))
    none = await searched(api_stage, Request(api_stage.project_id, QUESTION, 100, 1.0))
    assert (len(one), none) == (1, [])


async def test_the_embedding_is_paid_for_by_the_viewer(api_stage: Stage) -> None:
    await searched(api_stage, Request(api_stage.project_id, QUESTION))
    async with api_stage.database.sessions() as session:
        (paid,) = (await session.exec(select(Usage))).all()
    assert (paid.kind, paid.user_id, paid.project_id) == (
        UsageKind.EMBEDDING,
        api_stage.viewer.user_id,
        api_stage.project_id,
    )
    assert paid.num_input_tokens > 0


@pytest.mark.parametrize(
    ("query", "first", "threshold", "field"),
    [
        ("", None, None, "query"),
        ("a\0b", None, None, "query"),
        ("word " * 3000, None, None, "query"),
        ("lamp", 0, None, "first"),
        ("lamp", 101, None, "first"),
        ("lamp", None, -0.1, "similarity_threshold"),
        ("lamp", None, float("nan"), "similarity_threshold"),
    ],
)
async def test_a_bad_search_is_refused_without_any_model(
    api_stage: Stage, query: str, first: int | None, threshold: float | None, field: str
) -> None:
    before = (await api_stage.stats())["embeddings"]["requests"]
    with pytest.raises(AppError) as caught:
        await searched(api_stage, Request(api_stage.project_id, query, first, threshold))
    assert isinstance(caught.value, Invalid)
    assert caught.value.field == field
    assert (await api_stage.stats())["embeddings"]["requests"] == before


async def test_a_stranger_finds_no_project_and_pays_nothing(api_stage: Stage) -> None:
    stranger = await api_stage.beside()
    before = (await api_stage.stats())["embeddings"]["requests"]
    with pytest.raises(NotFound):
        await searched(stranger, Request(api_stage.project_id, QUESTION))
    assert (await api_stage.stats())["embeddings"]["requests"] == before


async def test_a_strategy_that_is_not_built_is_said_and_not_replaced(api_stage: Stage) -> None:
    async with api_stage.database.sessions.begin() as session:
        settings = await session.get_one(RetrievalSettings, api_stage.project_id)
        settings.rag_strategy = RagStrategy.MULTI_QUERY_VECTOR
    with pytest.raises(Invalid) as caught:
        await searched(api_stage, Request(api_stage.project_id, QUESTION))
    assert caught.value.code == "STRATEGY_UNAVAILABLE"


async def test_vectors_of_another_model_are_not_compared(api_stage: Stage) -> None:
    api_stage.models.embedding_dimensions = 768
    with pytest.raises(Conflict) as caught:
        await searched(api_stage, Request(api_stage.project_id, QUESTION))
    assert caught.value.code == "EMBEDDING_MODEL_CHANGED"
