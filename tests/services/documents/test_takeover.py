"""Documents that change hands in the middle: taken over, cancelled, deleted, handed back."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.auth import Viewer
from backend.errors import NotFound, Unavailable
from backend.events.cursor import Cursor
from backend.services import projects, upkeep
from backend.services.documents import control
from db.errors import Unreachable
from db.models import DocumentStatus
from tests.fixtures.house import House, markdown

EXPIRE = "UPDATE opentrace.documents SET leased_until = now() - interval '1 second' WHERE id = :id"


class Gate:
    """Models that stop before their n-th request, until they are let through."""

    def __init__(self, models: Any, *, before: int) -> None:
        self.embeddings = models.embeddings
        self.models = models
        self.left = before
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def embed(self, texts: list[str], *by: Any) -> Any:
        self.left -= 1
        if self.left == 0:
            self.reached.set()
            await self.opened.wait()
        return await self.models.embed(texts, *by)


class Stopped:
    """A document that a worker has in hand, with one batch of four kept and the second about to be bought."""

    def __init__(self, house: House, document_id: UUID, gate: Gate, worker: "asyncio.Task[bool]") -> None:
        self.house = house
        self.document_id = document_id
        self.gate = gate
        self.worker = worker


@pytest.fixture
async def stopped(house: House, model_control: httpx.AsyncClient) -> Stopped:
    document_id = await house.upload(markdown(10))
    gate = Gate(house.worker.models, before=2)
    # No renewal comes to help: what ends this worker's work is what it hears, or what it is refused.
    hold = replace(house.limits.hold, lease_seconds=7200, renew_seconds=3600)
    limits = replace(house.limits, hold=hold)
    worker = asyncio.create_task(house.ingest(models=gate, limits=limits))
    async with asyncio.timeout(60):
        await gate.reached.wait()
        # The first batch is staged while the second is asked for, or was so before we looked.
        async for event in house.watch(document_id, after=Cursor(2, 0)):
            if event.kind == "StageProgressed" and event.data["stage"] == "VECTORIZATION":
                break
    return Stopped(house, document_id, gate, worker)


async def texts_bought(model_control: httpx.AsyncClient) -> list[int]:
    stats = (await model_control.get("/control/stats")).json()
    return sorted(stats["embeddings"]["texts"].values())


async def test_a_second_worker_goes_on_from_the_batches_that_were_kept(
    stopped: Stopped, model_control: httpx.AsyncClient
) -> None:
    house = stopped.house
    await house.sql(EXPIRE, id=stopped.document_id)
    assert await house.ingest() is True
    row = await house.document(stopped.document_id)
    assert (row.status, row.attempt, row.num_tries) == (DocumentStatus.COMPLETED, 3, 2)
    assert [position for position, _ in await house.seen_by_search(stopped.document_id)] == list(range(10))
    assert await texts_bought(model_control) == [1] * 10
    stopped.gate.opened.set()
    assert await stopped.worker is True


async def test_a_worker_that_lost_its_row_without_hearing_of_it_writes_nothing_more(
    stopped: Stopped,
) -> None:
    house = stopped.house
    await house.sql(EXPIRE, id=stopped.document_id)
    await house.sql(
        "UPDATE opentrace.documents SET attempt = attempt + 1 WHERE id = :id", id=stopped.document_id
    )
    before = (
        await house.document(stopped.document_id),
        await house.counts(),
        await house.history(stopped.document_id),
    )
    stopped.gate.opened.set()
    assert await stopped.worker is True
    after = (
        await house.document(stopped.document_id),
        await house.counts(),
        await house.history(stopped.document_id),
    )
    assert after == before
    assert before[1] == {"chunks": 0, "vectors": 0, "staged": 10, "staged_vectors": 4}


async def test_a_worker_that_lost_its_row_while_reading_the_file_writes_nothing(house: House) -> None:
    document_id = await house.upload(markdown(3))

    class Losing:
        async def download(self, key: str, path: Path) -> str:
            await house.sql(
                "UPDATE opentrace.documents SET attempt = attempt + 1 WHERE id = :id", id=document_id
            )
            return await house.worker.storage.download(key, path)

    assert await house.ingest(storage=Losing()) is True
    row = await house.document(document_id)
    assert (row.status, row.attempt, row.num_pages_parsed) == (DocumentStatus.PARTITIONING, 3, 0)
    assert await house.counts() == {"chunks": 0, "vectors": 0, "staged": 0, "staged_vectors": 0}
    assert [event.kind for event in await house.history(document_id)][2:] == ["StageStarted"]


async def test_what_a_lost_worker_bought_is_counted(stopped: Stopped) -> None:
    house = stopped.house
    await house.sql(
        "UPDATE opentrace.documents SET attempt = attempt + 1 WHERE id = :id", id=stopped.document_id
    )
    stopped.gate.opened.set()
    await stopped.worker
    # Two batches, and the call that was under way when it learned that the second was refused.
    assert [row.attempt for row in await house.usage()] == [2, 2, 2]


async def test_progress_never_goes_back_over_a_takeover(stopped: Stopped) -> None:
    house = stopped.house
    await house.sql(EXPIRE, id=stopped.document_id)
    await house.ingest()
    events = await house.history(stopped.document_id)
    shares = [event.data["progress"] for event in events if event.kind == "StageProgressed"]
    assert shares == sorted(shares)
    assert shares[-1] == 0.95
    attempts = [event.cursor.attempt for event in events]
    assert attempts == sorted(attempts)
    assert await done(stopped)


async def test_a_stage_that_was_finished_is_not_begun_again(stopped: Stopped) -> None:
    house = stopped.house
    await house.sql(EXPIRE, id=stopped.document_id)
    await house.ingest()
    events = await house.history(stopped.document_id)
    begun = [
        event.data["stage"] for event in events if event.kind == "StageStarted" and event.cursor.attempt == 3
    ]
    assert begun == ["VECTORIZATION"]
    assert await done(stopped)


async def test_cancelling_stops_the_worker_at_once_and_keeps_what_was_bought(
    stopped: Stopped, model_control: httpx.AsyncClient
) -> None:
    house = stopped.house
    await cancel(house, house.viewer, stopped.document_id)
    assert await done(stopped)
    row = await house.document(stopped.document_id)
    assert (row.status, row.attempt, row.event_seq) == (DocumentStatus.CANCELLED, 3, 0)
    assert (await house.history(stopped.document_id))[-1].kind == "DocumentCancelled"
    assert await house.ingest() is False
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await control.retry(session, viewer=house.viewer, document_id=stopped.document_id)
    assert await house.ingest() is True
    assert len(await house.seen_by_search(stopped.document_id)) == 10
    assert await texts_bought(model_control) == [1] * 10


async def cancel(house: House, viewer: Viewer, document_id: UUID) -> None:
    async with house.api.transactions.unit_of_work(viewer=viewer.user_id) as session:
        await control.cancel(session, viewer=viewer, document_id=document_id)


async def delete_document(house: House, viewer: Viewer, document_id: UUID) -> None:
    await control.delete(
        house.api.transactions, viewer=viewer, document_id=document_id, storage=house.api.storage
    )


async def delete_project(house: House, viewer: Viewer, document_id: UUID) -> None:
    await projects.delete(
        house.api.transactions, viewer=viewer, project_id=house.project_id, storage=house.api.storage
    )


@pytest.mark.parametrize("delete", [delete_document, delete_project])
async def test_a_document_deleted_in_the_middle_is_gone_with_everything(
    stopped: Stopped, delete: Callable[[House, Viewer, UUID], Awaitable[None]]
) -> None:
    house = stopped.house
    key = (await house.document(stopped.document_id)).storage_key
    await delete(house, house.viewer, stopped.document_id)
    stopped.gate.opened.set()
    assert await done(stopped)
    with pytest.raises(NotFound):
        await house.document(stopped.document_id)
    assert await house.counts() == {"chunks": 0, "vectors": 0, "staged": 0, "staged_vectors": 0}
    assert await house.worker.storage.head(key) is None
    assert await house.ingest() is False


async def test_a_worker_that_is_told_to_end_hands_its_document_back_at_once(
    stopped: Stopped, model_control: httpx.AsyncClient
) -> None:
    house = stopped.house
    stopped.worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped.worker
    row = await house.document(stopped.document_id)
    assert (row.status, row.num_tries) == (DocumentStatus.VECTORIZATION, 0)
    assert await house.ingest() is True
    assert (await house.document(stopped.document_id)).status is DocumentStatus.COMPLETED
    assert await texts_bought(model_control) == [1] * 10


async def test_a_document_that_kills_every_worker_is_given_up(stopped: Stopped) -> None:
    house = stopped.house
    await house.sql(EXPIRE, id=stopped.document_id)
    limits = replace(house.limits, hold=replace(house.limits.hold, max_tries=1))
    assert await house.ingest(limits=limits) is False
    await upkeep.sweep(house.worker.transactions, max_tries=1, quiet_seconds=3600)
    row = await house.document(stopped.document_id)
    assert (row.status, row.failure_code, row.attempt) == (DocumentStatus.FAILED, "GAVE_UP", 3)
    last = (await house.history(stopped.document_id))[-1]
    assert (last.kind, last.data["retryable"], last.final) == ("DocumentFailed", True, True)
    assert await done(stopped)


async def done(stopped: Stopped) -> bool:
    """The first worker ended by itself, whatever it was waiting for."""
    async with asyncio.timeout(10):
        return await stopped.worker


async def test_a_database_that_goes_away_fails_no_document(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await house.upload(markdown(3))

    async def away(*_: object, **__: object) -> None:
        raise Unreachable("the server is restarting")

    with monkeypatch.context() as patched:
        patched.setattr("db.queries.chunks.stage_vectors", away)
        with pytest.raises(Unavailable):
            await house.ingest()
    with monkeypatch.context() as patched:
        await house.sql(EXPIRE, id=document_id)
        patched.setattr("db.queries.work.fence", away)
        with pytest.raises(Unavailable):
            await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.VECTORIZATION
    await house.sql(EXPIRE, id=document_id)
    assert await house.ingest() is True
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
