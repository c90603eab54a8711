"""What stands beside a hit is read with it: as far as the settings reach, and as far as there is room."""

from typing import Any

import pytest
from sqlalchemy import update

from backend.rag import neighbours, plan, tokens
from backend.services import retrieval
from backend.services.paid import PaidModels
from backend.services.search import Bill
from db.models import RetrievalSettings
from db.queries import retrieval_runs
from tests.stage import PASSAGES, QUESTION, Stage

STEPS = "How many steps does the keeper climb to the lantern room?"


async def read(stage: Stage, query: str, **settings: Any) -> list[str]:
    """The passages that a model reads for this question."""
    await given(stage, similarity_threshold=0.0, **settings)
    async with stage.transactions.unit_of_work(stage.viewer.user_id) as session:
        project = await retrieval.of_project(
            session, viewer_id=stage.viewer.user_id, project_id=stage.project_id, models=stage.models
        )
    found = await retrieval.find_with_neighbours(
        stage.reading,
        PaidModels(
            stage.models, Bill(stage.viewer.user_id, stage.project_id, stage.models.cost), project.embedding
        ),
        project=project,
        plan=plan.plan_of(project.settings),
        query=query,
    )
    return [hit.text for hit in found.hits]


async def given(stage: Stage, **settings: Any) -> None:
    async with stage.database.sessions.begin() as session:
        await session.exec(update(RetrievalSettings).values(**settings))


async def test_neighbours_stand_around_their_hit_in_the_documents_order(api_stage: Stage) -> None:
    for reach, expected in ((0, PASSAGES[1:2]), (1, PASSAGES), (3, PASSAGES)):
        assert await read(api_stage, STEPS, num_chunks=1, neighbour_chunks=reach) == list(expected)
    assert await read(api_stage, QUESTION, num_chunks=1, neighbour_chunks=1) == list(PASSAGES[:2])


async def test_a_chunk_stands_there_once_with_the_best_hit_beside_it(api_stage: Stage) -> None:
    assert await read(api_stage, QUESTION, num_chunks=3, neighbour_chunks=3) == await read(
        api_stage, QUESTION, num_chunks=3, neighbour_chunks=0
    )
    found = await read(api_stage, QUESTION, num_chunks=2, neighbour_chunks=1)
    assert sorted(found) == sorted(PASSAGES)
    assert found[0] == PASSAGES[0]


async def test_where_there_is_no_room_a_neighbour_is_left_out_and_a_hit_never(
    api_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = [tokens.estimate(passage) for passage in PASSAGES]
    assert size[2] < size[0]
    monkeypatch.setattr(neighbours, "MAX_TOKENS", size[1] + size[2])
    assert await read(api_stage, STEPS, num_chunks=1, neighbour_chunks=1) == list(PASSAGES[1:])
    monkeypatch.setattr(neighbours, "MAX_TOKENS", 0)
    assert await read(api_stage, STEPS, num_chunks=1, neighbour_chunks=1) == list(PASSAGES[1:2])


async def test_an_answer_is_written_from_neighbours_too_and_keeps_them(stage: Stage) -> None:
    await given(stage, num_chunks=1, neighbour_chunks=1)
    answer = await stage.answered(STEPS)
    async with stage.database.sessions() as session:
        (run,) = (await retrieval_runs.of_messages(session, [answer.id]))[answer.id]
    assert [each["vector_rank"] for each in run.candidates] == [None, 1, None]
    (citation,) = await stage.citations(answer.id)
    assert (citation.chunk_text, citation.page) == (PASSAGES[1], 2)
