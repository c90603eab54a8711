"""Following a project: every change is told once, in its order, from any cursor on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from backend.errors import NotFound
from backend.events import Cursor, Event
from backend.services import changes, chats
from backend.services.documents import control
from backend.services.messages import send
from db.models import Document, MemberRole, ProjectMember
from tests.fixtures import house as houses
from tests.fixtures.house import House, described, markdown


def watch(house: House, after: int | None = None) -> AsyncGenerator[Event]:
    cursor = None if after is None else Cursor(0, after)
    return changes.watch(
        house.api.transactions,
        house.api.hub,
        viewer=house.viewer,
        project_id=house.project_id,
        after=cursor,
    )


async def following(events: AsyncGenerator[Event]) -> Event:
    async with asyncio.timeout(10):
        return await anext(events)


async def last_seq(house: House) -> int:
    async with house.worker.database.pool.acquire() as connection:
        return int(await connection.fetchval("SELECT max(change_seq) FROM opentrace.projects"))


async def told(house: House, after: int, upto: int) -> list[Event]:
    events = []
    async with aclosing(watch(house, after)) as stream:
        while not events or events[-1].cursor.seq < upto:
            events.append(await following(stream))
    return events


def brief(event: Event) -> tuple[int, Any, Any]:
    document = event.data["document"]
    return event.cursor.seq, event.data["document_id"], document and document["status"]


async def test_a_project_is_followed_from_a_snapshot_of_its_counts(house: House) -> None:
    first = await house.upload(markdown(1))
    async with aclosing(watch(house)) as stream:
        snapshot = await following(stream)
        assert (snapshot.kind, str(snapshot.cursor)) == ("ProjectSnapshot", "0-2")
        assert snapshot.data["counts"] == {"QUEUED": 1}
        (ticket,) = await house.request(described(b"second"))
        changed = await following(stream)
        assert brief(changed) == (3, str(ticket.document.id), "UPLOADING")
        assert changed.data["counts"] == {"QUEUED": 1, "UPLOADING": 1}
        async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
            await control.cancel(session, viewer=house.viewer, document_id=first)
        assert brief(await following(stream)) == (4, str(first), "CANCELLED")


async def test_a_cursor_brings_each_document_once_as_it_is_now(house: House) -> None:
    first, second = await house.upload(markdown(1)), await house.upload(markdown(2))
    assert await house.ingest() is True
    upto = await last_seq(house)
    events = await told(house, 0, upto)
    assert {brief(event)[1:] for event in events} == {(str(first), "COMPLETED"), (str(second), "QUEUED")}
    assert [event.cursor.seq for event in events] == [4, upto]
    assert [brief(event) for event in await told(house, 4, upto)] == [brief(events[1])]


async def test_a_deleted_document_is_told_to_whoever_was_away(house: House) -> None:
    document_id = await house.upload(markdown(1))
    before = await last_seq(house)
    await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=document_id, storage=house.api.storage
    )
    (event,) = await told(house, before, before + 1)
    assert brief(event) == (before + 1, str(document_id), None)
    assert event.data["counts"] == {}


async def test_a_thousand_documents_come_in_batches_with_no_gap_and_no_double(house: House) -> None:
    for start in range(0, 1000, 100):
        files = [described(f"{number}".encode()) for number in range(start, start + 100)]
        await house.request(*files)
    events = await told(house, 0, 1000)
    assert [event.cursor.seq for event in events] == list(range(1, 1001))
    assert len({event.data["document_id"] for event in events}) == 1000


async def test_changes_beside_each_other_are_all_told(house: House) -> None:
    tickets = await house.request(*(described(f"{number}".encode()) for number in range(12)))
    before = await last_seq(house)

    async def cancel(document_id: Any) -> None:
        async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
            await control.cancel(session, viewer=house.viewer, document_id=document_id)

    follower = asyncio.create_task(told(house, before, before + 12))
    await asyncio.gather(*(cancel(ticket.document.id) for ticket in tickets))
    events = await follower
    assert [event.cursor.seq for event in events] == list(range(before + 1, before + 13))
    assert {brief(event)[2] for event in events} == {"CANCELLED"}


async def test_progress_within_a_stage_takes_no_number(house: House) -> None:
    document_id = await house.upload(markdown(12))
    before = await last_seq(house)
    await house.ingest()
    history = [event.kind for event in await house.history(document_id)]
    assert history.count("StageProgressed") >= 3
    # Four stages and the end.
    assert await last_seq(house) == before + 5


async def test_a_cursor_that_was_never_given_out_begins_anew_and_says_so(house: House) -> None:
    await house.upload(markdown(1))
    async with aclosing(watch(house, after=99)) as stream:
        assert [(await following(stream)).kind for _ in range(2)] == ["EventsMissed", "ProjectSnapshot"]


async def test_a_lost_doorbell_is_made_up_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "SILENT_SECONDS", 0.2)
    document_id = await house.upload(markdown(1))
    async with aclosing(watch(house)) as stream:
        await following(stream)
        await house.sql("UPDATE opentrace.documents SET status = 'CHUNKING'")
        assert brief(await following(stream)) == (3, str(document_id), "CHUNKING")


async def test_a_stranger_follows_nothing_and_a_deleted_project_ends_its_followers(house: House) -> None:
    owner, house.viewer = house.viewer, await houses.person(house.worker)
    with pytest.raises(NotFound):
        await following(watch(house))
    house.viewer = owner
    async with aclosing(watch(house)) as stream:
        await following(stream)
        await house.sql("DELETE FROM opentrace.projects")
        with pytest.raises(NotFound):
            await following(stream)


async def test_a_document_whose_worker_falls_silent_is_shown_as_stalled_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "SILENT_SECONDS", 0.05)
    first, second = await house.upload(markdown(1)), await house.upload(markdown(2))
    stall = (
        "UPDATE opentrace.documents SET status = 'CHUNKING', leased_until = now() - interval '1 s'"
        " WHERE id = :id"
    )
    await house.sql(stall, id=first)
    upto = await last_seq(house)
    async with aclosing(watch(house, upto)) as stream:
        told = [await following(stream)]
        await house.sql(stall, id=second)
        told += [await following(stream), await following(stream)]
    assert [brief(event)[1:] for event in told] == [
        (str(first), "CHUNKING"),
        (str(second), "CHUNKING"),
        (str(second), "CHUNKING"),
    ]
    assert [event.cursor.seq for event in told] == [upto, upto + 1, upto + 1]
    assert [Document.model_validate(event.data["document"]).is_stalled for event in told] == [True] * 3


def brief_of_chat(event: Event) -> tuple[str, int, str, str | None]:
    chat = event.data["chat"]
    return event.kind, event.cursor.seq, event.data["chat_id"], chat and chat["title"]


async def test_a_chat_is_told_when_it_comes_is_used_is_renamed_and_goes(house: House) -> None:
    unit, viewer = house.api.transactions.unit_of_work, house.viewer
    async with aclosing(watch(house)) as stream:
        await following(stream)
        async with unit(viewer=viewer.user_id) as session:
            chat = await chats.create(session, viewer=viewer, project_id=house.project_id)
        id = str(chat.id)
        assert brief_of_chat(await following(stream)) == ("ChatChanged", 1, id, "New chat")
        async with unit(viewer=viewer.user_id) as session:
            await send.send(session, viewer=viewer, chat_id=chat.id, content="How tall is it?")
        used = await following(stream)
        assert brief_of_chat(used) == ("ChatChanged", 2, id, "New chat")
        assert used.data["chat"]["updated_at"] > used.data["chat"]["created_at"]
        async with unit(viewer=viewer.user_id) as session:
            await chats.rename(session, viewer=viewer, chat_id=chat.id, title="Heights")
        assert brief_of_chat(await following(stream)) == ("ChatChanged", 3, id, "Heights")
        await chats.delete(house.api.transactions, viewer=viewer, chat_id=chat.id)
        assert brief_of_chat(await following(stream)) == ("ChatChanged", 4, id, None)


async def test_what_becomes_of_anothers_chats_is_not_told(house: House) -> None:
    other = await houses.person(house.worker)
    async with house.worker.transactions.unit_of_work() as session:
        session.add(ProjectMember(user_id=other.user_id, project_id=house.project_id, role=MemberRole.MEMBER))
    unit = house.api.transactions.unit_of_work
    async with unit(viewer=other.user_id) as session:
        chat = await chats.create(session, viewer=other, project_id=house.project_id, title="Secret")
    await chats.delete(house.api.transactions, viewer=other, chat_id=chat.id)
    async with unit(viewer=house.viewer.user_id) as session:
        mine = await chats.create(session, viewer=house.viewer, project_id=house.project_id, title="Mine")
    (event,) = await told(house, 0, 3)
    assert brief_of_chat(event) == ("ChatChanged", 3, str(mine.id), "Mine")
