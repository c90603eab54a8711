"""Deleting: everything goes, the receipt says how much that was, and work under way leaves nothing behind."""

import asyncio
from random import Random
from uuid import UUID

import pytest
from redis.asyncio import Redis

from backend.errors import NotFound, Unavailable
from backend.services.documents import control
from backend.services.removal import Receipt
from db.models import Table
from tests.fixtures.house import House, markdown

ROUNDS = 50
AT_ONCE = 5
OUTLIVE = ("usage", "document_removals")
"""What was paid, and that there was a document."""


async def delete(house: House, document_id: UUID) -> Receipt:
    return await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=document_id, storage=house.api.storage
    )


async def rows_of(house: House, document_id: UUID) -> dict[str, int]:
    """How many rows name the document, by table; tables without any are left out."""
    found = {"documents": await num(house, "documents", "id", document_id)}
    for table in Table.metadata.sorted_tables:
        if "document_id" in table.columns and table.name not in OUTLIVE:
            found[table.name] = await num(house, table.name, "document_id", document_id)
    return {name: count for name, count in found.items() if count}


async def num(house: House, table: str, column: str, id: UUID) -> int:
    query = f"SELECT count(*) FROM opentrace.{table} WHERE {column} = $1"
    count: int = await house.worker.database.pool.fetchval(query, id)
    return count


async def objects_of(house: House, document_id: UUID) -> list[str]:
    prefix = f"projects/{house.project_id}/documents/{document_id}"
    return [each.key async for page in house.worker.storage.pages(prefix) for each in page]


async def test_deleting_takes_chunks_vectors_objects_and_the_stream_and_says_how_many(house: House) -> None:
    document_id, other_id = await house.upload(markdown(3)), await house.upload(markdown(2))
    await house.ingest()
    await house.ingest()
    key = (await house.document(document_id)).storage_key
    for name in ("images/a", "images/b"):
        await house.worker.storage.put(f"{key}/{name}", b"image", "image/png")
    held = await rows_of(house, document_id)
    receipt = await delete(house, document_id)
    removed = receipt.removed
    assert (removed.num_documents, removed.num_chunks, removed.num_vectors) == (1, 3, 3)
    assert (receipt.num_objects, receipt.num_streams) == (3, 1)
    assert (held["documents"], held["document_versions"], held["chunks"], held["chunk_vectors"]) == (
        1,
        1,
        3,
        3,
    )
    assert removed.num_rows == sum(held.values())
    assert await rows_of(house, document_id) == {}
    assert await objects_of(house, document_id) == []
    assert await house.history(document_id) == []
    assert len(await house.seen_by_search(other_id)) == 2
    assert len(await objects_of(house, other_id)) == 1
    assert len(await house.history(other_id)) > 1


async def test_a_store_that_is_away_changes_nothing_and_a_repeat_deletes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await house.upload(markdown(1))

    async def away(_: str) -> int:
        raise Unavailable("The object store does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(house.api.storage, "delete_prefix", away)
        with pytest.raises(Unavailable):
            await delete(house, document_id)
    assert (await house.document(document_id)).status == "QUEUED"
    assert (await delete(house, document_id)).num_objects == 1
    with pytest.raises(NotFound):
        await delete(house, document_id)


async def test_a_stream_that_cannot_be_forgotten_holds_up_no_deletion(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await house.upload(markdown(1))

    async def away(*_: str) -> int:
        raise Unavailable("The event streams do not answer.")

    monkeypatch.setattr(house.api.publisher, "forget", away)
    assert (await delete(house, document_id)).num_streams == 0
    assert await rows_of(house, document_id) == {}


async def test_what_a_worker_stores_while_its_document_is_deleted_goes_as_well(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await house.upload(markdown(3))
    storage = house.worker.storage

    class Late:
        """A store whose file is read, deleted with its document, and added to afterwards."""

        def __getattr__(self, name: str) -> object:
            return getattr(storage, name)

        async def download(self, key: str, path: object) -> str:
            digest = await storage.download(key, path)  # type: ignore[arg-type] # as it came
            await delete(house, document_id)
            await storage.put(f"{key}/images/late", b"image", "image/png")
            return digest

    assert await house.ingest(storage=Late()) is True
    assert await objects_of(house, document_id) == []
    assert await house.history(document_id) == []


async def test_documents_deleted_at_random_moments_of_their_ingestion_leave_nothing(
    house: House, redis_url: str
) -> None:
    random = Random(0)
    kept = await house.upload(markdown(4, word="kept"))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    assert await house.ingest()
    undisturbed = loop.time() - begun

    async def one(number: int) -> UUID:
        document_id = await house.upload(markdown(6, word=f"gone{number}"))
        worker = asyncio.create_task(house.ingest())
        await asyncio.sleep(random.uniform(0, AT_ONCE * undisturbed))
        await delete(house, document_id)
        assert await house.seen_by_search(document_id) == []
        await worker
        assert await house.seen_by_search(document_id) == []
        return document_id

    for start in range(0, ROUNDS, AT_ONCE):
        gone = await asyncio.gather(*(one(number) for number in range(start, start + AT_ONCE)))
        for document_id in gone:
            assert await rows_of(house, document_id) == {}
            assert await objects_of(house, document_id) == []
    assert await house.ingest() is False
    assert await house.counts() == {"chunks": 4, "vectors": 4, "staged": 0, "staged_vectors": 0}
    async with Redis.from_url(redis_url) as redis:
        assert await redis.keys("opentrace:document:*") == [f"opentrace:document:{kept}".encode()]
