"""Publishing: stored and delivered together, refused together, and safe to repeat."""

import pytest
from redis.asyncio import Redis

from backend.errors import Unavailable
from backend.events import Cursor, Event, Hub, Publisher, connect

TOPIC = "document:one"
DAY = 24 * 3600


def event(attempt: int, seq: int, *, topic: str = TOPIC, final: bool = False) -> Event:
    return Event(topic, Cursor(attempt, seq), "StageStarted", {"seq": seq}, final=final)


async def stored(hub: Hub, topic: str = TOPIC) -> list[str]:
    return [str(event.cursor) for event in await hub.history(topic, Cursor(0, 0))]


async def test_what_is_published_is_stored_under_its_cursor(publisher: Publisher, hub: Hub) -> None:
    first, second = event(1, 0), event(1, 1)
    await publisher.publish(first, second)
    assert await hub.history(TOPIC, Cursor(0, 0)) == [first, second]
    assert await hub.history(TOPIC, Cursor(1, 0)) == [second]
    assert await hub.history(TOPIC, Cursor(1, 1)) == []


async def test_an_older_attempt_can_neither_store_nor_deliver(publisher: Publisher, hub: Hub) -> None:
    async with hub.subscribe(TOPIC) as subscription:
        await publisher.publish(event(1, 0), event(2, 0))
        await publisher.publish(event(1, 1), event(2, 1))
        heard = [await subscription.take(5) for _ in range(3)]
    assert [str(one.cursor) for one in heard if one] == ["1-0", "2-0", "2-1"]
    assert await stored(hub) == ["1-0", "2-0", "2-1"]


async def test_publishing_again_what_may_have_arrived_changes_nothing(publisher: Publisher, hub: Hub) -> None:
    await publisher.publish(event(1, 0), event(1, 1))
    await publisher.publish(event(1, 0), event(1, 1), event(1, 2))
    assert await stored(hub) == ["1-0", "1-1", "1-2"]


async def test_a_redis_that_forgot_the_script_is_taught_again_and_nothing_is_lost(
    publisher: Publisher, hub: Hub, redis: Redis
) -> None:
    await publisher.publish(event(1, 0))
    await redis.script_flush()
    await publisher.publish(event(1, 1), event(1, 2))
    assert await stored(hub) == ["1-0", "1-1", "1-2"]


async def test_events_of_several_topics_go_to_their_own_streams(publisher: Publisher, hub: Hub) -> None:
    await publisher.publish(event(1, 0), event(1, 0, topic="document:two"), event(1, 1))
    assert await stored(hub) == ["1-0", "1-1"]
    assert await stored(hub, "document:two") == ["1-0"]


async def test_a_stream_is_kept_for_a_day_after_its_end(publisher: Publisher, redis: Redis) -> None:
    await publisher.publish(event(1, 0))
    assert await redis.ttl(f"opentrace:{TOPIC}") > DAY
    await publisher.publish(event(1, 1, final=True))
    assert DAY - 60 < await redis.ttl(f"opentrace:{TOPIC}") <= DAY


async def test_a_retry_after_the_end_opens_the_stream_again(publisher: Publisher, redis: Redis) -> None:
    await publisher.publish(event(1, 0, final=True), event(2, 0))
    assert await redis.ttl(f"opentrace:{TOPIC}") > DAY


async def test_streams_of_deleted_things_are_forgotten(publisher: Publisher, hub: Hub) -> None:
    await publisher.publish(event(1, 0), event(1, 0, topic="document:two"))
    assert await publisher.forget(TOPIC, "document:never") == 1
    assert await publisher.forget() == 0
    assert (await stored(hub), await stored(hub, "document:two")) == ([], ["1-0"])


async def test_a_redis_that_is_away_is_unavailable_in_our_words() -> None:
    redis = connect("redis://127.0.0.1:1/0")
    publisher = Publisher(redis)
    with pytest.raises(Unavailable):
        await publisher.publish(event(1, 0))
    with pytest.raises(Unavailable):
        await publisher.control(kind="message.stop")
    with pytest.raises(Unavailable):
        await Hub(redis).history(TOPIC, Cursor(0, 0))
    await publisher.publish()
    await redis.aclose()


async def test_replies_have_the_shapes_of_resp2(redis: Redis) -> None:
    assert redis.connection_pool.connection_kwargs["protocol"] == 2
    await redis.xadd("shape", {"e": "1"}, id="1-1")
    assert await redis.xrange("shape") == [(b"1-1", {b"e": b"1"})]
