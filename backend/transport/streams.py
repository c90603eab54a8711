"""An operation whose results leave one by one in the body of one answer, until it ends or its client left."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, aclosing
from typing import Any, TypeAlias

from starlette.types import Message, Receive, Scope, Send

from backend import metrics
from backend.transport.departures import departure
from backend.transport.errors import masked
from backend.transport.framing import Framing
from backend.transport.presence import End

Results: TypeAlias = AsyncGenerator[tuple[dict[str, Any], str | None], None]
"""Each result, with the cursor of its event if it is one."""
Join: TypeAlias = Callable[[End], Callable[[], None]]
"""Has the stream ended with its sender's access; what is returned says that it has ended by itself."""


class StreamedAnswer:
    """Takes a result when the one before has been sent: a slow client holds up its own source, no memory.

    The source is closed however the stream ends: at its end, at `max_age_seconds`, or when the client leaves,
    also one that has long stopped reading, or when its access ends.
    """

    def __init__(
        self,
        results: Callable[[], Results],
        framing: Framing,
        join: Join,
        place: AbstractContextManager[None],
        *,
        beat_seconds: float,
        max_age_seconds: float,
    ) -> None:
        self._results = results
        self._framing = framing
        self._join = join
        self._place = place
        self._beat_seconds = beat_seconds
        self._max_age_seconds = max_age_seconds
        self._sent_at = 0.0
        self._sending = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with metrics.connection("stream"), self._place:
            await self._answer(receive, send)

    async def _answer(self, receive: Receive, send: Send) -> None:
        await send(self._start())
        await self._say(send, self._framing.opening)
        carrying = asyncio.create_task(self._carry(send))
        is_over = asyncio.Event()
        over = asyncio.create_task(is_over.wait())
        leave = self._join(lambda _: is_over.set())
        beside = [asyncio.create_task(self._beat(send)), asyncio.create_task(departure(receive))]
        try:
            ended, _ = await asyncio.wait(
                (carrying, over, *beside), timeout=self._max_age_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            leave()
            await _cancelled(carrying, over, *beside)
        is_cut_off = not ended or over in ended
        if is_cut_off:
            await self._say(send, self._framing.aged)
        if is_cut_off or carrying in ended:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _carry(self, send: Send) -> None:
        framing = self._framing
        try:
            async with aclosing(self._results()) as results:
                async for result, cursor in results:
                    await self._say(send, framing.frame(result, cursor))
        except Exception as error:
            await self._say(send, framing.frame({"errors": [masked(error)]}, None))
        await self._say(send, framing.complete)

    async def _beat(self, send: Send) -> None:
        """Say something when nothing else was said for long, so that nobody on the way gives up the line."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(max(self._sent_at + self._beat_seconds - clock(), 0.001))
            if clock() - self._sent_at >= self._beat_seconds:
                await self._say(send, self._framing.heartbeat)

    async def _say(self, send: Send, body: bytes) -> None:
        async with self._sending:
            await send({"type": "http.response.body", "body": body, "more_body": True})
            self._sent_at = asyncio.get_running_loop().time()

    def _start(self) -> Message:
        headers = [
            (b"content-type", self._framing.content_type.encode()),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
        ]
        return {"type": "http.response.start", "status": 200, "headers": headers}


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel them and wait until they are through with what they do at their end."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
