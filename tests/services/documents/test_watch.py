"""Following a document: from a snapshot or a cursor, to its end."""

import asyncio
from uuid import UUID

import pytest

from backend.errors import NotFound
from backend.events import Cursor, Event
from backend.services.documents import control
from tests.fixtures import house as houses
from tests.fixtures.house import House, markdown


async def collect(house: House, events: list[Event], document_id: UUID, after: Cursor | None = None) -> None:
    async for event in house.watch(document_id, after):
        events.append(event)


async def until(events: list[Event], number: int) -> None:
    async with asyncio.timeout(20):
        while len(events) < number:  # noqa: ASYNC110 # another task fills the list
            await asyncio.sleep(0.01)


async def test_a_follower_from_the_start_sees_every_event_once_in_order(house: House) -> None:
    document_id = await house.upload(markdown(10))
    events: list[Event] = []
    follower = asyncio.create_task(collect(house, events, document_id))
    await until(events, 1)
    await house.ingest()
    async with asyncio.timeout(20):
        await follower
    assert events[0].kind == "DocumentSnapshot"
    history = await house.history(document_id)
    assert [event.cursor for event in events] == [event.cursor for event in history]
    assert events[-1].kind == "DocumentCompleted"


async def test_a_follower_with_a_cursor_gets_what_came_after_it(house: House) -> None:
    document_id = await house.upload(markdown(10))
    await house.ingest()
    history = await house.history(document_id)
    for at in (0, 4, len(history) - 2):
        later = await house.events(document_id, history[at].cursor)
        assert [event.cursor for event in later] == [event.cursor for event in history[at + 1 :]]


async def test_a_document_that_has_ended_answers_with_its_row_and_its_end(house: House) -> None:
    document_id = await house.upload(markdown(1))
    await house.ingest()
    events = await house.events(document_id)
    assert [event.kind for event in events] == ["DocumentSnapshot", "DocumentCompleted"]
    assert await house.events(document_id, events[-1].cursor) == []


async def test_a_document_deleted_under_a_follower_ends_its_stream(house: House) -> None:
    document_id = await house.upload(markdown(1))
    events: list[Event] = []
    follower = asyncio.create_task(collect(house, events, document_id))
    await until(events, 1)
    await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=document_id, storage=house.api.storage
    )
    async with asyncio.timeout(20):
        await follower
    assert [event.kind for event in events] == ["DocumentSnapshot", "DocumentDeleted"]
    assert events[-1].data == {"document_id": str(document_id)}


async def test_a_stranger_is_told_nothing(house: House) -> None:
    document_id = await house.upload(markdown(1))
    house.viewer = await houses.person(house.worker)
    with pytest.raises(NotFound):
        await house.events(document_id)
