"""What belongs to nothing is found and deleted, wherever the search is broken off; all else stays."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.errors import Unavailable
from backend.events import Cursor, Event
from backend.services import orphans
from backend.services.documents import control
from backend.services.orphans import Patience
from db.models import DocumentStatus
from db.queries import chores
from tests.fixtures.house import House, markdown

# The store rounds the times of its objects up to a second.
AT_ONCE = Patience(every_seconds=0, object_seconds=-5, staging_seconds=0)
COLUMNS = "project_id, document_id, position, text, title_path, kinds, page_first, page_last, regions, sha256"
STRAY_CHUNK = f"""
INSERT INTO opentrace.chunks (id, version_id, {COLUMNS})
SELECT gen_random_uuid(), gen_random_uuid(), {COLUMNS} FROM opentrace.chunks WHERE document_id = :id LIMIT 1
"""
STRAY_VECTORS = """
INSERT INTO opentrace.chunk_vectors (project_id, generation_id, chunk_id, document_id, embedding)
SELECT p.id, v.generation_id, gen_random_uuid(), v.document_id, v.embedding
  FROM (SELECT * FROM opentrace.chunk_vectors LIMIT 1) v,
       unnest(ARRAY[v.project_id, gen_random_uuid()]) AS p (id)
"""


class Away:
    """Models that do not answer."""

    def __init__(self, models: Any) -> None:
        self.embeddings = models.embeddings

    async def embed(self, texts: list[str], *by: Any) -> Any:
        raise Unavailable("The model server does not answer.")


async def repair(house: House, patience: Patience = AT_ONCE) -> dict[str, int] | None:
    return await orphans.repair(house.worker.transactions, house.worker.storage, patience)


async def keys(house: House) -> list[str]:
    return [each.key async for page in house.worker.storage.pages("") for each in page]


async def failed(house: House) -> UUID:
    """A document whose chunks are staged and whose embedding failed."""
    document_id = await house.upload(markdown(3, word="failed"))
    await house.ingest(models=Away(house.worker.models))
    return document_id


async def plant(house: House) -> None:
    """One orphan of each kind, some of them twice."""
    gone, storage = uuid4(), house.worker.storage
    prefix = f"projects/{house.project_id}/documents/{gone}"
    for key in (prefix, f"{prefix}/images/a", f"projects/{uuid4()}/documents/{uuid4()}"):
        await storage.put(key, b"left", "text/plain")
    (published,) = await house.worker.database.pool.fetch("SELECT DISTINCT document_id FROM opentrace.chunks")
    await house.sql(STRAY_VECTORS)
    await house.sql(STRAY_CHUNK, id=published["document_id"])
    for topic in (f"document:{gone}", f"message:{gone}"):
        await house.worker.publisher.publish(Event(topic, Cursor(1, 0), "StageStarted", {}))


async def test_a_house_in_order_is_left_as_it_is(house: House) -> None:
    document_id, waiting = await house.upload(markdown(3)), await house.upload(markdown(1))
    await house.ingest()
    await house.worker.storage.put(f"projects/{house.project_id}/notes", b"not ours", "text/plain")
    before = (await keys(house), await house.counts(), await house.history(document_id))
    assert await repair(house) == {
        "num_versions": 0,
        "num_staged": 0,
        "num_chunks": 0,
        "num_vectors": 0,
        "num_streams": 0,
        "num_objects_seen": 3,
        "num_objects": 0,
    }
    assert (await keys(house), await house.counts(), await house.history(document_id)) == before
    assert len(await house.history(waiting)) == 1


async def test_every_kind_of_orphan_is_deleted_and_counted(house: House) -> None:
    document_id = await house.upload(markdown(3))
    await house.ingest()
    await failed(house)
    before = await keys(house)
    await plant(house)
    assert await repair(house) == {
        "num_versions": 1,
        "num_staged": 3,
        "num_chunks": 1,
        "num_vectors": 2,
        "num_streams": 2,
        "num_objects_seen": 5,
        "num_objects": 3,
    }
    assert await keys(house) == before
    assert await house.counts() == {"chunks": 3, "vectors": 3, "staged": 0, "staged_vectors": 0}
    assert len(await house.seen_by_search(document_id)) == 3
    again = await repair(house)
    assert again is not None
    assert {name for name, count in again.items() if count} == {"num_objects_seen"}


async def test_what_is_young_is_left_alone(house: House) -> None:
    await house.upload(markdown(3))
    await house.ingest()
    document_id = await failed(house)
    await house.worker.storage.put(f"projects/{uuid4()}/documents/{uuid4()}", b"young", "text/plain")
    found = await repair(house, Patience(every_seconds=0))
    assert found is not None
    assert (found["num_objects"], found["num_objects_seen"], found["num_staged"]) == (0, 3, 0)
    assert (await house.counts())["staged"] == 3
    await house.sql(
        "UPDATE opentrace.documents SET finished_at = now() - interval '8 days' WHERE id = :id",
        id=document_id,
    )
    found = await repair(house, Patience(every_seconds=0))
    assert found is not None and found["num_staged"] == 3


async def test_a_retry_after_its_staging_is_gone_begins_with_the_first_stage(house: House) -> None:
    document_id = await failed(house)
    await repair(house)
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await control.retry(session, viewer=house.viewer, document_id=document_id)
    assert await house.ingest() is True
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert len(await house.seen_by_search(document_id)) == 3


async def test_it_is_done_once_by_however_many_ask_and_not_again_too_soon(house: House) -> None:
    patience = Patience(every_seconds=3600)
    found = await asyncio.gather(*(repair(house, patience) for _ in range(4)))
    assert [each is None for each in found].count(True) == 3
    assert await repair(house, patience) is None
    await house.sql("UPDATE opentrace.chores SET finished_at = now() - interval '2 hours'")
    assert await repair(house, patience) is not None


class Killed(BaseException):
    """Nothing that the product catches."""


def dying(keep: Callable[..., Awaitable[None]], *, at: int) -> Callable[..., Awaitable[None]]:
    """The process is gone right after its `at`-th batch, before or after that is noted."""
    num = 0

    async def kept(*arguments: Any, **named: Any) -> None:
        nonlocal num
        num += 1
        if num == at and at % 2:
            raise Killed
        await keep(*arguments, **named)
        if num == at:
            raise Killed

    return kept


async def test_killed_after_any_batch_it_goes_on_where_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.upload(markdown(3))
    await house.ingest()
    await failed(house)
    before = await keys(house)
    monkeypatch.setattr("backend.storage.objects._PAGE", 2)
    monkeypatch.setattr("backend.services.orphans.BATCH", 1)
    keep, finished, num_kills = chores.keep, None, 0
    for at in range(1, 50):
        if at < 8:
            await plant(house)
        monkeypatch.setattr("db.queries.chores.keep", dying(keep, at=at if at < 8 else 99))
        try:
            finished = await repair(house)
            break
        except Killed:
            num_kills += 1
            assert await repair(house) is None, "its lease has not run out"
            await house.sql("UPDATE opentrace.chores SET leased_until = now()")
    assert (num_kills, finished is not None) == (7, True)
    monkeypatch.setattr("db.queries.chores.keep", keep)
    await repair(house)
    assert await keys(house) == before
    assert await house.counts() == {"chunks": 3, "vectors": 3, "staged": 0, "staged_vectors": 0}


async def test_one_that_was_taken_over_ends_without_a_word(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = chores.keep

    async def late(*arguments: Any, **named: Any) -> None:
        await house.sql("UPDATE opentrace.chores SET attempt = attempt + 1")
        await keep(*arguments, **named)

    monkeypatch.setattr("db.queries.chores.keep", late)
    assert await repair(house) is None
    row = await house.worker.database.pool.fetchrow("SELECT attempt, finished_at FROM opentrace.chores")
    assert row is not None and (row["attempt"], row["finished_at"]) == (2, None)
