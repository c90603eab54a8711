"""Following a topic from any cursor: no gap, no double, and an end.

Subscribe first, then read the row, then the stream, then go live. What is missing in the sequence is read
from the stream; what the stream no longer has, the row answers with `EventsMissed` and a fresh snapshot.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from redis.exceptions import RedisError

from backend.events.cursor import Cursor
from backend.events.envelope import Event
from backend.events.hub import Hub, Subscription

SILENT_SECONDS = 5.0
BEHIND_SECONDS = 0.5
"""How long a row may lag behind its stream, or a publication behind its commit, before we look again."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A row as an event whose cursor is the last event it contains; `ended` is its terminal event, if any."""

    event: Event
    ended: Event | None = None


ReadRow = Callable[[], Awaitable[Snapshot]]


async def follow(
    hub: Hub,
    topic: str,
    *,
    after: Cursor | None,
    snapshot: ReadRow,
    silent_seconds: float = SILENT_SECONDS,
) -> AsyncGenerator[Event]:
    """Yield what happened after `after` (or a snapshot, then what happens), up to the end of the row's work.

    `snapshot` is called again whenever the row has to answer; what it raises ends the stream.
    """
    async with hub.subscribe(topic) as subscription:
        follower = _Follower(hub, topic, subscription, snapshot, silent_seconds)
        async with aclosing(follower.run(after)) as events:
            async for event in events:
                yield event


class _Follower:
    """One reader's place in a topic: `_seen` is the cursor of the last event yielded."""

    def __init__(
        self, hub: Hub, topic: str, subscription: Subscription, read_row: ReadRow, silent_seconds: float
    ) -> None:
        self._hub = hub
        self._topic = topic
        self._subscription = subscription
        self._read_row = read_row
        self._silent_seconds = silent_seconds
        self._seen = Cursor(0, 0)
        self._has_ended = False

    async def run(self, after: Cursor | None) -> AsyncGenerator[Event]:
        for event in await self._begin(after):
            yield event
        must_read, is_silent = True, after is not None
        while not self._has_ended:
            if must_read:
                for event in await self._read(is_silent=is_silent):
                    yield event
                if self._has_ended:
                    return
            live = await self._subscription.take(self._silent_seconds)
            is_silent = live is None
            must_read = live is None or (live.cursor > self._seen and not self._is_next(live))
            if live is not None and self._is_next(live):
                yield self._advance(live)

    async def _begin(self, after: Cursor | None) -> list[Event]:
        row = await self._read_row()
        if after is None:
            return self._restart(row)
        self._seen = after
        self._has_ended = row.ended is not None and after >= row.ended.cursor
        return []

    async def _read(self, *, is_silent: bool) -> list[Event]:
        """What the stream has; where that is not enough, what the row says.

        The row is asked when the stream lacks what comes next, and after a silence, since a crash between a
        commit and its publication leaves nothing in the stream.
        """
        events, has_gap = await self._read_stream()
        if self._has_ended or not (has_gap or (is_silent and not events)):
            return events
        row = await self._read_row()
        if row.event.cursor <= self._seen:
            if has_gap:
                await asyncio.sleep(BEHIND_SECONDS)
            return events
        if not has_gap:
            events += await self._await_publication()
            if events:
                return events
        return events + self._answer(row)

    async def _read_stream(self) -> tuple[list[Event], bool]:
        """All events that follow without a gap, and whether later ones are there behind a gap."""
        taken: list[Event] = []
        try:
            history = await self._hub.history(self._topic, self._seen)
        except (RedisError, OSError):
            return taken, False
        for event in history:
            if not self._is_next(event):
                return taken, True
            taken.append(self._advance(event))
            if self._has_ended:
                break
        return taken, False

    async def _await_publication(self) -> list[Event]:
        """The row is ahead of the stream: as a rule its event is a moment away."""
        live = await self._subscription.take(BEHIND_SECONDS)
        if live is not None and self._is_next(live):
            return [self._advance(live)]
        return (await self._read_stream())[0]

    def _answer(self, row: Snapshot) -> list[Event]:
        """The row in place of the events that are gone; nothing is gone when only its end was missing."""
        if row.ended is not None and self._seen.is_followed_by(row.ended.cursor):
            return [self._advance(row.ended)]
        return [Event(self._topic, row.event.cursor, "EventsMissed", {}), *self._restart(row)]

    def _restart(self, row: Snapshot) -> list[Event]:
        self._seen = row.event.cursor
        self._has_ended = row.ended is not None
        return [row.event] if row.ended is None else [row.event, row.ended]

    def _is_next(self, event: Event) -> bool:
        return self._seen.is_followed_by(event.cursor)

    def _advance(self, event: Event) -> Event:
        self._seen = event.cursor
        self._has_ended = event.final
        return event
