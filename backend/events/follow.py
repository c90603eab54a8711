"""Following a topic from any cursor: no gap, no double, and an end.

Subscribe first, then read the row, then the stream, then go live. What is missing in the sequence is read
from the stream; what the stream does not have, the row answers: `EventsMissed`, then a fresh snapshot.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeAlias

import structlog

from backend.errors import Unavailable
from backend.events.cursor import Cursor
from backend.events.envelope import EVENTS_MISSED, Event, merged
from backend.events.hub import BATCH, Hub
from backend.events.subscription import Subscription

log = structlog.get_logger()

SILENT_SECONDS = 5.0
BEHIND_SECONDS = 0.5
"""How long a publication may lag behind its commit, or a checkpoint behind its events."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A row as an event whose cursor is the last event it contains; `ended` is its terminal event, if any.

    `is_stalled`: whoever works on it has fallen silent. It is told once, under the last cursor.
    """

    event: Event
    ended: Event | None = None
    is_stalled: bool = False


ReadRow: TypeAlias = Callable[[], Awaitable[Snapshot]]


async def follow(
    hub: Hub,
    topic: str,
    *,
    after: Cursor | None,
    snapshot: ReadRow,
    silent_seconds: float = SILENT_SECONDS,
) -> AsyncGenerator[Event, None]:
    """Yield what happened after `after` (or a snapshot, then what happens), to the end of the row's work.

    Adjacent text may arrive merged, under the last one's cursor. `snapshot` is called whenever the row has to
    answer, each time in its own transaction; what it raises ends the stream, except Unavailable later than at
    the first call. Close the generator (`aclosing`) to stop following.
    """
    async with hub.subscribe(topic) as subscription:
        follower = _Follower(hub, topic, subscription, snapshot, silent_seconds)
        async with aclosing(follower.run(after)) as events:
            async for event in events:
                yield event


@dataclass(frozen=True, slots=True)
class _Found:
    """What the stream has right after the last event seen; `is_broken` when it cannot tell the rest."""

    events: list[Event]
    is_broken: bool
    has_more: bool = False


class _Follower:
    """One run of following. `seen` is the last event told; `known` the furthest that the row has told of."""

    def __init__(
        self, hub: Hub, topic: str, subscription: Subscription, read_row: ReadRow, silent_seconds: float
    ) -> None:
        self._hub = hub
        self._topic = topic
        self._subscription = subscription
        self._read_row = read_row
        self._silent_seconds = silent_seconds
        self._seen = self._known = Cursor(0, 0)
        self._has_ended = False
        self._is_silent = False
        self._is_stalled = False

    async def run(self, after: Cursor | None) -> AsyncGenerator[Event, None]:
        for event in self._begin(await self._read_row(), after):
            yield event
        while not self._has_ended:
            found = await self._history()
            for event in self._tell(found.events):
                yield event
            if self._has_ended or found.has_more:
                continue
            if found.is_broken or self._is_silent or self._seen < self._known:
                answers = await self._ask(found.is_broken)
                for event in answers:
                    yield event
                if answers or found.is_broken or self._seen < self._known:
                    continue
            async for event in self._live():
                yield event

    def _begin(self, row: Snapshot, after: Cursor | None) -> Iterable[Event]:
        self._known = row.event.cursor
        if after is None:
            return self._restart(row)
        self._seen = after
        self._has_ended = row.ended is not None and after >= row.ended.cursor
        return []

    async def _live(self) -> AsyncGenerator[Event, None]:
        """What arrives, until something is missing or nothing came for long."""
        while not self._has_ended:
            arrived = await self._subscription.take_all(self._silent_seconds)
            self._is_silent = arrived == []
            if not arrived:
                return
            found = self._chain([event for event in arrived if event.cursor > self._seen])
            for event in self._tell(found.events):
                yield event
            if found.is_broken:
                return

    async def _history(self) -> _Found:
        """The stream after `seen`; Redis gets a second chance before it counts as away."""
        for pause in (2 * BEHIND_SECONDS, 0):
            try:
                return self._chain(await self._hub.history(self._topic, self._seen))
            except Unavailable:
                await asyncio.sleep(pause)
        return _Found([], is_broken=True)

    def _chain(self, events: list[Event]) -> _Found:
        """The events up to the first that does not follow the one before it."""
        last = self._seen
        for place, event in enumerate(events):
            if not last.is_followed_by(event.cursor):
                return _Found(events[:place], is_broken=True)
            last = event.cursor
        return _Found(events, is_broken=False, has_more=len(events) == BATCH)

    async def _ask(self, is_broken: bool) -> list[Event]:
        """What the row knows beyond `seen`, if anything; waits a moment when that is nothing yet.

        Events are published after their commit, so a row that is ahead of an unbroken stream gets a moment's
        grace in which the stream may still tell the same more exactly.
        """
        try:
            row = await self._read_row()
        except Unavailable as error:
            log.warning("row.unread", topic=self._topic, reason=error.message)
            await asyncio.sleep(BEHIND_SECONDS)
            return []
        self._is_silent = False
        self._known = row.event.cursor
        if row.ended is not None and self._seen >= row.ended.cursor:
            self._has_ended = True
        elif is_broken and self._known <= self._seen:
            await asyncio.sleep(BEHIND_SECONDS)
        elif not is_broken and self._known > self._seen:
            await self._subscription.wait(BEHIND_SECONDS)
            found = await self._history()
            if found.events:
                return self._tell(found.events)
        return self._answer(row)

    def _answer(self, row: Snapshot) -> list[Event]:
        if row.ended is not None and self._seen.is_followed_by(row.ended.cursor):
            return self._tell([row.ended])
        if row.event.cursor <= self._seen:
            was_stalled, self._is_stalled = self._is_stalled, row.is_stalled
            return [row.event] if row.is_stalled and not was_stalled else []
        missed = Event(self._topic, self._seen, EVENTS_MISSED, {})
        return [missed, *self._restart(row)]

    def _restart(self, row: Snapshot) -> list[Event]:
        told = self._tell([row.event] if row.ended is None else [row.event, row.ended])
        self._has_ended, self._is_stalled = row.ended is not None, row.is_stalled
        return told

    def _tell(self, events: list[Event]) -> list[Event]:
        if events:
            self._seen = events[-1].cursor
            self._has_ended, self._is_stalled = events[-1].final, False
        return merged(events)
