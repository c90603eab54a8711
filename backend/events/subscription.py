"""What one follower has been delivered and has not taken yet: bounded, and honest about what it lost."""

import asyncio
from collections import deque
from contextlib import suppress

from backend.events.envelope import Event

MAX_WAITING = 256


class Subscription:
    """A bounded queue. Once it overflows, or its connection was renewed, it has lagged: read the stream."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._has_lagged = False
        self._arrived = asyncio.Event()

    def deliver(self, event: Event) -> None:
        if len(self._events) >= MAX_WAITING:
            self.lag()
        self._events.append(event)
        self._arrived.set()

    def lag(self) -> None:
        """Forget what waits: it is in the stream, with whatever else was missed."""
        self._events.clear()
        self._has_lagged = True
        self._arrived.set()

    async def wait(self, seconds: float) -> None:
        """Return when something is there to take, or after so many seconds."""
        if not self._arrived.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()

    async def take(self, seconds: float) -> Event | None:
        """The next event; None after it lagged or after `seconds` of silence."""
        await self.wait(seconds)
        event = self._events.popleft() if self._events and not self._has_lagged else None
        self._has_lagged = False
        self._settle()
        return event

    async def take_all(self, seconds: float) -> list[Event] | None:
        """All that has arrived; nothing after `seconds` of silence; None after it lagged."""
        await self.wait(seconds)
        if self._has_lagged:
            self._has_lagged = False
            self._settle()
            return None
        events = list(self._events)
        self._events.clear()
        self._settle()
        return events

    def clear(self) -> None:
        """Forget what waits and that anything was missed, because all of it is still to be read."""
        self._events.clear()
        self._has_lagged = False
        self._settle()

    def _settle(self) -> None:
        if not self._events:
            self._arrived.clear()
