"""How much may be uploaded: as much as is allowed goes in, one more is refused and nothing is made."""

import asyncio

import pytest

from backend.errors import QuotaExceeded
from tests.db import seed
from tests.fixtures.house import House, described

NEW = [described(bytes([number]) * 10) for number in range(4)]


async def num_documents(house: House) -> int:
    async with house.worker.database.pool.acquire() as connection:
        return int(await connection.fetchval("SELECT count(*) FROM opentrace.documents"))


@pytest.mark.parametrize(
    ("limit", "allowed", "sentence"),
    [
        ("documents_per_project", 3, "A project may have 3 documents; this one has 2, and 2 more"),
        ("bytes_per_project", 30, "A project may hold 30 bytes; this one holds 20 bytes, and 20 bytes more"),
        ("unfinished_per_user", 3, "At most 3 of your documents may be under way; 2 are and 2 more"),
    ],
)
async def test_what_is_allowed_goes_in_and_one_more_does_not(
    house: House, limit: str, allowed: int, sentence: str
) -> None:
    await house.request(*NEW[:2], **{limit: allowed})
    with pytest.raises(QuotaExceeded, match=sentence) as refused:
        await house.request(*NEW[2:], **{limit: allowed})
    assert (refused.value.code, refused.value.field) == ("QUOTA_EXCEEDED", "files")
    assert await num_documents(house) == 2
    await house.request(NEW[2], **{limit: allowed})
    assert await num_documents(house) == 3


async def test_more_files_than_one_request_may_name_are_refused(house: House) -> None:
    with pytest.raises(QuotaExceeded, match="At most 3 files can be uploaded in one request; these are 4"):
        await house.request(*NEW, files_per_request=3)
    assert await num_documents(house) == 0


async def test_a_repeat_takes_no_further_place(house: House) -> None:
    await house.request(*NEW, documents_per_project=4, bytes_per_project=40, unfinished_per_user=4)
    await house.request(*NEW, documents_per_project=4, bytes_per_project=40, unfinished_per_user=4)
    assert await num_documents(house) == 4


async def test_documents_that_have_ended_are_not_under_way_and_those_without_a_file_hold_no_bytes(
    house: House,
) -> None:
    await house.request(*NEW[:2])
    await house.sql("UPDATE opentrace.documents SET status = 'CANCELLED'")
    await house.request(*NEW[2:], unfinished_per_user=2, bytes_per_project=20)
    await house.sql("UPDATE opentrace.documents SET status = 'FAILED', queued_at = now()")
    with pytest.raises(QuotaExceeded, match="may hold"):
        await house.request(NEW[0], bytes_per_project=49)


async def test_what_is_under_way_counts_over_all_projects_of_the_user(house: House) -> None:
    await house.request(*NEW[:2])
    house.project_id = (await seed.project_of(house.worker.database, house.viewer.user_id, "Other")).id
    with pytest.raises(QuotaExceeded, match="of your documents"):
        await house.request(*NEW[2:], unfinished_per_user=3)


async def test_requests_beside_each_other_cannot_share_the_last_place(house: House) -> None:
    asked = (house.request(file, documents_per_project=1) for file in NEW)
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["QuotaExceeded"] * 3 + ["list"]
    assert await num_documents(house) == 1
