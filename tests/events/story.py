"""A row, the workers that write it, and readers that hold every event against the truth."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from backend.errors import Unavailable
from backend.events import (
    EVENTS_MISSED,
    TEXT_APPENDED,
    Cursor,
    Event,
    EventWriter,
    Hub,
    Publisher,
    Snapshot,
    follow,
)

RESTARTED, COMPLETED, SNAPSHOT = "AnswerRestarted", "MessageCompleted", "MessageSnapshot"


@dataclass
class Story:
    """An answer being written. `truth` says for each cursor which text a reader must have on the screen."""

    topic: str
    publisher: Publisher
    attempt: int = 0
    event_seq: int = 0
    content: str = ""
    is_completed: bool = False
    is_database_away: bool = False
    is_stalled: bool = False
    num_reads: int = 0
    truth: dict[Cursor, str] = field(default_factory=lambda: {Cursor(0, 0): ""})
    zombies: list["Attempt"] = field(default_factory=list)

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.attempt, self.event_seq)

    async def read(self) -> Snapshot:
        """The row as the database has it now."""
        self.num_reads += 1
        if self.is_database_away:
            raise Unavailable("The database does not answer.")
        shown = Event(self.topic, self.cursor, SNAPSHOT, {"content": self.content})
        return Snapshot(shown, self.end() if self.is_completed else None, self.is_stalled)

    def end(self) -> Event:
        return Event(self.topic, self.cursor, COMPLETED, {"content": self.content}, final=True)

    async def claim(self, *, is_announced: bool = True) -> "Attempt":
        """A worker takes the row; unannounced: it died between its commit and the publication."""
        self.attempt, self.event_seq, self.content = self.attempt + 1, 0, ""
        self.truth[self.cursor] = ""
        if is_announced:
            await self.publisher.publish(Event(self.topic, self.cursor, RESTARTED, {}))
        return Attempt(self, EventWriter(self.topic, self.attempt, self.publisher, first_seq=1))


class Attempt:
    """One worker's hold of the row; after a takeover it goes on writing as a zombie, but not to the row."""

    def __init__(self, story: Story, writer: EventWriter) -> None:
        self.story = story
        self.writer = writer
        number = writer._number

        def number_and_remember(*event: Any) -> Event:
            made = number(*event)
            self.story.truth[made.cursor] = self.writer.content
            return made

        # Learned as it is made: a reader may see an event before its writer hears that it is out.
        writer._number = number_and_remember  # type: ignore[method-assign]  # spied on

    @property
    def holds(self) -> bool:
        return self.story.attempt == self.writer.attempt and not self.story.is_completed

    async def text(self, text: str) -> None:
        await self.writer.text(text)

    async def step(self) -> None:
        await self.writer.send("ToolStarted", {})

    def checkpoint(self) -> None:
        if self.holds:
            self.story.content, self.story.event_seq = self.writer.content, max(self.writer.seq, 0)

    async def complete(self, *, is_announced: bool = True) -> None:
        await self.writer.close()
        self.writer.make(COMPLETED, {}, final=True)
        self.checkpoint()
        self.story.is_completed = True
        if is_announced:
            await self.story.publisher.publish(self.story.end())


@dataclass
class Reader:
    """A browser: what is on its screen must at every event be the truth at that event's cursor."""

    hub: Hub
    story: Story
    cursor: Cursor | None = None
    screen: str = ""
    events: list[Event] = field(default_factory=list)
    has_ended: bool = False

    def follow(self, **options: Any) -> AsyncGenerator[Event, None]:
        return follow(self.hub, self.story.topic, after=self.cursor, snapshot=self.story.read, **options)

    async def read(self, *, num_events: int | None = None, **options: Any) -> None:
        """Follow from where it left off, up to the end or for so many events; for a minute at most."""
        async with asyncio.timeout(60), aclosing(self.follow(**options)) as events:
            async for event in events:
                self.see(event)
                num_events = None if num_events is None else num_events - 1
                if num_events == 0:
                    return
        self.has_ended = True

    def see(self, event: Event) -> None:
        self._check_order(event)
        self.events.append(event)
        self.cursor = event.cursor
        if event.kind == SNAPSHOT:
            self.screen = event.data["content"]
        elif event.kind == RESTARTED:
            self.screen = ""
        elif event.kind == TEXT_APPENDED:
            self.screen += event.data["text"]
        assert self.screen == self.story.truth[event.cursor], (event, self.kinds)

    @property
    def kinds(self) -> list[str]:
        return [f"{event.cursor} {event.kind}" for event in self.events]

    @property
    def num_missed(self) -> int:
        return sum(event.kind == EVENTS_MISSED for event in self.events)

    def _check_order(self, event: Event) -> None:
        """No event twice: only what the row says of itself may stand at a cursor that was seen."""
        if self.cursor is None:
            assert event.kind == SNAPSHOT
        elif event.kind == EVENTS_MISSED:
            assert event.cursor == self.cursor
        elif event.kind == COMPLETED and self.events[-1].kind == SNAPSHOT:
            assert event.cursor >= self.cursor
        elif event.kind == SNAPSHOT and self.story.is_stalled:
            assert event.cursor == self.cursor
        elif event.kind == SNAPSHOT:
            assert event.cursor > self.cursor and self.events[-1].kind == EVENTS_MISSED
        else:
            assert event.cursor > self.cursor, (event, self.kinds)
