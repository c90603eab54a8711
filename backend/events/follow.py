"""Following a topic from any cursor: no gap, no double, and an end.

Subscribe first, then read the row, then the stream, then go live. What is missing in the sequence is read
from the stream; what the stream does not have, the row answers: `EventsMissed`, then a fresh snapshot.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
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


def follow(
    hub: Hub,
    topic: str,
    *,
    after: Cursor | None,
    snapshot: ReadRow,
    silent_seconds: float = SILENT_SECONDS,
) -> AsyncGenerator[Event, None]:
    """What happened after `after` (or a snapshot, then what happens), to the end of the row's work.

    Adjacent text may arrive merged, under the last one's cursor. `snapshot` is called whenever the row has to
    answer, each time in its own transaction; what it raises ends the stream, except Unavailable later than at
    the first call. Close the generator (`aclosing`) to stop following.
    """
    return _Follower(hub, topic, snapshot, silent_seconds).run(after)


@dataclass(frozen=True, slots=True)
class _Found:
    """What the stream has right after the last event seen; `is_broken` when it cannot tell the rest."""

    events: list[Event]
    is_broken: bool
    has_more: bool = False


class _Follower:
    """One run of following. `seen` is the last event told; `known` the furthest that the row has told of.

    Every event passes through here, so it is one generator and not one in another.
    """

    _subscription: Subscription

    def __init__(self, hub: Hub, topic: str, read_row: ReadRow, silent_seconds: float) -> None:
        self._hub = hub
        self._topic = topic
        self._read_row = read_row
        self._silent_seconds = silent_seconds
        self._seen = self._known = Cursor(0, 0)
        self._is_live = False
        self._has_ended = False
        self._is_silent = False
        self._is_stalled = False

    async def run(self, after: Cursor | None) -> AsyncGenerator[Event, None]:
        async with self._hub.subscribe(self._topic) as self._subscription:
            for event in self._begin(await self._read_row(), after):
                yield event
            while not self._has_ended:
                for event in await (self._live() if self._is_live else self._catch_up()):
                    yield event

    def _begin(self, row: Snapshot, after: Cursor | None) -> Iterable[Event]:
        self._known = row.event.cursor
        if after is None:
            return self._restart(row)
        self._seen = after
        self._has_ended = row.ended is not None and after >= row.ended.cursor
        return []

    async def _catch_up(self) -> list[Event]:
        """What the stream has after `seen`, or the row where the stream cannot tell; then all is live."""
        found = await self._history()
        told = self._tell(found.events)
        if self._has_ended or found.has_more:
            return told
        if not (found.is_broken or self._is_silent or self._seen < self._known):
            self._is_live = True
        elif not told:
            told = await self._ask(found.is_broken)
            self._is_live = not (told or found.is_broken or self._seen < self._known)
        return told

    async def _live(self) -> list[Event]:
        """What arrives, until something is missing or nothing came for long."""
        arrived = await self._subscription.take_all(self._silent_seconds)
        self._is_silent = arrived == []
        found = self._chain([event for event in arrived or () if event.cursor > self._seen])
        self._is_live = bool(arrived) and not found.is_broken
        return self._tell(found.events)

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
