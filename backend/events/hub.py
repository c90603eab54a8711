"""One pub/sub connection per process, fanned out in memory to everyone who follows a topic."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from backend.events.cursor import Cursor
from backend.events.envelope import Event
from backend.events.publish import CONTROL, FIELD, channel_of, stream_key

log = structlog.get_logger()

QUEUE_SIZE = 256
RETRY_SECONDS = 0.5
Control = Callable[[dict[str, str]], None]


class Subscription:
    """What one follower has not taken yet; when it is too slow, or the connection was lost, it has lagged."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event | None] = asyncio.Queue(QUEUE_SIZE)

    def deliver(self, event: Event) -> None:
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.lag()

    def lag(self) -> None:
        """Forget what is queued: the follower reads the stream instead."""
        while not self._events.empty():
            self._events.get_nowait()
        self._events.put_nowait(None)

    async def take(self, seconds: float) -> Event | None:
        """The next event, or None when it lagged or nothing came for so long: then read the stream."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                return await self._events.get()
        return None


class Hub:
    """Follows topics for this process. `start` it before the first `subscribe`."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._pubsub: PubSub | None = None
        self._reader: asyncio.Task[None] | None = None
        self._followers: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._ready: dict[str, asyncio.Event] = {}
        self._controls: list[Control] = []

    def start(self) -> None:
        self._reader = asyncio.create_task(self._read_for_ever(), name="event hub")

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    def on_control(self, callback: Control) -> None:
        """Call back with each control message, from the hub's own task: be quick and do not raise."""
        self._controls.append(callback)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[Subscription]:
        """What is published on the topic from now on; when Redis is away, from when it is back."""
        channel = channel_of(topic)
        subscription = Subscription()
        is_first = not self._followers[channel]
        self._followers[channel].add(subscription)
        try:
            if is_first:
                self._ready[channel] = asyncio.Event()
                await self._tell("subscribe", channel)
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._ready[channel].wait()
            yield subscription
        finally:
            self._followers[channel].discard(subscription)
            if not self._followers[channel]:
                del self._followers[channel], self._ready[channel]
                await self._tell("unsubscribe", channel)

    async def history(self, topic: str, after: Cursor) -> list[Event]:
        """What the stream remembers after a cursor, oldest first; raises RedisError when it is away."""
        entries: Any = await self._redis.xrange(stream_key(topic), min=f"({after}", max="+")
        return [Event.from_bytes(fields[FIELD]) for _, fields in entries]

    async def _tell(self, command: str, channel: str) -> None:
        """Best effort: after a reconnect all channels are subscribed anew."""
        if self._pubsub is None:
            return
        with suppress(RedisError, OSError):
            await getattr(self._pubsub, command)(channel)

    async def _read_for_ever(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CONTROL, *list(self._followers))
                    self._pubsub = pubsub
                    self._lag_all()
                    await self._read(pubsub)
            except (RedisError, OSError) as error:
                log.warning("hub.disconnected", reason=str(error))
            finally:
                self._pubsub = None
            await asyncio.sleep(RETRY_SECONDS)

    async def _read(self, pubsub: PubSub) -> None:
        while True:
            message = await pubsub.get_message(timeout=None)
            if message is not None:
                self._handle(message)

    def _handle(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode()
        if message["type"] == "subscribe" and channel in self._ready:
            self._ready[channel].set()
        elif message["type"] == "message" and channel == CONTROL:
            for callback in self._controls:
                callback(orjson.loads(message["data"]))
        elif message["type"] == "message" and channel in self._followers:
            event = Event.from_bytes(message["data"])
            for subscription in self._followers[channel]:
                subscription.deliver(event)

    def _lag_all(self) -> None:
        for subscriptions in self._followers.values():
            for subscription in subscriptions:
                subscription.lag()
