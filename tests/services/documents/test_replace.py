"""Replacing a document's file: it is announced, sent, confirmed, and takes the place of the old one."""

import asyncio
import hashlib
from typing import Any

import pytest

from backend.errors import Conflict, Invalid, QuotaExceeded, TooLarge, Unavailable
from backend.services import orphans
from backend.services.documents import expire
from backend.services.orphans import Patience
from db.models import DocumentSource, DocumentStatus
from tests.fixtures.house import UPLOADS, House, markdown
from tests.fixtures.versions import NEW, OLD, act, ask_to_replace, halted, keys, published, send, words


async def test_a_file_replaces_another_when_it_is_taken_in_and_not_before(house: House) -> None:
    document_id = await published(house)
    ticket = await ask_to_replace(house, document_id)
    assert (ticket.document.id, ticket.is_duplicate) == (document_id, False)
    await send(house, ticket)
    row = await house.document(document_id)
    assert (row.status, row.newest_version) == (DocumentStatus.COMPLETED, 1)
    row = await house.confirm(document_id)
    assert (row.status, row.version, row.newest_version) == (DocumentStatus.QUEUED, 1, 2)
    async with halted(house):
        assert await words(house, document_id) == ("old", 3)
        row = await house.document(document_id)
        assert (row.name, row.size_bytes) == ("old.md", len(OLD))
        assert len(await keys(house)) == 2
    row = await house.document(document_id)
    assert (row.status, row.version) == (DocumentStatus.COMPLETED, 2)
    assert (row.name, row.size_bytes, row.sha256) == ("new.md", len(NEW), hashlib.sha256(NEW).hexdigest())
    assert await words(house, document_id) == ("new", 5)
    assert await keys(house) == [row.storage_key]
    assert row.storage_key.startswith(f"projects/{house.project_id}/documents/{document_id}/files/")
    await act(house, "reingest", document_id)
    assert await house.ingest()
    assert (await house.document(document_id)).version == 3
    assert await words(house, document_id) == ("new", 5)


async def test_confirming_twice_at_once_and_afterwards_begins_one_version(house: House) -> None:
    document_id = await published(house)
    await send(house, await ask_to_replace(house, document_id))
    rows = await asyncio.gather(*(house.confirm(document_id) for _ in range(4)))
    assert {(row.newest_version, row.attempt) for row in rows} == {(2, 3)}
    assert await house.ingest()
    assert (await house.confirm(document_id)).newest_version == 2
    assert await house.ingest() is False


async def test_a_file_that_has_not_arrived_replaces_nothing(house: House) -> None:
    document_id = await published(house)
    await ask_to_replace(house, document_id)
    with pytest.raises(Conflict) as early:
        await house.confirm(document_id)
    assert early.value.code == "UPLOAD_MISSING"
    row = await house.document(document_id)
    assert (row.status, row.newest_version) == (DocumentStatus.COMPLETED, 1)


async def test_asking_again_gives_another_address_and_another_file_takes_the_place(house: House) -> None:
    document_id = await published(house)
    first, again = [await ask_to_replace(house, document_id) for _ in range(2)]
    assert first.url is not None and again.url is not None
    assert first.url.split("?")[0] == again.url.split("?")[0]
    other = await ask_to_replace(house, document_id, markdown(2, word="new"))
    assert other.url is not None and other.url.split("?")[0] != first.url.split("?")[0]
    await send(house, first)
    with pytest.raises(Conflict) as early:
        await house.confirm(document_id)
    assert early.value.code == "UPLOAD_MISSING"
    await send(house, other, markdown(2, word="new"))
    await house.confirm(document_id)
    assert await house.ingest()
    assert await words(house, document_id) == ("new", 2)


async def test_bytes_that_the_project_has_are_not_uploaded_unless_that_is_wanted(house: House) -> None:
    document_id, other_id = await published(house), await published(house, NEW)
    same = await ask_to_replace(house, document_id, OLD)
    assert (same.document.id, same.is_duplicate, same.url) == (document_id, True, None)
    other = await ask_to_replace(house, document_id, NEW)
    assert (other.document.id, other.is_duplicate) == (other_id, True)
    wanted = await ask_to_replace(house, document_id, NEW, allow_duplicate=True)
    assert (wanted.document.id, wanted.is_duplicate) == (document_id, False)


async def test_a_document_that_is_being_taken_in_is_not_replaced(house: House) -> None:
    document_id = await published(house)
    await send(house, await ask_to_replace(house, document_id))
    await act(house, "reingest", document_id)
    with pytest.raises(Conflict):
        await ask_to_replace(house, document_id, markdown(2))
    with pytest.raises(Conflict):
        await house.confirm(document_id)
    assert await house.ingest()
    await house.confirm(document_id)
    assert await house.ingest()
    assert await words(house, document_id) == ("new", 5)


