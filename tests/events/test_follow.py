"""Following: what a reader gets from each cursor, while the work goes on and after its end."""

import asyncio
from collections.abc import Callable

import pytest

from backend.events import Cursor, Hub
from tests.events.story import Reader, Story

QUICK = {"silent_seconds": 0.1}


@pytest.fixture(autouse=True)
def impatient(hurry: Callable[..., None]) -> None:
    hurry("follow", BEHIND_SECONDS=0.05)


async def test_without_a_cursor_it_starts_with_a_snapshot_and_then_replays_the_stream(
    story: Story, reader: Reader
) -> None:
    attempt = await story.claim()
    await attempt.text("in the row, ")
    attempt.checkpoint()
    await attempt.step()
    await attempt.complete()
    story.is_completed = False
    story.event_seq, story.content = 1, "in the row, "
    await reader.read()
    assert reader.kinds == ["1-1 MessageSnapshot", "1-2 ToolStarted", "1-3 MessageCompleted"]


async def test_after_a_cursor_it_tells_what_came_later_and_nothing_else(story: Story, reader: Reader) -> None:
    attempt = await story.claim()
    await attempt.text("a")
    await attempt.step()
    await attempt.text("b")
    await attempt.complete()
    reader.cursor, reader.screen = Cursor(1, 1), "a"
    await reader.read()
    assert reader.kinds == ["1-2 ToolStarted", "1-3 TextAppended", "1-4 MessageCompleted"]


async def test_it_goes_live_without_a_gap(story: Story, reader: Reader) -> None:
    attempt = await story.claim()
    reading = asyncio.create_task(reader.read())
    for number in range(30):
        await attempt.text(f"{number} ")
        await asyncio.sleep(0.002)
    await attempt.complete()
    await reading
    assert (reader.screen, reader.num_missed, story.num_reads) == (story.content, 0, 1)


async def test_adjacent_text_of_the_past_arrives_as_one_event(story: Story, reader: Reader) -> None:
    attempt = await story.claim()
    for text in "abc":
        await attempt.text(text)
        await attempt.writer.flush()
    await attempt.complete()
    reader.cursor = Cursor(1, 0)
    await reader.read()
    assert reader.kinds == ["1-3 TextAppended", "1-4 MessageCompleted"]
    assert reader.screen == "abc"


async def test_histories_longer_than_one_batch_are_read_to_their_end(
    story: Story, reader: Reader, hurry: Callable[..., None]
) -> None:
    hurry("hub", BATCH=7)
    hurry("follow", BATCH=7)
    attempt = await story.claim()
    for _ in range(50):
        await attempt.step()
    await attempt.complete()
    reader.cursor = Cursor(1, 0)
    await reader.read()
    assert [event.cursor.seq for event in reader.events] == list(range(1, 52))
    assert story.num_reads == 1


async def test_after_the_end_the_row_answers_and_the_stream_completes(story: Story, reader: Reader) -> None:
    await (await story.claim()).complete()
    await reader.read()
    assert reader.kinds == ["1-1 MessageSnapshot", "1-1 MessageCompleted"]


async def test_after_the_last_cursor_nothing_is_told(story: Story, reader: Reader) -> None:
    await (await story.claim()).complete()
    reader.cursor = Cursor(1, 1)
    await reader.read()
    assert (reader.events, reader.has_ended) == ([], True)


async def test_a_slow_reader_gets_all_of_the_text(story: Story, reader: Reader) -> None:
    attempt = await story.claim()
    texts = [f"{number} " for number in range(600)]
    async with asyncio.timeout(30):
        async for event in reader.follow():
            reader.see(event)
            if len(reader.events) == 1:
                for text in texts:
                    await attempt.text(text)
                    await attempt.writer.flush()
                await attempt.complete()
    assert reader.screen == "".join(texts)
    assert len(reader.events) < 20


async def test_whoever_stops_following_is_no_longer_delivered_to(
    story: Story, reader: Reader, hub: Hub
) -> None:
    await story.claim()
    await reader.read(num_events=1)
    assert hub._channels == {}
