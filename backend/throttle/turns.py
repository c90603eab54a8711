"""Whose turn it is to call a provider: this process's own order, and over it that of all processes."""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import structlog
from redis.asyncio import Redis

from backend.errors import Unavailable
from backend.throttle.share import HELD_SECONDS, Share

log = structlog.get_logger()

MAX_PAUSE_SECONDS = 600.0
"""A provider that wants more is asked again after it."""
PATIENCE_SECONDS = 60.0
"""Somebody who waits for an answer is told that it takes longer than this."""
KEEP_SECONDS = HELD_SECONDS / 3
_POLL_SECONDS = 0.02
_MAX_POLL_SECONDS = 0.25
_MAX_SPREAD_SECONDS = 10.0
_CLOSE_SECONDS = 2.0


@dataclass
class _Line:
    """One kind of call as this process knows it; times are the event loop's."""

    places: asyncio.Semaphore
    share: Share
    paused_until: float = float("-inf")


@dataclass
class Throttle:
    """Turns at one provider: `limit` calls of a kind at a time, over all processes of one Redis.

    `is_urgent`: somebody waits for this process's calls. They go first, also after a pause, and a quarter of
    the places is kept for them. While Redis does not answer, limit and pauses hold within each process.
    """

    redis: Redis
    provider: str
    limit: int
    is_urgent: bool
    _lines: dict[str, _Line] = field(init=False, default_factory=dict, repr=False)
    _errands: set[asyncio.Task[None]] = field(init=False, default_factory=set, repr=False)

    @asynccontextmanager
    async def turn(self, kind: str) -> AsyncIterator[None]:
        """Wait until a call of this kind may be made, and hold a place for as long as the block runs.

        Raises Unavailable, with the time that is left, to those who are urgent and would wait for more than
        a minute.
        """
        line = self._line(kind)
        token = uuid4().hex
        async with line.places:
            try:
                await self._enter(line, token)
            except BaseException:
                self._beside(line.share.leave_queue(token))
                raise
            keeping = self._keep_on(line.share, token)
            try:
                yield
            finally:
                keeping.cancel()
                self._beside(line.share.leave(token))

    async def pause(self, kind: str, seconds: float) -> None:
        """Let nobody make a call of this kind for so long (10 minutes at most); those under way go on."""
        seconds = min(seconds, MAX_PAUSE_SECONDS)
        line = self._line(kind)
        line.paused_until = max(line.paused_until, _now() + seconds)
        log.warning("provider.paused", kind=kind, seconds=round(seconds, 2))
        await line.share.pause(seconds)

    async def close(self) -> None:
        """Wait, but not for long, until all places are given back."""
        if self._errands:
            await asyncio.wait(self._errands, timeout=_CLOSE_SECONDS)

    def _line(self, kind: str) -> _Line:
        if kind not in self._lines:
            # The address may hold a key: its digest will do.
            name = hashlib.sha256(f"{self.provider}\0{kind}".encode()).hexdigest()[:16]
            self._lines[kind] = _Line(asyncio.Semaphore(self.limit), Share(self.redis, name))
        return self._lines[kind]

    async def _enter(self, line: _Line, token: str) -> None:
        cap = self.limit if self.is_urgent else self.limit - self.limit // 4
        while True:
            await self._sit_out(line)
            reply = await line.share.enter(token, cap=cap, rank=0 if self.is_urgent else 1)
            if reply is None or reply.is_in:
                return
            if reply.pause_seconds:
                line.paused_until = max(line.paused_until, _now() + reply.pause_seconds)
            else:
                await asyncio.sleep(_jittered(min(reply.place * _POLL_SECONDS, _MAX_POLL_SECONDS)))

    async def _sit_out(self, line: _Line) -> None:
        """Sleep through the pause, and a little longer: not all at once, and the urgent first."""
        while (left := line.paused_until - _now()) > 0:
            if self.is_urgent and left > PATIENCE_SECONDS:
                raise Unavailable(
                    "The model server has more to do than it can. Ask again later.",
                    retry_after=left,
                    code="MODEL_UNAVAILABLE",
                )
            await asyncio.sleep(left + self._spread(left))

    def _spread(self, pause: float) -> float:
        earliest, latest = (0.0, 0.1) if self.is_urgent else (0.1, 0.5)
        return min(pause, _MAX_SPREAD_SECONDS) * random.uniform(earliest, latest)

    def _keep_on(self, share: Share, token: str) -> "_Keeping":
        """Hold the place until told to stop; most calls end before it costs anything."""
        keeping = _Keeping()

        def keep() -> None:
            self._beside(share.keep(token))
            keeping.timer = loop.call_later(KEEP_SECONDS, keep)

        loop = asyncio.get_running_loop()
        keeping.timer = loop.call_later(KEEP_SECONDS, keep)
        return keeping

    def _beside(self, errand: Coroutine[Any, Any, None]) -> None:
        """Beside the work: nobody waits for it, and whoever is cancelled does it as well."""
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


@dataclass
class _Keeping:
    """A place that is held on."""

    timer: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _jittered(seconds: float) -> float:
    return seconds * random.uniform(0.5, 1.5)
