"""In every stage: what fails is retried from there, bought once; what is cancelled stops, shows nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.errors import Unavailable
from backend.services.documents import control
from backend.services.documents.run import Run
from db.models import DocumentStatus
from db.queries import chunks
from tests.fixtures.house import House, markdown
from tests.services.documents.test_summarise import tables

PARTITIONING, CHUNKING = DocumentStatus.PARTITIONING, DocumentStatus.CHUNKING
SUMMARISING, VECTORIZATION = DocumentStatus.SUMMARISING, DocumentStatus.VECTORIZATION
PUBLICATION = "publication"
PLACES = (PARTITIONING, CHUNKING, SUMMARISING, VECTORIZATION, PUBLICATION)
"""Stages that buy are met after their first purchase, the others when they begin."""
DONE_AGAIN = {
    # Elements are not kept, and cost nothing.
    PARTITIONING: [PARTITIONING, CHUNKING, SUMMARISING, VECTORIZATION],
    CHUNKING: [PARTITIONING, CHUNKING, SUMMARISING, VECTORIZATION],
    SUMMARISING: [SUMMARISING, VECTORIZATION],
    VECTORIZATION: [VECTORIZATION],
    PUBLICATION: [VECTORIZATION],
}
NUM_TABLES, NUM_CHUNKS = 3, 9
CONTENT = tables(NUM_TABLES) + b"\n\n" + markdown(NUM_CHUNKS - NUM_TABLES)


def meet(patch: pytest.MonkeyPatch, place: str, happens: Callable[[], Awaitable[None]]) -> None:
    """Let something happen once, when a worker is at `place`."""
    start, advance = Run.start, Run.advance
    is_over = False

    async def once() -> None:
        nonlocal is_over
        if not is_over:
            is_over = True
            await happens()

    async def starting(run: Run, stage: DocumentStatus) -> None:
        await start(run, stage)
        if stage == place and place == PARTITIONING:
            await once()

    async def advancing(run: Run, stage: DocumentStatus, **counts: Any) -> None:
        await advance(run, stage, **counts)
        if stage == place and place in (SUMMARISING, VECTORIZATION):
            await once()

    patch.setattr(Run, "start", starting)
    patch.setattr(Run, "advance", advancing)
    for name, query in {CHUNKING: "stage_chunks", PUBLICATION: "publish_version"}.items():
        if name == place:
            patch.setattr(chunks, query, after(once, getattr(chunks, query)))


def after(
    happens: Callable[[], Awaitable[None]], query: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    async def querying(*arguments: Any, **named: Any) -> Any:
        await happens()
        return await query(*arguments, **named)

    return querying


async def work(house: House) -> bool:
    """One summary at a time, so that none is under way when another is met."""
    return await house.ingest(limits=replace(house.limits, summary_concurrency=1))


async def act(house: House, verb: str, document_id: UUID) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await getattr(control, verb)(session, viewer=house.viewer, document_id=document_id)


async def bought(model_control: httpx.AsyncClient) -> dict[str, list[int]]:
    """How often each text was sent to the models."""
    stats = (await model_control.get("/control/stats")).json()
    return {kind: sorted(stats[kind]["texts"].values()) for kind in ("chat", "embeddings")}


async def no_call_in_flight(house: House, place: str) -> None:
    """The second batch is bought while the first is written; then its vectors are remembered."""
    remembered = "SELECT count(*) FROM opentrace.cached_embeddings"
    pool = house.worker.database.pool
    while place == VECTORIZATION and await pool.fetchval(remembered) < 8:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)


async def begun(house: House, document_id: UUID, attempt: int) -> list[str]:
    return [
        event.data["stage"]
        for event in await house.history(document_id)
        if event.kind == "StageStarted" and event.cursor.attempt == attempt
    ]


ONCE = {"chat": [1] * NUM_TABLES, "embeddings": [1] * NUM_CHUNKS}


@pytest.mark.parametrize("place", PLACES)
async def test_what_fails_in_a_stage_is_retried_from_there_and_nothing_is_bought_twice(
    house: House, model_control: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    document_id = await house.upload(CONTENT)

    async def fail() -> None:
        raise Unavailable("A server is away.")

    meet(monkeypatch, place, fail)
    assert await work(house)
    row = await house.document(document_id)
    assert (row.status, row.failure_code, row.version) == (DocumentStatus.FAILED, "UNAVAILABLE", 0)
    assert await house.seen_by_search(document_id) == []
    await act(house, "retry", document_id)
    assert await work(house)
    row = await house.document(document_id)
    assert (row.status, row.version, row.num_chunks) == (DocumentStatus.COMPLETED, 1, NUM_CHUNKS)
    assert [position for position, _ in await house.seen_by_search(document_id)] == list(range(NUM_CHUNKS))
    assert await begun(house, document_id, row.attempt) == DONE_AGAIN[place]
    assert await bought(model_control) == ONCE


@pytest.mark.parametrize("place", PLACES[:-1])
async def test_what_is_cancelled_in_a_stage_stops_there_and_shows_nothing(
    house: House, model_control: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    document_id = await house.upload(CONTENT)
    reached = asyncio.Event()

    async def halt() -> None:
        reached.set()
        await asyncio.Event().wait()

    meet(monkeypatch, place, halt)
    worker = asyncio.create_task(work(house))
    async with asyncio.timeout(30):
        await reached.wait()
        await no_call_in_flight(house, place)
        before = await bought(model_control)
        await act(house, "cancel", document_id)
        assert await worker is True
    row = await house.document(document_id)
    assert (row.status, row.version) == (DocumentStatus.CANCELLED, 0)
    assert await house.seen_by_search(document_id) == []
    counts = await house.counts()
    assert (counts["chunks"], counts["vectors"]) == (0, 0)
    assert await bought(model_control) == before
    assert await house.ingest() is False
    await act(house, "retry", document_id)
    assert await work(house)
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert await bought(model_control) == ONCE
