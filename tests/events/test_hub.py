"""The hub: one connection for everybody, and honest about what its followers may have missed."""

import asyncio
from typing import Any

from redis.asyncio import Redis

from backend.events import Cursor, Event, Hub, Publisher
from backend.events.subscription import MAX_WAITING, Subscription

TOPIC = "document:one"


def event(seq: int, topic: str = TOPIC) -> Event:
    return Event(topic, Cursor(1, seq), "StageProgressed", {})


async def num_subscribers(redis: Redis, topic: str = TOPIC) -> int:
    answer: Any = await redis.pubsub_numsub(f"opentrace:{topic}")
    return int(answer[0][1])


async def subscribers_become(redis: Redis, wanted: int) -> None:
    async with asyncio.timeout(10):
        while await num_subscribers(redis) != wanted:  # noqa: ASYNC110 - Redis sets no event
            await asyncio.sleep(0.01)


async def test_followers_of_one_topic_share_one_channel_and_hear_the_same(
    hub: Hub, publisher: Publisher, redis: Redis
) -> None:
    async with hub.subscribe(TOPIC) as one, hub.subscribe(TOPIC) as other:
        assert await num_subscribers(redis) == 1
        await publisher.publish(event(0), event(0, "document:two"), event(1))
        heard = [await follower.take_all(5) for follower in (one, other)]
    assert heard == [heard[0], heard[0]]
    await subscribers_become(redis, 0)


async def test_the_channel_stays_while_anybody_follows(hub: Hub, publisher: Publisher, redis: Redis) -> None:
    async with hub.subscribe(TOPIC) as stayed:
        async with hub.subscribe(TOPIC):
            pass
        await publisher.publish(event(0))
        heard = await stayed.take(5)
        assert heard is not None and heard.cursor == Cursor(1, 0)


async def test_followers_that_come_and_go_all_hear_what_comes_after_them(
    hub: Hub, publisher: Publisher
) -> None:
    async def visit(number: int) -> bool:
        await asyncio.sleep(number % 7 / 1000)
        async with hub.subscribe(TOPIC) as subscription:
            if number % 3 == 0:
                return True
            await publisher.publish(event(number))
            async with asyncio.timeout(10):
                while (heard := await subscription.take(5)) is not None:
                    if heard.cursor.seq >= number:
                        return True
            return number in [one.cursor.seq for one in await hub.history(TOPIC, Cursor(0, 0))]

    assert all(await asyncio.gather(*(visit(number) for number in range(60))))


async def test_a_lost_connection_is_renewed_and_its_followers_are_told_to_read_the_stream(
    hub: Hub, publisher: Publisher, redis: Redis
) -> None:
    async with hub.subscribe(TOPIC) as subscription:
        await redis.client_kill_filter(_type="pubsub")
        await publisher.publish(event(0))
        assert await subscription.take_all(10) is None
        await publisher.publish(event(1))
        heard = await subscription.take(5)
    assert heard is not None and heard.cursor == Cursor(1, 1)


async def test_control_messages_reach_every_callback_and_a_bad_one_stops_nobody(
    hub: Hub, publisher: Publisher
) -> None:
    heard: asyncio.Queue[dict[str, str]] = asyncio.Queue()

    def fail(message: dict[str, str]) -> None:
        raise ValueError(message)

    hub.on_control(heard.put_nowait)
    hub.on_control(fail)
    async with hub.subscribe(TOPIC) as subscription, asyncio.timeout(10):
        await publisher.control(kind="message.stop", message_id="1")
        assert await heard.get() == {"kind": "message.stop", "message_id": "1"}
        await publisher.publish(event(0))
        assert await subscription.take(5) is not None


async def test_what_is_no_event_is_passed_over(hub: Hub, publisher: Publisher, redis: Redis) -> None:
    async with hub.subscribe(TOPIC) as subscription:
        await redis.publish(f"opentrace:{TOPIC}", b"not an event")
        await publisher.publish(event(0))
        heard = await subscription.take(5)
    assert heard is not None and heard.cursor == Cursor(1, 0)


async def test_a_thousand_followers_may_come_at_the_same_time(hub: Hub, publisher: Publisher) -> None:
    await publisher.publish(event(0))

    async def visit() -> list[Event]:
        async with hub.subscribe(TOPIC):
            return await hub.history(TOPIC, Cursor(0, 0))

    assert [len(told) for told in await asyncio.gather(*(visit() for _ in range(1000)))] == [1] * 1000


async def test_a_hub_that_is_away_lets_followers_in_at_once() -> None:
    client = Redis.from_url("redis://127.0.0.1:1/0", protocol=2)
    hub = Hub(client)
    hub.start()
    async with asyncio.timeout(10), hub.subscribe(TOPIC) as subscription:
        assert await subscription.take(0.01) is None
    await hub.close()
    await client.aclose()


async def test_a_slow_follower_has_a_bounded_queue_and_hears_that_it_lagged() -> None:
    subscription = Subscription()
    for seq in range(MAX_WAITING):
        subscription.deliver(event(seq))
    subscription.deliver(event(MAX_WAITING))
    assert await subscription.take_all(0.01) is None
    assert [one.cursor.seq for one in await subscription.take_all(0.01) or []] == [MAX_WAITING]
    assert await subscription.take_all(0.01) == []


async def test_events_are_taken_one_by_one_or_all_at_once() -> None:
    subscription = Subscription()
    for seq in range(3):
        subscription.deliver(event(seq))
    first = await subscription.take(0.01)
    assert first is not None and first.cursor.seq == 0
    assert [one.cursor.seq for one in await subscription.take_all(0.01) or []] == [1, 2]
    assert await subscription.take(0.01) is None


async def test_who_waits_a_short_time_after_a_long_one_waits_no_longer_than_said() -> None:
    subscription = Subscription()
    long = asyncio.create_task(subscription.take_all(3600))
    await asyncio.sleep(0)
    subscription.deliver(event(0))
    assert [one.cursor.seq for one in await long or []] == [0]
    async with asyncio.timeout(60):
        assert await subscription.take_all(0.01) == []
