"""Pictures of documents: objects under the document's key, named by rows, told in words by the model."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select

from backend.errors import NotFound
from backend.services import orphans, retrieval
from backend.services.documents import control, images
from backend.services.orphans import Patience
from db.models import Chunk, ChunkImage, DocumentStatus, UsageKind
from tests.agents.scripted import hit
from tests.fixtures.drawings import address, drawing
from tests.fixtures.house import House
from tests.fixtures.versions import ask_to_replace, send

HTML = {"name": "waves.html", "content_type": "text/html"}
EXPIRE = "UPDATE opentrace.documents SET leased_until = now() - interval '1 second' WHERE id = :id"


def page(*seeds: int, alt: str = "Waves") -> bytes:
    """A page of as many chunks as pictures."""
    sections = (
        f"<h1>Wave {seed}</h1><p>{f'The keeper counts wave {seed} from the tower. ' * 16}</p>"
        f'<img src="{address(drawing(seed))}" alt="{alt} {seed}">'
        for seed in seeds
    )
    return f"<html><body>{''.join(sections)}</body></html>".encode()


async def rows_of(house: House, document_id: UUID) -> list[ChunkImage]:
    statement = select(ChunkImage).where(ChunkImage.document_id == document_id)
    async with house.worker.database.sessions() as session:
        return list(await session.exec(statement.order_by(col(ChunkImage.position), col(ChunkImage.number))))


async def objects_of(house: House, document_id: UUID) -> list[str]:
    prefix = f"projects/{house.project_id}/documents/{document_id}"
    return [each.key async for found in house.worker.storage.pages(prefix) for each in found]


async def test_an_image_is_an_object_that_its_chunk_names_and_the_model_describes(house: House) -> None:
    document_id = await house.upload(page(1, 2), **HTML)
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    rows = await rows_of(house, document_id)
    assert [(row.position, row.number, row.alt) for row in rows] == [(0, 0, "Waves 1"), (1, 0, "Waves 2")]
    assert rows[0].description == "A PNG image of 300 x 200 pixels. The document calls it: Waves 1"
    key = f"projects/{house.project_id}/documents/{document_id}"
    assert set(await objects_of(house, document_id)) == {key, *(f"{key}/images/{row.sha256}" for row in rows)}
    async with house.worker.database.sessions() as session:
        chunks = list(await session.exec(select(Chunk).order_by(col(Chunk.position))))
    assert [(chunk.id, chunk.kinds) for chunk in chunks] == [
        (row.chunk_id, ["TITLE", "PARAGRAPH", "IMAGE"]) for row in rows
    ]
    assert all(
        chunk.summary is not None and chunk.text.endswith(row.alt)
        for chunk, row in zip(chunks, rows, strict=True)
    )


async def test_the_signed_address_of_an_image_shows_it(house: House) -> None:
    document_id = await house.upload(page(1), **HTML)
    await house.ingest()
    [row] = await rows_of(house, document_id)
    reply = await house.http.get(await images.url(house.api.storage, row, 60))
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "image/png"
    assert reply.headers["content-disposition"].startswith("inline; ")
    assert (len(reply.content), reply.content[:4]) == (row.size_bytes, b"\x89PNG")


async def test_who_reads_a_found_chunk_is_told_what_its_images_show(house: House) -> None:
    document_id = await house.upload(page(1), **HTML)
    await house.ingest()
    [row] = await rows_of(house, document_id)
    found = [replace(hit(1, "[image]"), chunk_id=row.chunk_id), hit(2)]
    told = await retrieval.with_pictures(house.worker.database, found)
    assert row.description
    assert [each.pictures for each in told] == [(row.description,), ()]


async def test_the_same_image_is_stored_once_and_counted_where_it_stands(house: House) -> None:
    content = page(1) + page(1, alt="Again")
    document_id = await house.upload(content, **HTML)
    await house.ingest()
    assert [row.alt for row in await rows_of(house, document_id)] == ["Waves 1", "Again 1"]
    assert len(await objects_of(house, document_id)) == 2


async def test_what_stages_found_says_how_many_images_there_are(house: House) -> None:
    document_id = await house.upload(page(1, 2, 3), **HTML)
    await house.ingest()
    details = {
        event.data["stage"]: event.data["detail"]
        for event in await house.history(document_id)
        if event.kind == "StageFinished"
    }
    assert details["PARTITIONING"]["elements"]["IMAGE"] == 3
    assert details["PARTITIONING"]["num_images_left_out"] == 0
    summed_up = details["SUMMARISING"]
    assert (summed_up["num_summaries"], summed_up["num_without"]) == (3, 0)


async def test_the_same_images_are_described_once_in_a_project(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await house.upload(page(1, 2), **HTML)
    await house.ingest()
    second = await house.upload(page(1, 2) + b"\n", **HTML)
    await house.ingest()
    stats = (await model_control.get("/control/stats")).json()
    assert sorted(stats["chat"]["texts"].values()) == [1, 1]
    assert all(row.description for row in await rows_of(house, second))


async def test_a_deleted_document_takes_its_images_along(house: House) -> None:
    document_id = await house.upload(page(1, 2), **HTML)
    await house.ingest()
    await delete(house, document_id)
    assert await rows_of(house, document_id) == []
    assert await objects_of(house, document_id) == []


async def delete(house: House, document_id: UUID) -> None:
    await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=document_id, storage=house.api.storage
    )


class Gate:
    """A store that stops at a point of an image's upload until it is let through."""

    def __init__(self, storage: Any, *, before: bool) -> None:
        self._storage = storage
        self._before = before
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        if self._before:
            await self._wait()
        await self._storage.put(key, data, content_type)
        if not self._before:
            await self._wait()

    async def _wait(self) -> None:
        self.reached.set()
        await self.opened.wait()


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_a_document_deleted_while_its_images_are_stored_leaves_nothing(
    house: House, before: bool
) -> None:
    document_id = await house.upload(page(1, 2), **HTML)
    gate = Gate(house.worker.storage, before=before)
    worker = asyncio.create_task(house.ingest(storage=gate))
    async with asyncio.timeout(60):
        await gate.reached.wait()
        await delete(house, document_id)
        gate.opened.set()
        assert await worker is True
    with pytest.raises(NotFound):
        await house.document(document_id)
    assert await objects_of(house, document_id) == []
    assert await rows_of(house, document_id) == []


