"""What one follower has been delivered and has not taken yet: bounded, and honest about what it lost."""

import asyncio
from collections import deque

from backend.events.envelope import Event

MAX_WAITING = 256


class Subscription:
    """A bounded queue with one reader. Once it overflows, or its connection was renewed, it has lagged: read
    the stream."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._has_lagged = False
        self._waiter: asyncio.Future[None] | None = None
        self._patient_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def deliver(self, event: Event) -> None:
        if len(self._events) >= MAX_WAITING:
            self.lag()
        self._events.append(event)
        self._wake()

    def lag(self) -> None:
        """Forget what waits: it is in the stream, with whatever else was missed."""
        self._events.clear()
        self._has_lagged = True
        self._wake()

    async def wait(self, seconds: float) -> None:
        """Return when something is there to take, or after so many seconds."""
        if self._events or self._has_lagged:
            return
        loop = asyncio.get_running_loop()
        self._patient_until = loop.time() + seconds
        # One timer serves many waits, most of which are short: to set one for each costs as much as the rest.
        if self._timer is None or self._timer.when() > self._patient_until:
            self._set_timer(loop)
        self._waiter = loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    async def take(self, seconds: float) -> Event | None:
        """The next event; None after it lagged or after `seconds` of silence."""
        await self.wait(seconds)
        event = self._events.popleft() if self._events and not self._has_lagged else None
        self._has_lagged = False
        return event

    async def take_all(self, seconds: float) -> list[Event] | None:
        """All that has arrived; nothing after `seconds` of silence; None after it lagged."""
        await self.wait(seconds)
        if self._has_lagged:
            self._has_lagged = False
            return None
        events = list(self._events)
        self._events.clear()
        return events

    def clear(self) -> None:
        """Forget what waits and that anything was missed, because all of it is still to be read."""
        self._events.clear()
        self._has_lagged = False

    def close(self) -> None:
        """Nobody will wait any more."""
        if self._timer is not None:
            self._timer.cancel()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _set_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        self.close()
        self._timer = loop.call_at(self._patient_until, self._look_at_the_clock, loop)

    def _look_at_the_clock(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        if self._waiter is None:
            return
        if loop.time() >= self._patient_until:
            self._wake()
        else:
            self._set_timer(loop)
