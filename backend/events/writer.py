"""Numbers the events of one attempt and merges text on its way out."""

import asyncio
from typing import Any

import structlog

from backend.errors import Unavailable
from backend.events.cursor import Cursor
from backend.events.envelope import Event
from backend.events.publish import Publisher

log = structlog.get_logger()

COALESCE_SECONDS = 0.025


class EventWriter:
    """The only writer of a topic's events during one attempt.

    `seq` is the number of the last event made (one below `first_seq` before the first), and `content` is
    all text in the events up to it: the two together are what a checkpoint of the row stores. Failure to
    publish is logged and does not stop the work, since followers fall back on the row.
    """

    def __init__(self, topic: str, attempt: int, publisher: Publisher, *, first_seq: int = 0) -> None:
        self.topic = topic
        self.attempt = attempt
        self.seq = first_seq - 1
        self._publisher = publisher
        self._made: list[str] = []
        self._waiting: list[str] = []
        self._flushed_at = float("-inf")
        self._timer: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    @property
    def content(self) -> str:
        return "".join(self._made)

    def make(self, kind: str, data: dict[str, Any], *, final: bool = False) -> Event:
        """The next event, numbered; the caller stores or announces it. Text must have been flushed."""
        self.seq += 1
        return Event(self.topic, Cursor(self.attempt, self.seq), kind, data, final=final)

    async def send(self, kind: str, data: dict[str, Any]) -> Event:
        """Publish an event now, after any text that still waits."""
        async with self._sending:
            waiting = self._take_text()
            event = self.make(kind, data)
            await self._publish(*waiting, event)
            return event

    async def text(self, delta: str) -> None:
        """Add text: the first piece leaves at once, what follows within 25 ms leaves together."""
        if not delta:
            return
        self._waiting.append(delta)
        if self._timer is not None:
            return
        rest = self._flushed_at + COALESCE_SECONDS - asyncio.get_running_loop().time()
        if rest <= 0:
            await self.flush()
        else:
            self._timer = asyncio.create_task(self._flush_after(rest))

    async def flush(self) -> None:
        """Publish the text that waits."""
        async with self._sending:
            await self._publish(*self._take_text())

    async def close(self) -> None:
        """Flush and end the timer."""
        await self.flush()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _flush_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._timer = None
        await self.flush()

    def _take_text(self) -> list[Event]:
        if not self._waiting:
            return []
        text = "".join(self._waiting)
        self._waiting.clear()
        self._made.append(text)
        self._flushed_at = asyncio.get_running_loop().time()
        return [self.make("TextAppended", {"text": text})]

    async def _publish(self, *events: Event) -> None:
        if not events:
            return
        publishing = asyncio.ensure_future(self._publisher.publish(*events))
        try:
            await asyncio.shield(publishing)
        except asyncio.CancelledError:
            # What has a number must be in the stream before anything later is, even if the work is stopped.
            await asyncio.gather(publishing, return_exceptions=True)
            raise
        except Unavailable as error:
            log.warning("events.unpublished", topic=self.topic, num_events=len(events), reason=error.message)
