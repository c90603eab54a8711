"""Nothing is bought twice within a project, and what was bought is counted before it is paid for."""

import asyncio
from typing import Any

import httpx
import pytest

from backend.llm import gate
from backend.services import projects
from backend.services.documents import control, reuse
from db.models import DocumentStatus
from tests.fixtures.house import House, markdown


async def bought(model_control: httpx.AsyncClient) -> list[int]:
    """How often each text was taken by the server."""
    stats = (await model_control.get("/control/stats")).json()
    return sorted(stats["embeddings"]["texts"].values())


async def completed(house: House, content: bytes) -> None:
    document_id = await house.upload(content, allow_duplicate=True)
    assert await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.failure_message) == (DocumentStatus.COMPLETED, None)
    assert len(await house.seen_by_search(document_id)) == row.num_chunks


async def test_a_duplicate_of_a_document_is_taken_in_without_a_call(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await completed(house, markdown(6))
    num_calls = len(await house.usage())
    await completed(house, markdown(6))
    assert await bought(model_control) == [1] * 6
    assert len(await house.usage()) == num_calls


async def test_of_a_changed_document_only_what_is_new_is_bought(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await completed(house, markdown(6))
    await completed(house, markdown(8))
    assert await bought(model_control) == [1] * 8


async def test_another_project_buys_for_itself(house: House, model_control: httpx.AsyncClient) -> None:
    await completed(house, markdown(3))
    models = house.worker.settings.models
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        project = await projects.create(
            session,
            viewer=house.viewer,
            name="Beside",
            description="",
            embedding_model=models.embedding_model,
            embedding_dimensions=models.embedding_dimensions,
        )
    house.project_id = project.id
    await completed(house, markdown(3))
    assert await bought(model_control) == [2] * 3


async def test_deleting_a_document_forgets_what_was_bought_for_it(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(markdown(3))
    await house.ingest()
    await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=document_id, storage=house.api.storage
    )
    await completed(house, markdown(3))
    assert await bought(model_control) == [2] * 3


class Dying:
    """Models of a process that ends with its call under way; the server has taken the texts by then."""

    def __init__(self, models: Any) -> None:
        self.embeddings = models.embeddings
        self.models = models

    async def embed(self, texts: list[str], *by: Any) -> Any:
        await self.models.embed(texts, *by)
        raise asyncio.CancelledError


async def test_the_call_in_which_a_worker_ends_is_counted(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(markdown(6))
    with pytest.raises(asyncio.CancelledError):
        await house.ingest(models=Dying(house.worker.models))
    counted = [(row.document_id, row.num_input_tokens > 0) for row in await house.usage()]
    assert counted == [(document_id, True)]
    assert await house.ingest()
    stats = (await model_control.get("/control/stats")).json()["embeddings"]
    assert stats["requests"] == len(await house.usage()) == 3
    assert sorted(stats["texts"].values()) == [1, 1, 2, 2, 2, 2]


async def test_a_call_that_was_refused_costs_nothing(
    house: House, model_control: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_time(seconds: float) -> None:
        """Between tries nobody waits here."""

    monkeypatch.setattr(gate, "sleep", no_time)
    await model_control.post("/control", json={"endpoint": "embeddings", "mode": "500"})
    await house.upload(markdown(2))
    await house.ingest()
    assert [row.num_input_tokens for row in await house.usage()] == [0]


async def test_a_batch_is_kept_although_the_document_was_taken_over_meanwhile(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(markdown(4))

    class Losing(Dying):
        async def embed(self, texts: list[str], *by: Any) -> Any:
            await house.sql(
                "UPDATE opentrace.documents SET attempt = attempt + 1, leased_until = now() WHERE id = :id",
                id=document_id,
            )
            return await self.models.embed(texts, *by)

    assert await house.ingest(models=Losing(house.worker.models))
    assert (await house.counts())["staged_vectors"] == 0
    assert await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert await bought(model_control) == [1] * 4


async def test_what_is_not_to_be_kept_is_bought_again(house: House, model_control: httpx.AsyncClient) -> None:
    await completed(house, markdown(2))
    assert await reuse.prune(house.worker.database, max_entries=0, older_than_seconds=86_400) == 2
    await completed(house, markdown(2))
    assert await bought(model_control) == [2] * 2
