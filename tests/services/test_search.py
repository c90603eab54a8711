"""Search alone: the project's passages, best first, for members, paid for, and with how they were found."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import select

from backend.errors import AppError, Conflict, Invalid, NotFound
from backend.llm import Reranker
from backend.rag import reword
from backend.rag.plan import Degradation, EmptyReason
from backend.rag.search import Found
from backend.services import search
from backend.services.search import Request
from db.models import Fusion, RagStrategy, Usage, UsageKind
from db.queries.search import Filters
from tests.stage import PASSAGES, QUESTION, Stage

ALL = {"similarity_threshold": 0.0}


async def searched(stage: Stage, asked: Request) -> Found:
    return await search.search(
        stage.transactions, stage.reading, stage.models, viewer=stage.viewer, request=asked
    )


def request(stage: Stage, query: str = QUESTION, first: int | None = None, **settings: Any) -> Request:
    return Request(stage.project_id, query, first, ALL | settings)


async def paid(stage: Stage) -> list[tuple[UsageKind, str, UUID | None]]:
    async with stage.database.sessions() as session:
        rows = (await session.exec(select(Usage))).all()
    assert all(row.user_id == stage.viewer.user_id and row.num_input_tokens > 0 for row in rows)
    return sorted((row.kind, row.model, row.project_id) for row in rows)


@pytest.mark.parametrize("strategy", RagStrategy)
@pytest.mark.parametrize("fusion", Fusion)
async def test_the_passage_that_answers_is_the_first_by_every_strategy(
    api_stage: Stage, strategy: RagStrategy, fusion: Fusion
) -> None:
    found = await searched(api_stage, request(api_stage, rag_strategy=strategy, fusion=fusion))
    assert found.hits[0].text == PASSAGES[0]
    assert {hit.text for hit in found.hits} == set(PASSAGES)
    scores = [hit.score if hit.fused_score is None else hit.fused_score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert (found.plan.strategy, found.degradations, found.empty_reason) == (strategy, [], None)
    steps = {"embed", "search"} | ({"reword"} if found.plan.is_reworded else set())
    assert found.seconds.keys() == steps
    assert len(found.wordings) == (4 if found.plan.is_reworded else 1)


async def test_first_and_threshold_cut_the_list(api_stage: Stage) -> None:
    one = await searched(api_stage, request(api_stage, first=1))
    none = await searched(api_stage, request(api_stage, first=100, similarity_threshold=1.0))
    assert (len(one.hits), none.hits) == (1, [])


async def test_what_a_search_asks_of_models_is_paid_for_by_the_viewer(api_stage: Stage) -> None:
    project = api_stage.project_id
    await searched(api_stage, Request(project, QUESTION))
    embedded = (UsageKind.EMBEDDING, api_stage.models.embedding_model, project)
    assert await paid(api_stage) == [embedded]
    several = request(api_stage, rag_strategy=RagStrategy.MULTI_QUERY_HYBRID, use_reranking=True)
    await searched(api_stage, several)
    assert await paid(api_stage) == [
        (UsageKind.CHAT, api_stage.models.guardrail_model, project),
        *(embedded, embedded),
        (UsageKind.RERANK, api_stage.models.chat_model, project),
    ]


async def test_hits_are_reranked_by_the_server_that_does_or_by_the_chat_model(api_stage: Stage) -> None:
    asked = request(
        api_stage,
        "On which day does fresh water come to the lighthouse?",
        rag_strategy=RagStrategy.HYBRID,
        use_reranking=True,
    )
    by_chat = await searched(api_stage, asked)
    api_stage.models.reranker = Reranker(f"{api_stage.models.base_url}/rerank", "local-maxsim", "key")
    by_server = await searched(api_stage, replace(asked, first=2))
    for found in (by_chat, by_server):
        assert found.hits[0].text == PASSAGES[2]
        assert len(found.reranked) == 3
        assert sorted(each.rank_before for each in found.reranked.values()) == [1, 2, 3]
        assert "rerank" in found.seconds
    assert len(by_server.hits) == 2
    assert (UsageKind.RERANK, "local-maxsim", api_stage.project_id) in await paid(api_stage)


async def test_a_reranker_that_fails_leaves_the_order_and_says_so(api_stage: Stage) -> None:
    asked = request(api_stage, rag_strategy=RagStrategy.HYBRID)
    plain = await searched(api_stage, asked)
    await api_stage.control(mode="garbage", endpoint="chat")
    found = await searched(api_stage, replace(asked, settings={**asked.settings, "use_reranking": True}))
    await api_stage.control(mode="ok")
    assert found.hits == plain.hits
    assert (found.reranked, found.degradations) == ({}, [Degradation.RERANKING_FAILED])


@pytest.mark.parametrize("mode", ["garbage", "hang"])
async def test_without_other_wordings_the_question_is_searched_alone(
    api_stage: Stage, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = reword.reword

    async def impatient(models: Any, question: str, count: int) -> list[str]:
        return await patient(models, question, count, seconds=1)

    monkeypatch.setattr(reword, "reword", impatient)
    await api_stage.control(mode=mode, endpoint="chat")
    found = await searched(api_stage, request(api_stage, rag_strategy=RagStrategy.MULTI_QUERY_VECTOR))
    await api_stage.control(mode="ok")
    assert found.hits[0].text == PASSAGES[0]
    assert (found.wordings, found.degradations) == ([QUESTION], [Degradation.REWORDING_FAILED])


async def test_an_empty_result_says_why(api_stage: Stage) -> None:
    empty = await api_stage.beside()
    reasons = [
        (await searched(empty, request(empty))).empty_reason,
        (await searched(api_stage, request(api_stage, similarity_threshold=1.0))).empty_reason,
        (
            await searched(
                api_stage, replace(request(api_stage), filters=Filters(content_types=("text/html",)))
            )
        ).empty_reason,
        (await searched(api_stage, request(api_stage))).empty_reason,
    ]
    assert reasons == [
        EmptyReason.EMPTY_PROJECT,
        EmptyReason.NOTHING_ABOVE_THRESHOLD,
        EmptyReason.ALL_FILTERED_OUT,
        None,
    ]


@pytest.mark.parametrize(
    ("query", "first", "settings", "field"),
    [
        ("", None, {}, "query"),
        (" \n\x01\x1f", None, {}, "query"),
        ("a\0b", None, {}, "query"),
        ("a\ud800b", None, {}, "query"),
        ("word " * 3000, None, {}, "query"),
        ("lamp", 0, {}, "first"),
        ("lamp", 101, {}, "first"),
        ("lamp", None, {"similarity_threshold": -0.1}, "similarity_threshold"),
        ("lamp", None, {"similarity_threshold": float("nan")}, "similarity_threshold"),
        ("lamp", None, {"vector_weight": 0, "keyword_weight": 0}, "keyword_weight"),
        ("lamp", None, {"multi_query_count": 0}, "multi_query_count"),
    ],
)
async def test_a_bad_search_is_refused_without_any_model(
    api_stage: Stage, query: str, first: int | None, settings: dict[str, Any], field: str
) -> None:
    before = (await api_stage.stats())["embeddings"]["requests"]
    with pytest.raises(AppError) as caught:
        await searched(api_stage, Request(api_stage.project_id, query, first, settings))
    assert isinstance(caught.value, Invalid)
    assert caught.value.field == field
    assert (await api_stage.stats())["embeddings"]["requests"] == before


@pytest.mark.parametrize("filters", [Filters(languages=("\0",)), Filters(document_ids=(uuid4(),) * 1001)])
async def test_filters_that_make_no_sense_are_refused(api_stage: Stage, filters: Filters) -> None:
    with pytest.raises(Invalid):
        await searched(api_stage, replace(request(api_stage), filters=filters))


async def test_a_stranger_finds_no_project_and_pays_nothing(api_stage: Stage) -> None:
    stranger = await api_stage.beside()
    before = (await api_stage.stats())["embeddings"]["requests"]
    with pytest.raises(NotFound):
        await searched(stranger, Request(api_stage.project_id, QUESTION))
    assert (await api_stage.stats())["embeddings"]["requests"] == before


async def test_vectors_of_another_model_are_not_compared(api_stage: Stage) -> None:
    api_stage.models.embedding_dimensions = 768
    with pytest.raises(Conflict) as caught:
        await searched(api_stage, Request(api_stage.project_id, QUESTION))
    assert caught.value.code == "EMBEDDING_MODEL_CHANGED"
