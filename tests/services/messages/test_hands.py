"""Answers that are stopped, handed back, taken over or watched: nothing is lost and nothing is doubled."""

import asyncio

import pytest

from backend.events import Cursor
from backend.services.messages import stop
from db.models import MessageStatus, UsageKind
from tests.stage import ANSWER, Stage, kinds_of, text_of


async def test_a_stop_keeps_the_text_closes_the_models_socket_and_is_paid_for(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.control(tokens_per_second=10)
    working = await stage.begin(sent.answer.id, "TextAppended", 2, checkpoint_seconds=60)
    stopped = await stop.stop(stage.transactions, viewer=stage.viewer, message_id=sent.answer.id)
    assert stopped.status is MessageStatus.RUNNING
    assert await working
    row = await stage.row(sent.answer.id)
    assert row.status is MessageStatus.STOPPED
    assert 0 < len(row.content) < len(ANSWER) and ANSWER.startswith(row.content)
    events = await stage.events(row.id)
    assert (events[-1].kind, events[-1].final) == ("MessageStopped", True)
    assert text_of(events) == row.content == events[-1].data["message"]["content"]
    assert [event.cursor.seq for event in events] == list(range(len(events)))
    await stage.until_closed_by_client(1)
    last = (await stage.usage(row.id))[-1]
    assert (last.kind, last.num_input_tokens > 100, last.num_output_tokens > 0) == (
        UsageKind.CHAT,
        True,
        True,
    )
    assert [event.kind for event in events].count("UsageReported") == 3


async def test_a_stop_whose_message_was_lost_is_seen_by_the_next_checkpoint(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.control(tokens_per_second=5)
    working = await stage.begin(sent.answer.id, "TextAppended", checkpoint_seconds=0.05)
    await stage.change(sent.answer.id, stop_requested_at=sent.answer.created_at)
    assert await working
    assert (await stage.row(sent.answer.id)).status is MessageStatus.STOPPED


async def test_a_checkpoint_is_the_text_of_exactly_the_events_it_names(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.control(tokens_per_second=15)
    working = asyncio.create_task(stage.work(checkpoint_seconds=0.02))
    checked = set()
    while not working.done():
        row = await stage.row(sent.answer.id)
        events = [event for event in await stage.events(row.id) if event.cursor.seq <= row.event_seq]
        if row.status is MessageStatus.RUNNING and row.event_seq > 0:
            assert len(events) == row.event_seq + 1
            assert text_of(events) == row.content
            checked.add(row.content)
        await asyncio.sleep(0.01)
    assert len(checked) > 2


async def test_a_graceful_shutdown_hands_the_answer_back_and_another_worker_writes_it_anew(
    stage: Stage,
) -> None:
    sent = await stage.ask()
    await stage.control(tokens_per_second=10)
    working = await stage.begin(sent.answer.id, "TextAppended", 2)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    await stage.control(tokens_per_second=0)
    assert await stage.work()
    row = await stage.row(sent.answer.id)
    assert (row.status, row.content, row.attempt) == (MessageStatus.COMPLETED, ANSWER, 2)
    events = await stage.events(row.id)
    assert [event.cursor for event in events if event.kind == "AnswerRestarted"] == [Cursor(2, 0)]
    assert next(event.kind for event in events if event.cursor.attempt == 2) == "AnswerRestarted"
    assert text_of(events) == ANSWER
    assert len(await stage.citations(row.id)) == 1
    assert [usage.attempt for usage in await stage.usage(row.id)] == [1, 1, 1, 2, 2, 2]


async def test_a_worker_that_lost_its_lease_writes_nothing_more(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.control(tokens_per_second=20)
    working = await stage.begin(sent.answer.id, "TextAppended", checkpoint_seconds=30)
    await stage.change(sent.answer.id, attempt=7, content="another's")
    assert await working
    row = await stage.row(sent.answer.id)
    assert (row.status, row.content, row.attempt) == (MessageStatus.RUNNING, "another's", 7)
    assert await stage.citations(row.id) == []
    assert "MessageCompleted" not in kinds_of(await stage.events(row.id))


async def test_a_stopped_answer_whose_worker_died_keeps_its_text(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.change(
        sent.answer.id,
        attempt=1,
        num_tries=1,
        status=MessageStatus.RUNNING,
        content="The lamp is",
        stop_requested_at=sent.answer.created_at,
    )
    assert await stage.work()
    row = await stage.row(sent.answer.id)
    assert (row.status, row.content, row.attempt) == (MessageStatus.STOPPED, "The lamp is", 2)
    events = await stage.events(row.id)
    assert kinds_of(events) == ["AnswerRestarted", "TextAppended", "MessageStopped"]
    assert text_of(events) == row.content
    assert (await stage.stats())["chat"]["requests"] == 0


async def test_followers_see_the_same_whenever_they_come(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.control(tokens_per_second=40)
    early = asyncio.create_task(stage.until(sent.answer.id, "MessageCompleted"))
    assert await stage.work()
    seen = await early
    assert seen[0].kind == "MessageSnapshot"
    assert text_of(seen) == ANSWER
    late = [event async for event in stage.watch(sent.answer.id)]
    assert [event.kind for event in late] == ["MessageSnapshot", "MessageCompleted"]
    assert late[-1].data == seen[-1].data
    for place in range(1, len(seen)):
        rest = [event async for event in stage.watch(sent.answer.id, seen[place].cursor)]
        assert text_of(seen[: place + 1] + rest) == ANSWER
        assert kinds_of(seen[: place + 1] + rest) == kinds_of(seen)
    assert [event async for event in stage.watch(sent.answer.id, seen[-1].cursor)] == []
