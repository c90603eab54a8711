"""Uploads that never arrive: failed with the reason, their bytes removed, and nobody stranded between."""

from uuid import UUID

import pytest

from backend.errors import Conflict, Unavailable
from backend.services.documents import control, expire
from backend.storage import Storage
from db.models import DocumentStatus
from tests.fixtures.house import House, described

CONTENT = b"# Lamps\n\nThe lamp of the north tower is trimmed every 90 days."
DAY = 86_400.0


async def sweep(house: House, storage: Storage | None = None) -> int:
    worker = house.worker
    return await expire.uploads(worker.transactions, storage or worker.storage, older_than_seconds=DAY)


async def grow_old(house: House, document_id: UUID) -> None:
    await house.sql(
        "UPDATE opentrace.documents SET updated_at = updated_at - interval '25 hours', leased_until = NULL"
        " WHERE id = :id",
        id=document_id,
    )


async def test_an_upload_that_never_arrived_fails_with_the_reason(house: House) -> None:
    (ticket,) = await house.request(described(CONTENT))
    (young,) = await house.request(described(b"young"))
    await grow_old(house, ticket.document.id)
    assert await sweep(house) == 1
    row = await house.document(ticket.document.id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, "UPLOAD_EXPIRED")
    assert row.failure_message == "The file did not arrive in time. Upload it anew."
    (event,) = await house.history(row.id)
    assert (event.kind, event.final, event.data["retryable"]) == ("DocumentFailed", True, False)
    assert (await house.document(young.document.id)).status is DocumentStatus.UPLOADING
    assert await sweep(house) == 0


async def test_bytes_that_were_never_confirmed_are_removed(house: House) -> None:
    document_id = await house.send(CONTENT)
    key = (await house.document(document_id)).storage_key
    assert await house.worker.storage.head(key) is not None
    await grow_old(house, document_id)
    await sweep(house)
    assert await house.worker.storage.head(key) is None


async def test_what_was_confirmed_is_left_alone_however_old(house: House) -> None:
    document_id = await house.upload(CONTENT)
    await grow_old(house, document_id)
    assert await sweep(house) == 0
    assert (await house.document(document_id)).status is DocumentStatus.QUEUED


async def test_asking_again_gives_a_file_its_whole_time_again(house: House) -> None:
    (ticket,) = await house.request(described(CONTENT))
    await grow_old(house, ticket.document.id)
    await house.request(described(CONTENT))
    assert await sweep(house) == 0


class Away(Storage):
    """A store that does not answer when something is to be deleted."""

    def __init__(self) -> None:
        pass

    async def delete(self, keys: object) -> None:
        raise Unavailable("The object store does not answer.")


async def test_what_was_taken_and_broken_off_is_neither_confirmed_nor_handed_out_and_is_taken_again(
    house: House,
) -> None:
    document_id = await house.send(CONTENT)
    await grow_old(house, document_id)
    with pytest.raises(Unavailable):
        await sweep(house, Away())
    assert (await house.document(document_id)).status is DocumentStatus.UPLOADING
    with pytest.raises(Conflict) as refused:
        await house.confirm(document_id)
    assert refused.value.code == "UPLOAD_EXPIRED"
    (again,) = await house.request(described(CONTENT))
    assert again.document.id != document_id
    assert await sweep(house) == 0
    await house.sql("UPDATE opentrace.documents SET leased_until = now() WHERE id = :id", id=document_id)
    assert await sweep(house) == 1
    assert (await house.document(document_id)).failure_code == "UPLOAD_EXPIRED"
    assert (await house.document(again.document.id)).status is DocumentStatus.UPLOADING


async def test_an_expired_upload_is_not_retried_but_asked_for_anew(house: House) -> None:
    (ticket,) = await house.request(described(CONTENT))
    await grow_old(house, ticket.document.id)
    await sweep(house)
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        with pytest.raises(Conflict, match="Upload it anew"):
            await control.retry(session, viewer=house.viewer, document_id=ticket.document.id)
    (anew,) = await house.request(described(CONTENT))
    assert anew.document.id != ticket.document.id
    assert anew.url is not None
