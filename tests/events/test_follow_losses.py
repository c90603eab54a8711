"""Following through losses: streams, publications and servers that go away; the row answers."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from backend.errors import NotFound, Unavailable
from backend.events import Cursor, Event, Hub, Publisher, Snapshot, follow
from tests.events.story import Reader, Story
from tests.local.waiting import until

QUICK = {"silent_seconds": 0.1}


@pytest.fixture(autouse=True)
def impatient(hurry: Callable[..., None]) -> None:
    hurry("follow", BEHIND_SECONDS=0.05)


async def written(story: Story, *texts: str) -> None:
    """An attempt that has written these texts, each as an event of its own, and was not checkpointed."""
    attempt = await story.claim()
    for text in texts:
        await attempt.text(text)
        await attempt.step()


async def test_when_the_stream_has_expired_the_row_answers(
    story: Story, reader: Reader, redis: Redis
) -> None:
    attempt = await story.claim()
    for text in ("a", "b"):
        await attempt.text(text)
        await attempt.step()
    await attempt.complete()
    await redis.delete(f"opentrace:{story.topic}")
    reader.cursor, reader.screen = Cursor(1, 1), "a"
    await reader.read()
    assert reader.kinds == ["1-1 EventsMissed", "1-5 MessageSnapshot", "1-5 MessageCompleted"]
    assert reader.screen == "ab"


async def test_when_only_the_end_is_missing_nothing_counts_as_missed(story: Story, reader: Reader) -> None:
    attempt = await story.claim()
    await attempt.step()
    await attempt.complete(is_announced=False)
    reader.cursor = Cursor(1, 0)
    await reader.read()
    assert reader.kinds == ["1-1 ToolStarted", "1-2 MessageCompleted"]


async def test_a_trimmed_stream_is_replaced_by_a_snapshot_and_goes_on(
    story: Story, reader: Reader, redis: Redis
) -> None:
    attempt = await story.claim()
    for _ in range(6):
        await attempt.text("x")
        await attempt.step()
    attempt.checkpoint()
    await redis.xtrim(f"opentrace:{story.topic}", maxlen=2, approximate=False)
    reader.cursor = Cursor(1, 0)
    reading = asyncio.create_task(reader.read())
    await until(lambda: len(reader.events) == 2)
    await attempt.complete()
    await reading
    assert reader.kinds == ["1-0 EventsMissed", "1-12 MessageSnapshot", "1-13 MessageCompleted"]


async def test_a_crash_between_commit_and_publication_leaves_nobody_waiting(
    story: Story, reader: Reader
) -> None:
    attempt = await story.claim()
    reading = asyncio.create_task(reader.read(**QUICK))
    await attempt.text("told ")
    await attempt.complete(is_announced=False)
    await reading
    assert reader.kinds[-1] == "1-2 MessageCompleted"
    assert (reader.screen, reader.num_missed) == ("told ", 0)


async def test_work_that_falls_silent_is_told_once_until_somebody_goes_on(
    story: Story, reader: Reader
) -> None:
    await story.claim()
    reading = asyncio.create_task(reader.read(**QUICK))
    for attempt in (1, 2):
        await until(lambda: reader.cursor == story.cursor)
        story.is_stalled, num_reads = True, story.num_reads
        await until(lambda: story.num_reads >= num_reads + 3)  # noqa: B023 - called before it changes
        assert reader.kinds.count(f"{attempt}-0 MessageSnapshot") == (2 if attempt == 1 else 1)
        story.is_stalled = False
        last = await story.claim()
    await last.complete()
    await reading
    assert reader.kinds == [
        "1-0 MessageSnapshot",
        "1-0 MessageSnapshot",
        "2-0 AnswerRestarted",
        "2-0 MessageSnapshot",
        "3-0 AnswerRestarted",
        "3-1 MessageCompleted",
    ]


async def test_a_publication_that_is_a_little_late_is_waited_for(
    story: Story, reader: Reader, hurry: Callable[..., None]
) -> None:
    hurry("follow", BEHIND_SECONDS=10)
    attempt = await story.claim()
    await attempt.step()
    unpublished = [attempt.writer.make("ToolStarted", {}), attempt.writer.make("ToolFinished", {})]
    attempt.checkpoint()
    reader.cursor = Cursor(1, 1)
    reading = asyncio.create_task(reader.read(num_events=2))
    await asyncio.sleep(0.05)
    await story.publisher.publish(*unpublished)
    await reading
    assert reader.kinds == ["1-2 ToolStarted", "1-3 ToolFinished"]


async def test_a_takeover_in_mid_text_resets_the_text(story: Story, reader: Reader) -> None:
    old = await story.claim()
    reading = asyncio.create_task(reader.read())
    await until(lambda: reader.events != [])
    await old.text("half of an ")
    new = await story.claim()
    await old.text("answer of the dead")
    await old.writer.flush()
    await new.text("A whole answer.")
    await new.complete()
    await reading
    assert reader.screen == story.content == "A whole answer."
    assert "2-0 AnswerRestarted" in reader.kinds


async def test_a_takeover_that_was_never_announced_is_found_by_its_later_events(
    story: Story, reader: Reader
) -> None:
    await written(story, "half ")
    reading = asyncio.create_task(reader.read(**QUICK))
    new = await story.claim(is_announced=False)
    await new.text("whole")
    await new.step()
    new.checkpoint()
    await new.complete()
    await reading
    assert reader.screen == "whole"


async def test_a_stream_ahead_of_a_row_that_cannot_fill_its_gap_waits_for_the_checkpoint(
    story: Story, reader: Reader, redis: Redis
) -> None:
    attempt = await story.claim()
    await attempt.text("a")
    await attempt.step()
    await redis.delete(f"opentrace:{story.topic}")
    await attempt.text("b")
    await attempt.step()
    reader.cursor, reader.screen = Cursor(1, 0), ""
    reading = asyncio.create_task(reader.read(**QUICK))
    await until(lambda: story.num_reads >= 4)
    assert reader.events == []
    attempt.checkpoint()
    await attempt.complete()
    await reading
    assert reader.kinds[0] == "1-0 EventsMissed"
    assert reader.screen == "ab"


async def test_a_redis_that_is_away_leaves_the_row_to_answer(publisher: Publisher, story: Story) -> None:
    client = Redis.from_url("redis://127.0.0.1:1/0", protocol=2)
    away = Hub(client)
    away.start()
    reader = Reader(away, story)
    attempt = await story.claim()
    async with asyncio.timeout(30):
        reading = asyncio.create_task(reader.read(**QUICK))
        await attempt.text("from the row")
        attempt.checkpoint()
        await until(lambda: reader.screen != "")
        await attempt.complete()
        await reading
    assert reader.screen == "from the row"
    await away.close()
    await client.aclose()


async def test_a_database_that_is_away_ends_nothing_that_has_begun(story: Story, reader: Reader) -> None:
    attempt = await story.claim()
    reading = asyncio.create_task(reader.read(**QUICK))
    await until(lambda: reader.events != [])
    story.is_database_away = True
    num_reads = story.num_reads
    await until(lambda: story.num_reads >= num_reads + 3)
    await attempt.text("on and on")
    await attempt.complete()
    await reading
    assert reader.screen == "on and on"


async def test_a_row_that_cannot_be_read_at_first_is_an_error(story: Story, reader: Reader) -> None:
    story.is_database_away = True
    with pytest.raises(Unavailable):
        await reader.read()


async def test_a_row_that_is_gone_ends_the_stream_with_its_error(hub: Hub) -> None:
    topic = f"document:{uuid4()}"
    rows = [Snapshot(Event(topic, Cursor(1, 0), "DocumentSnapshot", {}))]

    async def read() -> Snapshot:
        if rows:
            return rows.pop()
        raise NotFound("There is no such document.")

    async with asyncio.timeout(30):
        told = []
        with pytest.raises(NotFound):
            async for event in follow(hub, topic, after=None, snapshot=read, silent_seconds=0.05):
                told.append(event.kind)
    assert told == ["DocumentSnapshot"]