async def test_a_worker_lost_between_image_and_chunk_is_followed_by_one_that_does_the_same(
    house: House,
) -> None:
    document_id = await house.upload(page(1, 2), **HTML)
    gate = Gate(house.worker.storage, before=False)
    worker = asyncio.create_task(house.ingest(storage=gate))
    async with asyncio.timeout(60):
        await gate.reached.wait()
        await house.sql(EXPIRE, id=document_id)
        assert await house.ingest() is True
        gate.opened.set()
        assert await worker is True
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert len(await rows_of(house, document_id)) == 2
    assert len(await objects_of(house, document_id)) == 3


async def test_images_are_paid_for_as_summaries(house: House) -> None:
    document_id = await house.upload(page(1), **HTML)
    await house.ingest()
    [row] = [row for row in await house.usage() if row.kind is UsageKind.SUMMARY]
    assert (row.document_id, row.num_output_tokens > 0) == (document_id, True)


async def test_a_file_that_replaces_another_takes_its_images_place_too(house: House) -> None:
    document_id = await house.upload(page(1, 2), **HTML)
    await house.ingest()
    ticket = await ask_to_replace(house, document_id, page(2, 3), **HTML)
    await send(house, ticket, page(2, 3))
    await house.confirm(document_id)
    before = await rows_of(house, document_id)
    assert [row.alt for row in before] == ["Waves 1", "Waves 2"]
    await house.ingest()
    after = await rows_of(house, document_id)
    assert [row.alt for row in after] == ["Waves 2", "Waves 3"]
    assert after[0].sha256 == before[1].sha256
    stored = {key.rpartition("/")[2] for key in await objects_of(house, document_id) if "/images/" in key}
    assert stored == {row.sha256 for row in after}


async def test_an_image_that_no_chunk_has_is_found_by_upkeep_and_no_other_is(house: House) -> None:
    document_id = await house.upload(page(1), **HTML)
    await house.ingest()
    [row] = await rows_of(house, document_id)
    stray = images.key(house.project_id, document_id, "f" * 64)
    await house.worker.storage.put(stray, b"left", "image/png")
    counts = await orphans.repair(
        house.worker.transactions, house.worker.storage, Patience(object_seconds=-5)
    )
    assert counts is not None
    assert counts["num_objects"] == 1
    stored = await objects_of(house, document_id)
    assert stray not in stored
    assert images.key(house.project_id, document_id, row.sha256) in stored
