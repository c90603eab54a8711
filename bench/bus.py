"""The event bus: from publishing to the subscriber's hand, against a Redis stream that has one reader."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count, cycle
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis

from backend import events
from backend.events import Cursor, Event, Hub, Publisher
from bench.measure import Side, interleave, percentile
from bench.results import Figure
from bench.stack import Stack

NUM_TOPICS = 100
NUM_BLOCKS, NUM_REQUESTS = 20, 100
GOAL_P50_MS = 1.0


async def run(stack: Stack) -> list[Figure]:
    """100 topics with a follower each, over the one connection of a process; in turns with the baseline."""
    redis = events.connect(stack.redis.url)
    hub = Hub(redis)
    hub.start()
    try:
        async with AsyncExitStack() as following:
            sides = [
                Side("bus", await _bus(hub, Publisher(redis), following), os.getpid()),
                Side("stream", _stream(redis), os.getpid()),
            ]
            await interleave(sides, num_blocks=NUM_BLOCKS, num_requests=NUM_REQUESTS)
    finally:
        await hub.close()
        await redis.aclose()
    return figures(*sides)


async def _bus(hub: Hub, publisher: Publisher, following: AsyncExitStack) -> Callable[[], Awaitable[object]]:
    """Publishes to one topic after another, and waits until its follower has it."""
    topics = [f"message:{uuid4()}" for _ in range(NUM_TOPICS)]
    followed = [(topic, await following.enter_async_context(hub.subscribe(topic))) for topic in topics]
    turns, numbers = cycle(followed), count(1)

    async def request() -> None:
        topic, subscription = next(turns)
        taking = asyncio.create_task(subscription.take_all(5.0))
        await publisher.publish(Event(topic, Cursor(1, next(numbers)), "TextAppended", {"text": "lamp"}))
        if not await taking:
            raise RuntimeError("an event was lost")

    return request


def _stream(redis: Redis) -> Callable[[], Awaitable[object]]:
    """Adds to one stream and waits until its reader, which waits for it already, has it."""
    name, last = f"bench:{uuid4()}", "0"
    body = Event("message:1", Cursor(1, 1), "TextAppended", {"text": "lamp"}).to_bytes()

    async def request() -> None:
        nonlocal last
        reading = asyncio.create_task(_read(redis, name, last))
        await redis.xadd(name, {"e": body})
        last = await reading

    return request


async def _read(redis: Redis, name: str, last: str) -> str:
    answer: Any = await redis.xread({name: last}, block=5000)
    ((_, entries),) = answer
    return str(entries[-1][0].decode())


def figures(bus: Side, stream: Side) -> list[Figure]:
    def figure(name: str, value: float, unit: str, goal: float | None = None) -> Figure:
        return Figure("bus", name, value, unit, goal, len(bus.wall))

    return [
        figure("published → subscriber, p50", bus.p50 * 1e3, "ms", GOAL_P50_MS),
        figure("published → subscriber, p99", percentile(bus.wall, 99) * 1e3, "ms"),
        figure("Redis stream with one reader, p50", stream.p50 * 1e3, "ms"),
        figure("p50, times the stream", bus.p50 / stream.p50, ""),
        figure("CPU per event, publisher and subscriber", bus.cpu_per_request * 1e6, "µs"),
        figure("Redis stream with one reader: CPU per event", stream.cpu_per_request * 1e6, "µs"),
    ]