async def test_a_file_that_could_not_be_uploaded_cannot_replace_one_either(house: House) -> None:
    document_id = await published(house)
    for change, error, field in (
        ({"size": 0}, Invalid, "file.size"),
        ({"size": UPLOADS.max_bytes + 1}, TooLarge, "file.size"),
        ({"sha256": "x"}, Invalid, "file.sha256"),
        ({"content_type": "video/mp4"}, Invalid, "file.content_type"),
        ({"limits": {"bytes_per_project": len(OLD) + len(NEW) - 1}}, QuotaExceeded, "file"),
    ):
        with pytest.raises(error) as refused:
            await ask_to_replace(house, document_id, **change)
        assert refused.value.field == field
    await house.sql("UPDATE opentrace.documents SET source = :source", source=DocumentSource.WEB_PAGE)
    with pytest.raises(Conflict):
        await ask_to_replace(house, document_id)
    assert (
        await house.worker.database.pool.fetchval("SELECT count(*) FROM opentrace.document_replacements") == 0
    )


async def test_an_awaited_file_counts_against_the_projects_bytes_once(house: House) -> None:
    document_id, other_id = await published(house), await published(house, markdown(1, word="old"))
    fits = {"limits": {"bytes_per_project": len(OLD) + len(markdown(1, word="old")) + len(NEW)}}
    for _ in range(2):
        await ask_to_replace(house, document_id, **fits)
    with pytest.raises(QuotaExceeded):
        await ask_to_replace(house, other_id, markdown(1, word="new"), **fits)


async def test_a_first_file_that_failed_may_be_replaced(house: House) -> None:
    document_id = await house.upload(b" \n", name="old.md")
    assert await house.ingest()
    assert (await house.document(document_id)).failure_code == "EMPTY"
    await send(house, await ask_to_replace(house, document_id))
    row = await house.confirm(document_id)
    assert (row.version, row.newest_version, row.failure_code) == (0, 2, None)
    assert await house.ingest()
    assert await words(house, document_id) == ("new", 5)
    assert await keys(house) == [(await house.document(document_id)).storage_key]


async def test_a_version_that_is_given_up_goes_with_its_staging_and_its_file(house: House) -> None:
    document_id = await published(house)
    await send(house, await ask_to_replace(house, document_id))
    await house.confirm(document_id)
    async with halted(house, before=2):
        await act(house, "cancel", document_id)
    assert (await house.counts())["staged"] == 5
    row = await act(house, "reingest", document_id)
    assert (row.newest_version, row.version) == (3, 1)
    assert await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.version, row.name) == (DocumentStatus.COMPLETED, 3, "old.md")
    assert await words(house, document_id) == ("old", 3)
    assert await house.counts() == {"chunks": 3, "vectors": 3, "staged": 0, "staged_vectors": 0}
    assert await keys(house) == [row.storage_key]


async def test_a_file_that_does_not_arrive_in_time_is_not_awaited_any_more(house: House) -> None:
    document_id = await published(house)
    ticket = await ask_to_replace(house, document_id)
    await send(house, ticket)
    worker = house.worker
    assert await expire.replacements(worker.transactions, worker.storage, older_than_seconds=3600) == 0
    assert await expire.replacements(worker.transactions, worker.storage, older_than_seconds=-1) == 1
    row = await house.confirm(document_id)
    assert (row.status, row.newest_version) == (DocumentStatus.COMPLETED, 1)
    assert await keys(house) == [row.storage_key]


async def test_files_that_no_version_is_made_of_are_orphans_and_all_others_stay(house: House) -> None:
    waiting_id, building_id = await published(house), await published(house, markdown(2, word="old"))
    await send(house, await ask_to_replace(house, waiting_id))
    other = markdown(4, word="new")
    await send(house, await ask_to_replace(house, building_id, other), other)
    await house.confirm(building_id)
    kept = await keys(house)
    prefix = f"projects/{house.project_id}/documents/{waiting_id}"
    for key in (f"{prefix}/files/left", f"{prefix}/images/left", f"{prefix}/others/kept"):
        await house.worker.storage.put(key, b"left", "text/plain")
    at_once = Patience(every_seconds=0, object_seconds=-5)
    found = await orphans.repair(house.worker.transactions, house.worker.storage, at_once)
    assert found is not None and found["num_objects"] == 2
    assert await keys(house) == sorted([*kept, f"{prefix}/others/kept"])
    assert await house.ingest()
    assert await words(house, building_id) == ("new", 4)


async def test_a_store_that_keeps_the_old_file_holds_up_no_publication(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = await published(house)
    await send(house, await ask_to_replace(house, document_id))
    await house.confirm(document_id)

    async def away(_: Any) -> None:
        raise Unavailable("The object store does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(house.worker.storage, "delete", away)
        assert await house.ingest()
    assert await words(house, document_id) == ("new", 5)
    assert len(await keys(house)) == 2
    await orphans.repair(
        house.worker.transactions, house.worker.storage, Patience(every_seconds=0, object_seconds=-5)
    )
    assert await keys(house) == [(await house.document(document_id)).storage_key]
