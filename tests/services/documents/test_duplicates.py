"""The same bytes are taken in once a project, and asking again for an upload makes nothing new."""

import asyncio
from dataclasses import replace

import pytest

from backend.errors import NotFound
from db.models import DocumentStatus
from tests.db import seed
from tests.fixtures import house as houses
from tests.fixtures.house import House, described

CONTENT = b"# Lamps\n\nThe lamp of the north tower is trimmed every 90 days."
FILE = described(CONTENT)


async def num_documents(house: House) -> int:
    async with house.worker.database.pool.acquire() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM opentrace.documents"))


@pytest.mark.parametrize("status", ["QUEUED", "PARTITIONING", "VECTORIZATION", "COMPLETED"])
async def test_bytes_that_the_project_has_are_not_uploaded_again(house: House, status: str) -> None:
    first = await house.upload(CONTENT)
    await house.sql("UPDATE opentrace.documents SET status = :status", status=status)
    (ticket,) = await house.request(replace(FILE, name="another name.md"))
    assert (ticket.document.id, ticket.is_duplicate) == (first, True)
    assert (ticket.url, ticket.headers, ticket.expires_at) == (None, {}, None)
    assert await num_documents(house) == 1


@pytest.mark.parametrize("status", ["FAILED", "CANCELLED"])
async def test_a_failed_or_cancelled_document_is_in_nobodys_way(house: House, status: str) -> None:
    first = await house.upload(CONTENT)
    await house.sql("UPDATE opentrace.documents SET status = :status", status=status)
    (ticket,) = await house.request(FILE)
    assert ticket.document.id != first
    assert (ticket.is_duplicate, ticket.document.status) == (False, DocumentStatus.UPLOADING)
    assert ticket.url is not None


async def test_asking_again_for_a_file_that_has_not_arrived_gives_its_row_a_fresh_address(
    house: House,
) -> None:
    (first,) = await house.request(FILE)
    await house.sql("UPDATE opentrace.documents SET updated_at = '2026-01-01'")
    (again,) = await house.request(FILE)
    assert (again.document.id, again.is_duplicate) == (first.document.id, False)
    assert again.url is not None
    assert (await house.document(first.document.id)).updated_at >= first.document.updated_at
    answer = await house.http.put(again.url, content=CONTENT, headers=again.headers)
    assert answer.status_code == 200
    assert (await house.confirm(again.document.id)).status is DocumentStatus.QUEUED


async def test_a_file_that_comes_twice_in_one_request_is_uploaded_once(house: House) -> None:
    other = described(b"other")
    first, twin, third = await house.request(FILE, replace(FILE, name="twin.md"), other)
    assert twin.document.id == first.document.id
    assert [ticket.is_duplicate for ticket in (first, twin, third)] == [False, True, False]
    assert await num_documents(house) == 2


async def test_a_duplicate_that_is_wanted_is_made(house: House) -> None:
    first = await house.upload(CONTENT)
    (ticket,) = await house.request(replace(FILE, allow_duplicate=True))
    assert (ticket.document.id == first, ticket.is_duplicate) == (False, False)
    (again,) = await house.request(FILE)
    assert (again.document.id, again.is_duplicate) == (first, True)


async def test_the_same_bytes_in_another_project_are_another_document(house: House) -> None:
    first = await house.upload(CONTENT)
    project = await seed.project_of(house.worker.database, house.viewer.user_id, "Other")
    house.project_id = project.id
    (ticket,) = await house.request(FILE)
    assert (ticket.document.id == first, ticket.is_duplicate) == (False, False)


async def test_a_stranger_does_not_learn_what_a_project_has(house: House) -> None:
    await house.upload(CONTENT)
    stranger = await houses.person(house.worker)
    with pytest.raises(NotFound):
        await house.request(FILE, viewer=stranger)


async def test_a_hash_with_another_size_is_no_duplicate(house: House) -> None:
    await house.request(replace(FILE, size=3))
    (ticket,) = await house.request(FILE)
    assert (ticket.document.size_bytes, ticket.is_duplicate) == (len(CONTENT), False)
    assert await num_documents(house) == 2


async def test_requests_beside_each_other_make_one_document(house: House) -> None:
    tickets = await asyncio.gather(*(house.request(FILE) for _ in range(4)))
    assert len({ticket.document.id for (ticket,) in tickets}) == 1
    assert await num_documents(house) == 1
