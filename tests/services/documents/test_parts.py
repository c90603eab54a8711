"""Large files in parts: signed one by one, resumed where they were, joined when confirmed, or freed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from backend.auth import Viewer
from backend.errors import Conflict, Invalid, NotFound
from backend.services.documents import control, parts
from backend.services.documents import replace as replacing
from backend.services.documents.parts import PartHash, PartPlan
from backend.transactions import Transactions
from db.engine import Session
from db.models import DocumentStatus
from tests.fixtures import house as houses
from tests.fixtures.house import UPLOADS, House, described, markdown

PART = 5 * 1024**2
LIMITS = replace(UPLOADS, part_threshold_bytes=PART, part_bytes=PART)
CONTENT = markdown(2) + b"\n" * PART
"""Two parts, the second of which is small."""
SLICES = [CONTENT[:PART], CONTENT[PART:]]


def hashed(number: int, body: bytes | None = None) -> PartHash:
    return PartHash(number, hashlib.sha256(body or SLICES[number - 1]).hexdigest())


async def announce(house: House, content: bytes = CONTENT) -> UUID:
    (ticket,) = await house.request(described(content), part_threshold_bytes=PART, part_bytes=PART)
    assert ticket.part_bytes == PART
    return ticket.document.id


async def ask(house: House, document_id: UUID, *hashes: PartHash, **changes: Any) -> PartPlan:
    given: dict[str, Any] = {
        "viewer": house.viewer,
        "document_id": document_id,
        "hashes": hashes,
        "storage": house.api.storage,
        "limits": LIMITS,
    }
    transactions = changes.pop("transactions", house.api.transactions)
    return await parts.request(transactions, **(given | changes))


async def put(house: House, plan: PartPlan, number: int, body: bytes | None = None) -> int:
    signed = plan.signed[number]
    answer = await house.http.put(signed.url, content=body or SLICES[number - 1], headers=signed.headers)
    return answer.status_code


async def uploads(house: House) -> list[tuple[str, str | None]]:
    async with house.worker.database.pool.acquire() as connection:
        rows = await connection.fetch("SELECT storage_key, upload_id FROM opentrace.part_uploads")
    return [tuple(row) for row in rows]


async def test_a_small_file_has_no_parts(house: House) -> None:
    (ticket,) = await house.request(described(b"small"))
    assert ticket.part_bytes is None
    with pytest.raises(Conflict):
        await ask(house, ticket.document.id)
    assert await uploads(house) == []


async def test_what_has_arrived_is_not_asked_for_again_and_the_whole_is_read(
    house: House, tmp_path: Path
) -> None:
    document_id = await announce(house)
    plan = await ask(house, document_id)
    assert (plan.part_bytes, plan.num_parts, plan.stored, plan.signed) == (PART, 2, [], {})
    assert await put(house, await ask(house, document_id, hashed(2)), 2) == 200
    # Another browser, another day; the same file is found by its hash.
    assert await announce(house) == document_id
    plan = await ask(house, document_id, hashed(1), hashed(2))
    assert (plan.stored, list(plan.signed)) == ([2], [1])
    with pytest.raises(Conflict, match="1 of 2 parts have not arrived yet") as refused:
        await house.confirm(document_id)
    assert refused.value.code == "UPLOAD_MISSING"
    assert await put(house, plan, 1) == 200
    row = await house.confirm(document_id)
    assert row.status is DocumentStatus.QUEUED
    assert await house.worker.storage.download(row.storage_key, tmp_path / "copy") == row.sha256
    assert await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED


async def test_the_store_refuses_a_part_of_other_bytes(house: House) -> None:
    document_id = await announce(house)
    plan = await ask(house, document_id, hashed(2))
    assert await put(house, plan, 2, b" " * len(SLICES[1])) == 400
    assert (await ask(house, document_id)).stored == []


async def test_parts_that_together_are_another_file_are_found_out_by_the_worker(house: House) -> None:
    document_id = await announce(house)
    other = b" " * len(SLICES[1])
    plan = await ask(house, document_id, hashed(1), hashed(2, other))
    assert [await put(house, plan, 1), await put(house, plan, 2, other)] == [200, 200]
    await house.confirm(document_id)
    await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, "UPLOAD_DIFFERS")


async def test_two_confirmations_at_once_queue_the_document_once(house: House) -> None:
    document_id = await announce(house)
    plan = await ask(house, document_id, hashed(1), hashed(2))
    await asyncio.gather(put(house, plan, 1), put(house, plan, 2))
    rows = await asyncio.gather(*(house.confirm(document_id) for _ in range(3)))
    assert {(row.status, row.attempt) for row in rows} == {(DocumentStatus.QUEUED, 1)}


async def test_two_who_begin_at_once_share_one_upload(house: House) -> None:
    document_id = await announce(house)
    plans = await asyncio.gather(*(ask(house, document_id, hashed(2)) for _ in range(4)))
    assert await put(house, plans[3], 2) == 200
    assert [(await ask(house, document_id)).stored for _ in plans] == [[2]] * 4
    ((key, upload_id),) = await uploads(house)
    assert await house.api.storage._under_way(key) == [upload_id]


async def test_an_upload_that_the_store_gave_up_begins_anew(house: House) -> None:
    document_id = await announce(house)
    await put(house, await ask(house, document_id, hashed(2)), 2)
    ((key, upload_id),) = await uploads(house)
    await house.api.storage.drop_parts(key, upload_id)
    plan = await ask(house, document_id, hashed(1), hashed(2))
    assert plan.stored == []
    assert [await put(house, plan, 1), await put(house, plan, 2)] == [200, 200]
    assert (await house.confirm(document_id)).status is DocumentStatus.QUEUED


async def test_what_was_joined_and_not_confirmed_needs_nothing_more(house: House) -> None:
    document_id = await announce(house)
    plan = await ask(house, document_id, hashed(1), hashed(2))
    await asyncio.gather(put(house, plan, 1), put(house, plan, 2))
    row = await house.document(document_id)
    await parts.join(house.api.transactions, house.api.storage, viewer=house.viewer, awaited=row)
    plan = await ask(house, document_id, hashed(1))
    assert (plan.stored, plan.signed) == ([1, 2], {})
    assert (await house.confirm(document_id)).status is DocumentStatus.QUEUED


@pytest.mark.parametrize(
    ("hashes", "field"),
    [
        ([PartHash(0, "0" * 64)], "parts.0.number"),
        ([hashed(1), PartHash(3, "0" * 64)], "parts.1.number"),
        ([PartHash(1, "0" * 63)], "parts.0.sha256"),
        ([hashed(1)] * 101, "parts"),
    ],
)
async def test_parts_that_the_file_does_not_have_are_refused(
    house: House, hashes: Sequence[PartHash], field: str
) -> None:
    document_id = await announce(house)
    with pytest.raises(Invalid) as refused:
        await ask(house, document_id, *hashes)
    assert refused.value.field == field


async def test_a_stranger_finds_nothing_and_no_row_of_the_upload(house: House) -> None:
    document_id = await announce(house)
    await ask(house, document_id)
    stranger = await houses.person(house.worker)
    with pytest.raises(NotFound):
        await ask(house, document_id, viewer=stranger)
    assert await seen_by(house, stranger) == 0
    assert await seen_by(house, house.viewer) == 1


async def seen_by(house: House, viewer: Viewer) -> int:
    async with house.api.transactions.unit_of_work(viewer.user_id) as session:
        connection = await session.connection()
        return (await connection.exec_driver_sql("SELECT count(*) FROM opentrace.part_uploads")).scalar_one()


async def test_what_is_awaited_no_more_is_freed_and_what_is_stays(house: House) -> None:
    gone, confirmed, young = [await announce(house, CONTENT + b"\n" * extra) for extra in (0, 1, 2)]
    for document_id in (gone, young):
        await put(house, await ask(house, document_id, hashed(1)), 1)
    tail = CONTENT[PART:] + b"\n"
    plan = await ask(house, confirmed, hashed(1), hashed(2, tail))
    await asyncio.gather(put(house, plan, 1), put(house, plan, 2, tail))
    await house.confirm(confirmed)
    key = (await house.document(gone)).storage_key
    async with house.api.transactions.unit_of_work(house.viewer.user_id) as session:
        await control.cancel(session, viewer=house.viewer, document_id=gone)
    worker = house.worker
    assert await parts.give_up(worker.transactions, worker.storage) == 2
    assert await worker.storage._under_way(key) == []
    ((left, _),) = await uploads(house)
    assert left == (await house.document(young)).storage_key
    assert (await ask(house, young)).stored == [1]
    assert await parts.give_up(worker.transactions, worker.storage) == 0


async def test_an_upload_whose_document_goes_while_it_begins_leaves_nothing_behind(house: House) -> None:
    document_id = await announce(house)
    key = (await house.document(document_id)).storage_key

    class Interrupted(Transactions):
        """Between its first and its second step everything of the upload is swept away."""

        steps = 0

        @asynccontextmanager
        async def unit_of_work(self, viewer: UUID | None = None) -> AsyncIterator[Session]:
            self.steps += 1
            if self.steps == 2:
                await house.sql("DELETE FROM opentrace.documents WHERE id = :id", id=document_id)
                await parts.give_up(house.worker.transactions, house.worker.storage)
            async with super().unit_of_work(viewer) as session:
                yield session

    given = house.api.transactions
    with pytest.raises(Conflict):
        await ask(house, document_id, transactions=Interrupted(given.sessions, given.queue, given.publisher))
    assert await uploads(house) == []
    assert await house.api.storage._under_way(key) == []


async def test_a_file_that_replaces_another_comes_in_parts_as_well(house: House) -> None:
    document_id = await house.upload(markdown(1))
    await house.ingest()
    async with house.api.transactions.unit_of_work(house.viewer.user_id) as session:
        ticket = await replacing.request(
            session,
            viewer=house.viewer,
            document_id=document_id,
            file=described(CONTENT),
            storage=house.api.storage,
            limits=LIMITS,
        )
    assert ticket.part_bytes == PART
    plan = await ask(house, document_id, hashed(1), hashed(2))
    await asyncio.gather(put(house, plan, 1), put(house, plan, 2))
    assert (await house.confirm(document_id)).status is DocumentStatus.QUEUED
