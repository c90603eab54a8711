"""Numbers the events of one attempt, and merges its text on the way out."""

import asyncio
from typing import Any

import structlog

from backend.errors import Unavailable
from backend.events.cursor import Cursor
from backend.events.envelope import TEXT_APPENDED, Event
from backend.events.publish import Publisher

log = structlog.get_logger()

COALESCE_SECONDS = 0.06
"""Text leaves when the machine's clock comes to a multiple of it, for all answers at once: what is sent,
carried and read together costs a fraction of what it does one by one, and waits no longer."""
PUBLISH_SECONDS = 1.0
"""How long a Redis that hangs may hold up the work, now and then."""
RETRY_SECONDS = 2.0
MAX_UNSENT = 1000


class EventWriter:
    """The only writer of a topic's events during one attempt; used from one event loop.

    `seq` is the number of the last event made (`first_seq - 1` before the first) and `content` is all text in
    the events up to it: the two together are what a checkpoint of the row stores. Redis being away does not
    stop the work: events wait, up to a thousand of them, and followers fall back on the row.
    """

    def __init__(self, topic: str, attempt: int, publisher: Publisher, first_seq: int = 0) -> None:
        self.topic = topic
        self.attempt = attempt
        self.seq = first_seq - 1
        self._publisher = publisher
        self._made: list[str] = []
        self._waiting: list[str] = []
        self._unsent: list[Event] = []
        self._sending = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self._flushed_at = float("-inf")
        self._failed_at = float("-inf")

    @property
    def content(self) -> str:
        """All text of this attempt up to `seq`; text that still waits to be merged is not in it."""
        return "".join(self._made)

    def make(self, kind: str, data: dict[str, Any], final: bool = False) -> Event:
        """The next event, numbered, for the caller to store or announce; `flush` must have come before it."""
        if self._waiting:
            raise RuntimeError("text waits that belongs before this event: flush first")
        return self._number(kind, data, final)

    async def send(self, kind: str, data: dict[str, Any]) -> None:
        """Publish an event now, after any text that still waits."""
        async with self._sending:
            self._make_text()
            self._unsent.append(self._number(kind, data))
            await self._publish()

    async def text(self, delta: str) -> None:
        """Add text: the first piece leaves at once, what follows leaves together every 60 ms."""
        if not delta:
            return
        self._waiting.append(delta)
        if self._timer is not None and not self._timer.done():
            return
        if asyncio.get_running_loop().time() - self._flushed_at >= COALESCE_SECONDS:
            await self.flush()
        else:
            self._timer = asyncio.create_task(self._flush_later(), name=f"text of {self.topic}")

    async def flush(self) -> None:
        """Publish what waits; after it, `make` may be called."""
        async with self._sending:
            self._make_text()
            await self._publish()

    async def close(self) -> None:
        """Publish what waits and end the timer; nothing may be added afterwards."""
        await self.flush()
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)

    def _number(self, kind: str, data: dict[str, Any], final: bool = False) -> Event:
        self.seq += 1
        return Event(self.topic, Cursor(self.attempt, self.seq), kind, data, final=final)

    def _make_text(self) -> None:
        if self._waiting:
            self._flushed_at = asyncio.get_running_loop().time()
            text = "".join(self._waiting)
            self._waiting.clear()
            self._made.append(text)
            self._unsent.append(self._number(TEXT_APPENDED, {"text": text}))

    async def _flush_later(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._waiting:
            await asyncio.sleep(COALESCE_SECONDS - clock() % COALESCE_SECONDS)
            await self.flush()

    async def _publish(self) -> None:
        """Send what is unsent; when this fails or is cancelled, it is sent with the next event."""
        del self._unsent[:-MAX_UNSENT]
        clock = asyncio.get_running_loop().time
        if not self._unsent or clock() - self._failed_at < RETRY_SECONDS:
            return
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._publisher.publish(*self._unsent)
            self._unsent.clear()
        except (Unavailable, TimeoutError) as error:
            self._failed_at = clock()
            log.warning("events.unsent", topic=self.topic, num_events=len(self._unsent), reason=repr(error))
