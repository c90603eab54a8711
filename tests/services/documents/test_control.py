"""Retrying, cancelling and deleting: who may, and when."""

from uuid import UUID

import pytest

from backend.auth import Viewer
from backend.errors import Conflict, NotFound
from backend.services.documents import control, read
from db.models import Document, DocumentStatus
from tests.fixtures import house as houses
from tests.fixtures.house import House, described, markdown


async def act(house: House, verb: str, document_id: UUID, viewer: Viewer | None = None) -> Document:
    viewer = viewer or house.viewer
    async with house.api.transactions.unit_of_work(viewer=viewer.user_id) as session:
        done: Document = await getattr(control, verb)(session, viewer=viewer, document_id=document_id)
        return done


@pytest.mark.parametrize("verb", ["retry", "cancel"])
async def test_a_stranger_can_neither_retry_nor_cancel(house: House, verb: str) -> None:
    document_id = await house.upload(markdown(1))
    stranger = await houses.person(house.worker)
    with pytest.raises(NotFound):
        await act(house, verb, document_id, stranger)
    row = await house.document(document_id)
    assert (row.status, row.attempt) == (DocumentStatus.QUEUED, 1)


async def test_a_stranger_deletes_nothing(house: House) -> None:
    document_id = await house.upload(markdown(1))
    stranger = await houses.person(house.worker)
    with pytest.raises(NotFound):
        await control.delete(
            house.api.transactions, viewer=stranger, document_id=document_id, storage=house.api.storage
        )
    row = await house.document(document_id)
    assert await house.worker.storage.head(row.storage_key) is not None


async def test_only_what_failed_or_was_cancelled_is_retried(house: House) -> None:
    document_id = await house.upload(markdown(1))
    with pytest.raises(Conflict):
        await act(house, "retry", document_id)
    await house.ingest()
    with pytest.raises(Conflict):
        await act(house, "retry", document_id)
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED


async def test_an_upload_that_never_arrived_can_be_cancelled_but_not_retried(house: House) -> None:
    document_id = (await house.request(described(b"a")))[0].document.id
    assert (await act(house, "cancel", document_id)).status is DocumentStatus.CANCELLED
    with pytest.raises(Conflict):
        await act(house, "retry", document_id)


async def test_a_waiting_document_is_cancelled_for_good_and_a_repeat_changes_nothing(house: House) -> None:
    document_id = await house.upload(markdown(1))
    await act(house, "cancel", document_id)
    again = await act(house, "cancel", document_id)
    assert (again.status, again.attempt) == (DocumentStatus.CANCELLED, 2)
    assert await house.ingest() is False
    events = await house.events(document_id)
    assert [event.kind for event in events] == ["DocumentSnapshot", "DocumentCancelled"]


async def test_what_has_ended_cannot_be_cancelled(house: House) -> None:
    document_id = await house.upload(markdown(1))
    await house.ingest()
    with pytest.raises(Conflict):
        await act(house, "cancel", document_id)


async def test_a_retry_starts_the_tries_anew(house: House) -> None:
    document_id = await house.upload(b" \n")
    await house.ingest()
    row = await act(house, "retry", document_id)
    assert (row.status, row.num_tries, row.attempt) == (DocumentStatus.QUEUED, 0, 3)
    assert (row.failure_code, row.failure_message, row.finished_at) == (None, None, None)
    assert await house.ingest() is True
    assert (await house.document(document_id)).failure_code == "EMPTY"


async def test_pages_stages_and_the_place_in_the_queue_are_read_by_members_only(house: House) -> None:
    first, second = await house.upload(markdown(1)), await house.upload(markdown(2))
    stranger = await houses.person(house.worker)
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        page = await read.page(
            session, viewer=house.viewer, project_id=house.project_id, first=10, after=None
        )
        assert [row.id for row in page.rows] == [second, first]
        assert await read.place_in_queue(session, viewer=house.viewer, document_id=second) == 2
    await house.ingest()
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        stages = await read.stages_of(session, viewer=house.viewer, document_id=first)
        assert [row.stage for row in stages] == [
            "PARTITIONING",
            "CHUNKING",
            "SUMMARISING",
            "VECTORIZATION",
        ]
        assert all(row.finished_at is not None for row in stages)
    async with house.api.transactions.unit_of_work(viewer=stranger.user_id) as session:
        for call in (
            read.page(session, viewer=stranger, project_id=house.project_id, first=10, after=None),
            read.stages_of(session, viewer=stranger, document_id=first),
            read.place_in_queue(session, viewer=stranger, document_id=second),
        ):
            with pytest.raises(NotFound):
                await call
