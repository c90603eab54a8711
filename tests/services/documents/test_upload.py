"""Uploads: a signed address for each file, and work that begins when the bytes are there."""

from dataclasses import replace
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from backend.errors import Conflict, Invalid, NotFound, TooLarge
from backend.events import Publisher
from backend.queue import Queue
from backend.services import upkeep
from backend.transactions import Transactions
from db.models import DocumentStatus
from tests.fixtures import house as houses
from tests.fixtures.house import UPLOADS, House, described, markdown

CONTENT = b"# Lamps\n\nThe lamp of the north tower is trimmed every 90 days."
NOWHERE = "redis://127.0.0.1:1/0"


async def num_documents(house: House) -> int:
    async with house.worker.database.pool.acquire() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM opentrace.documents"))


async def test_each_file_gets_a_row_and_an_address_in_the_order_asked(house: House) -> None:
    tickets = await house.request(described(b"a", name="a.md"), described(b"bb", name="b.md"))
    assert [ticket.document.name for ticket in tickets] == ["a.md", "b.md"]
    for ticket in tickets:
        row = await house.document(ticket.document.id)
        assert (row.status, row.attempt, row.num_tries) == (DocumentStatus.UPLOADING, 0, 0)
        assert row.uploaded_by == house.viewer.user_id
        assert row.storage_key in ticket.url


async def test_one_bad_file_refuses_them_all(house: House) -> None:
    large = replace(described(b"x"), size=UPLOADS.max_bytes + 1)
    with pytest.raises(TooLarge) as refused:
        await house.request(described(b"a"), large)
    assert refused.value.field == "files.1.size"
    assert await num_documents(house) == 0


async def test_a_stranger_finds_neither_the_project_nor_the_document(house: House) -> None:
    stranger = await houses.person(house.worker)
    with pytest.raises(NotFound):
        await house.request(described(b"a"), viewer=stranger)
    assert await num_documents(house) == 0
    document_id = await house.send(CONTENT)
    owner, house.viewer = house.viewer, stranger
    with pytest.raises(NotFound):
        await house.confirm(document_id)
    house.viewer = owner
    assert (await house.document(document_id)).status is DocumentStatus.UPLOADING


async def test_an_unknown_document_cannot_be_confirmed(house: House) -> None:
    with pytest.raises(NotFound):
        await house.confirm(uuid4())


async def test_a_file_that_has_not_arrived_cannot_be_confirmed(house: House) -> None:
    ticket = (await house.request(described(CONTENT)))[0]
    with pytest.raises(Conflict) as refused:
        await house.confirm(ticket.document.id)
    assert refused.value.code == "UPLOAD_MISSING"
    row = await house.document(ticket.document.id)
    assert (row.status, row.attempt) == (DocumentStatus.UPLOADING, 0)
    assert await house.ingest() is False


@pytest.mark.parametrize(
    ("stored", "content_type"), [(CONTENT + b"!", "text/markdown"), (CONTENT, "application/pdf")]
)
async def test_a_file_of_another_size_or_type_cannot_be_confirmed(
    house: House, stored: bytes, content_type: str
) -> None:
    ticket = (await house.request(described(CONTENT)))[0]
    await house.worker.storage.put(ticket.document.storage_key, stored, content_type)
    with pytest.raises(Invalid) as refused:
        await house.confirm(ticket.document.id)
    assert refused.value.code == "UPLOAD_DIFFERS"
    assert (await house.document(ticket.document.id)).status is DocumentStatus.UPLOADING


async def test_the_signature_holds_for_the_announced_bytes_alone(house: House) -> None:
    ticket = (await house.request(described(CONTENT)))[0]
    other = CONTENT.replace(b"90", b"91")
    answer = await house.http.put(ticket.url, content=other, headers=ticket.headers)
    assert answer.status_code in (400, 403)
    with pytest.raises(Conflict):
        await house.confirm(ticket.document.id)


async def test_a_confirmed_document_waits_and_says_so_and_a_repeat_changes_nothing(house: House) -> None:
    document_id = await house.send(CONTENT)
    row = await house.confirm(document_id)
    assert (row.status, row.attempt, row.event_seq) == (DocumentStatus.QUEUED, 1, 0)
    assert row.queued_at is not None
    again = await house.confirm(document_id)
    assert (again.status, again.attempt, again.event_seq) == (DocumentStatus.QUEUED, 1, 0)
    history = await house.history(document_id)
    assert [(event.kind, str(event.cursor)) for event in history] == [("DocumentSnapshot", "1-0")]
    assert history[0].data["document"]["status"] == "QUEUED"


async def test_confirming_works_without_redis_and_the_sweep_finds_the_row(house: House) -> None:
    document_id = await house.send(CONTENT)
    redis = Redis.from_url(NOWHERE)
    deaf = Transactions(house.api.transactions.sessions, Queue(NOWHERE), Publisher(redis))
    row = await house.confirm(document_id, transactions=deaf)
    await redis.aclose()
    assert row.status is DocumentStatus.QUEUED
    rung = Rung()
    hearing = replace(house.worker.transactions, queue=rung)
    await upkeep.sweep(hearing, max_tries=5, quiet_seconds=3600)
    assert rung.ids == []
    await upkeep.sweep(hearing, max_tries=5, quiet_seconds=0)
    assert rung.ids == [document_id]


class Rung(Queue):
    """A queue that only remembers what was rung for."""

    def __init__(self) -> None:
        self.ids: list[object] = []

    async def ring(self, job: object, row_id: object) -> None:
        self.ids.append(row_id)


async def test_a_document_is_taken_in_once_however_often_it_was_confirmed(house: House) -> None:
    document_id = await house.upload(markdown(2))
    await house.confirm(document_id)
    assert [await house.ingest(), await house.ingest()] == [True, False]
