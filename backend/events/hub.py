"""One pub/sub connection per process, fanned out in memory to everyone who follows a topic."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import RedisError

from backend import metrics
from backend.errors import Unavailable
from backend.events.cursor import Cursor
from backend.events.envelope import Event
from backend.events.publish import CONTROL, name_of
from backend.events.subscription import Subscription

log = structlog.get_logger()

RECONNECT_SECONDS = 0.25
PING_SECONDS = 5.0
CONFIRM_SECONDS = 1.0
BATCH = 500
LAG_EVERY = 8
"""Of so many messages one is timed: to time each costs as much as to read it."""

Control: TypeAlias = Callable[[dict[str, str]], None]


@dataclass
class _Channel:
    """Everyone in this process who follows one topic; `confirmed` once Redis delivers it to us."""

    followers: set[Subscription] = field(default_factory=set)
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)


class Hub:
    """Follows topics for this process; `start` it before the first `subscribe`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._pubsub: PubSub | None = None
        self._reader: asyncio.Task[None] | None = None
        self._is_away = False
        self._must_renew = False
        self._num_heard = 0
        self._channels: dict[str, _Channel] = {}
        self._controls: list[Control] = []
        self._turn = asyncio.Lock()
        self._retry: Any = None
        self._sending: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Connect in the background, and again whenever the connection is lost."""
        self._reader = asyncio.create_task(self._read_for_ever(), name="event hub")

    async def close(self) -> None:
        """End the connection; followers hear nothing more and fall back on their rows."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, *self._sending, return_exceptions=True)

    def on_control(self, callback: Control) -> None:
        """Call back with each control message, from the hub's own task: be quick and do not raise."""
        self._controls.append(callback)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[Subscription]:
        """What is published on the topic from now on; while Redis is away, from when it is back."""
        name = name_of(topic)
        subscription = Subscription()
        channel = self._channels.get(name)
        is_first = channel is None
        if channel is None:
            channel = self._channels[name] = _Channel()
        channel.followers.add(subscription)
        try:
            if is_first:
                await self._tell("subscribe", name)
            await self._confirmed(channel)
            subscription.clear()
            with metrics.subscription():
                yield subscription
        finally:
            subscription.close()
            channel.followers.discard(subscription)
            if not channel.followers and self._channels.get(name) is channel:
                del self._channels[name]
                await self._tell("unsubscribe", name)

    async def history(self, topic: str, after: Cursor) -> list[Event]:
        """What the stream remembers after a cursor, oldest first, `BATCH` events at most.

        Raises Unavailable when Redis does not answer.
        """
        try:
            entries: Any = await self._redis.xrange(name_of(topic), min=f"({after}", count=BATCH)
        except (RedisError, OSError) as error:
            raise Unavailable("The event streams do not answer.", retry_after=5) from error
        return [Event.from_bytes(fields[b"e"]) for _, fields in entries]

    async def _tell(self, command: str, name: str) -> None:
        """Best effort: after a failure a new connection subscribes to all channels."""
        # Not the follower's own: one that is cut off in the middle of it would break everybody's connection.
        sending = asyncio.create_task(self._send(command, name), name=f"{command} {name}")
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        await asyncio.shield(sending)

    async def _send(self, command: str, name: str) -> None:
        async with self._turn:
            pubsub = self._pubsub
            if pubsub is None:
                return
            if not _is_open(pubsub):
                self._must_renew = True
                return
            try:
                await getattr(pubsub, command)(name)
            except (RedisError, OSError):
                self._must_renew = True

    async def _confirmed(self, channel: _Channel) -> None:
        """Wait until Redis delivers to us, unless it is away: then followers hear of it when it is back."""
        if not self._is_away:
            with suppress(TimeoutError):
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await channel.confirmed.wait()

    async def _read_for_ever(self) -> None:
        while True:
            pubsub = self._redis.pubsub()
            try:
                await self._open(pubsub)
                await self._read(pubsub)
            except (RedisError, OSError) as error:
                self._is_away = True
                log.warning("hub.disconnected", reason=str(error))
            finally:
                # Between commands, since one to a closed connection would connect it anew.
                async with self._turn:
                    self._pubsub = None
                if pubsub.connection is not None and self._retry is not None:
                    pubsub.connection.retry = self._retry  # it goes back to where all connections come from
                await pubsub.aclose()  # type: ignore[no-untyped-call] # redis gives it no types
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _open(self, pubsub: PubSub) -> None:
        await pubsub.subscribe(CONTROL)
        # Followed by a new connection and never mended: a reader and a writer that both mend one mix it up.
        connection: Any = pubsub.connection
        connection.retry, self._retry = Retry(NoBackoff(), 0), connection.retry
        self._pubsub, self._is_away, self._must_renew = pubsub, False, False
        if names := list(self._channels):
            await pubsub.subscribe(*names)

    async def _read(self, pubsub: PubSub) -> None:
        """Hear until the connection must be renewed; one that is silent is asked, and then given up."""
        hearing = asyncio.create_task(self._hear(pubsub), name="event hub's ear")
        is_asked = False
        try:
            while not hearing.done():
                num_heard = self._num_heard
                await asyncio.wait([hearing], timeout=PING_SECONDS)
                if self._num_heard > num_heard:
                    is_asked = False
                elif is_asked:
                    raise ConnectionLost("no answer to a ping")
                elif not hearing.done():
                    is_asked = True
                    await pubsub.ping()
            await hearing
        finally:
            hearing.cancel()
            await asyncio.wait([hearing])

    async def _hear(self, pubsub: Any) -> None:
        connection = pubsub.connection
        while not self._must_renew:
            # From the connection itself, with no time limit: what goes around each message otherwise
            # (a clock, a retry, a dict) costs more than the message.
            heard = await connection.read_response(
                timeout=math.inf, disconnect_on_error=False, push_request=True
            )
            self._num_heard += 1
            if isinstance(heard, list) and heard[0] == b"message":
                self._take(heard[1].decode(), heard[2])
                continue
            told = await pubsub.handle_message(heard)
            if told is not None and told["type"] == "subscribe":
                self._confirm(told["channel"].decode())

    def _take(self, name: str, data: bytes) -> None:
        try:
            if name == CONTROL:
                self._control(orjson.loads(data))
            elif channel := self._channels.get(name):
                event = Event.from_bytes(data)
                if self._num_heard % LAG_EVERY == 0:
                    metrics.event_arrived(event.at)
                _deliver(channel, event)
        except Exception:
            # One bad message or callback must not end the connection of everybody.
            log.exception("hub.stumbled", channel=name)

    def _confirm(self, name: str) -> None:
        """What was published before this moment is in the stream; what comes after it will be delivered."""
        if channel := self._channels.get(name):
            channel.confirmed.set()
            for subscription in channel.followers:
                subscription.lag()

    def _control(self, message: dict[str, str]) -> None:
        for callback in self._controls:
            callback(message)


def _is_open(pubsub: PubSub) -> bool:
    return pubsub.connection is not None and bool(pubsub.connection.is_connected)


def _deliver(channel: _Channel, event: Event) -> None:
    for subscription in channel.followers:
        subscription.deliver(event)


__all__ = ["Control", "Hub", "Subscription"]
