"""The writer: numbers without holes, text merged in order, checkpoints that agree with their number."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from redis.asyncio import Redis

from backend.errors import Unavailable
from backend.events import Cursor, Event, EventWriter, Hub, Publisher
from backend.events.writer import COALESCE_SECONDS, MAX_UNSENT

TOPIC = "message:one"


async def told(hub: Hub) -> list[tuple[str, str]]:
    """Cursors and texts (or kinds) in the stream."""
    events = await hub.history(TOPIC, Cursor(0, 0))
    return [(str(event.cursor), event.data.get("text", event.kind)) for event in events]


class Unreliable(Publisher):
    """A publisher whose Redis is away, or answers too late, when told so."""

    is_away = False
    is_slow = False
    num_calls = 0

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.called = asyncio.Event()

    async def publish(self, *events: Event) -> None:
        self.num_calls += 1
        self.called.set()
        if self.is_away:
            raise Unavailable("away")
        if self.is_slow:
            await asyncio.Event().wait()
        await super().publish(*events)


@pytest.fixture
def unreliable(redis: Redis) -> Unreliable:
    return Unreliable(redis)


async def test_the_first_text_leaves_at_once_and_the_rest_leaves_together(
    publisher: Publisher, hub: Hub, hurry: Callable[..., None]
) -> None:
    hurry("writer", COALESCE_SECONDS=60)
    writer = EventWriter(TOPIC, 1, publisher)
    await writer.text("a")
    assert await told(hub) == [("1-0", "a")]
    for piece in "bcd":
        await writer.text(piece)
    assert (writer.content, writer.seq) == ("a", 0)
    await writer.close()
    assert await told(hub) == [("1-0", "a"), ("1-1", "bcd")]
    assert (writer.content, writer.seq) == ("abcd", 1)


async def test_text_that_waits_leaves_by_itself(publisher: Publisher, hub: Hub) -> None:
    writer = EventWriter(TOPIC, 1, publisher)
    async with hub.subscribe(TOPIC) as subscription:
        await writer.text("a")
        await writer.text("b")
        heard = [await subscription.take(5), await subscription.take(5)]
    assert [event.data["text"] for event in heard if event] == ["a", "b"]
    await writer.close()


async def test_other_events_never_overtake_text(publisher: Publisher, hub: Hub) -> None:
    writer = EventWriter(TOPIC, 1, publisher)
    for piece in ("a", "b"):
        await writer.text(piece)
    await writer.send("CitationAdded", {})
    await writer.text("c")
    await writer.close()
    assert await told(hub) == [("1-0", "a"), ("1-1", "b"), ("1-2", "CitationAdded"), ("1-3", "c")]


async def test_an_event_for_the_row_comes_after_the_text_before_it(publisher: Publisher) -> None:
    writer = EventWriter(TOPIC, 2, publisher, first_seq=5)
    await writer.text("a")
    await writer.text("b")
    with pytest.raises(RuntimeError):
        writer.make("MessageCompleted", {}, final=True)
    await writer.flush()
    event = writer.make("MessageCompleted", {}, final=True)
    assert (event.cursor, event.final, writer.content) == (Cursor(2, 7), True, "ab")
    await writer.close()


async def test_empty_text_is_no_event(publisher: Publisher, hub: Hub) -> None:
    writer = EventWriter(TOPIC, 1, publisher)
    await writer.text("")
    await writer.close()
    assert (await told(hub), writer.seq) == ([], -1)


async def test_senders_side_by_side_leave_no_hole(publisher: Publisher, hub: Hub) -> None:
    writer = EventWriter(TOPIC, 1, publisher)
    await asyncio.gather(*(writer.send("ToolStarted", {}) for _ in range(20)), writer.text("x"))
    await writer.close()
    assert [cursor for cursor, _ in await told(hub)] == [f"1-{seq}" for seq in range(21)]


async def test_what_could_not_be_sent_is_sent_with_what_comes_later(
    unreliable: Unreliable, hub: Hub, hurry: Callable[..., None]
) -> None:
    hurry("writer", RETRY_SECONDS=0)
    writer = EventWriter(TOPIC, 1, unreliable)
    unreliable.is_away = True
    await writer.send("AgentStarted", {})
    await writer.text("a")
    assert (await told(hub), writer.seq, writer.content) == ([], 1, "a")
    unreliable.is_away = False
    await writer.close()
    assert await told(hub) == [("1-0", "AgentStarted"), ("1-1", "a")]


async def test_a_redis_that_hangs_does_not_hold_up_the_work(
    unreliable: Unreliable, hub: Hub, hurry: Callable[..., None]
) -> None:
    hurry("writer", PUBLISH_SECONDS=0.01, RETRY_SECONDS=0)
    writer = EventWriter(TOPIC, 1, unreliable)
    unreliable.is_slow = True
    async with asyncio.timeout(30):
        for _ in range(3):
            await writer.send("ToolStarted", {})
    hurry("writer", PUBLISH_SECONDS=10)
    unreliable.is_slow = False
    await writer.close()
    assert [cursor for cursor, _ in await told(hub)] == ["1-0", "1-1", "1-2"]


async def test_a_redis_that_is_away_is_not_asked_for_every_event(unreliable: Unreliable) -> None:
    writer = EventWriter(TOPIC, 1, unreliable)
    unreliable.is_away = True
    for _ in range(50):
        await writer.send("ToolStarted", {})
    assert unreliable.num_calls == 1


async def test_what_waits_for_redis_is_bounded(
    unreliable: Unreliable, hub: Hub, hurry: Callable[..., None]
) -> None:
    writer = EventWriter(TOPIC, 1, unreliable)
    unreliable.is_away = True
    for _ in range(MAX_UNSENT + 10):
        await writer.send("ToolStarted", {})
    unreliable.is_away = False
    hurry("writer", RETRY_SECONDS=0)
    await writer.close()
    assert (await told(hub))[0] == ("1-10", "ToolStarted")


async def test_an_event_whose_sender_was_cancelled_is_sent_before_the_next(
    unreliable: Unreliable, hub: Hub
) -> None:
    writer = EventWriter(TOPIC, 1, unreliable)
    unreliable.is_slow = True
    sending = asyncio.create_task(writer.text("kept"))
    await unreliable.called.wait()
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    unreliable.is_slow = False
    assert writer.content == "kept"
    await writer.send("MessageStopped", {})
    assert await told(hub) == [("1-0", "kept"), ("1-1", "MessageStopped")]


async def test_a_checkpoint_at_any_moment_has_the_text_of_its_seq(publisher: Publisher, hub: Hub) -> None:
    writer = EventWriter(TOPIC, 1, publisher)
    checkpoints: dict[int, str] = {}
    for number in range(200):
        await writer.text(f"{number} ")
        checkpoints[writer.seq] = writer.content
        await asyncio.sleep(0.0005)
    await writer.close()
    text, texts = "", {}
    for event in await hub.history(TOPIC, Cursor(0, 0)):
        text += event.data["text"]
        texts[event.cursor.seq] = text
    assert checkpoints == {seq: texts[seq] for seq in checkpoints}
    assert len(texts) < 200


async def test_text_that_waits_leaves_when_the_clock_comes_to_the_next_moment_for_all(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    clock = SimpleNamespace(time=lambda: 7 * COALESCE_SECONDS + 0.02)
    told_time = SimpleNamespace(**{**vars(asyncio), "get_running_loop": lambda: clock, "sleep": nap})
    monkeypatch.setattr("backend.events.writer.asyncio", told_time)
    for topic in (TOPIC, f"{TOPIC}, another"):
        writer = EventWriter(topic, 1, publisher)
        for piece in "ab":
            await writer.text(piece)
        await asyncio.sleep(0)
        await writer.close()
    assert naps == [pytest.approx(COALESCE_SECONDS - 0.02)] * 2
