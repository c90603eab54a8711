"""Streams a completion as server-sent events at the ordered pace, and notices a client that hangs up."""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from backend.local.models.completion import Completion
from backend.local.models.control import Controls, Endpoint
from backend.local.models.faults import closed

_HEADERS = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
DROPPED_AFTER = 3


@dataclass(frozen=True)
class Stream:
    """An ASGI answer. `dropped`: the connection breaks after the third piece, as if the server had died."""

    completion: Completion
    controls: Controls
    with_usage: bool
    dropped: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends all, or stops at once when the client closes, and counts which of them it was."""
        writing = asyncio.create_task(self._write(send))
        gone = asyncio.create_task(closed(receive))
        try:
            await asyncio.wait({writing, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not writing.done():
                self.controls.counts[Endpoint.CHAT].num_closed_by_client += 1
        finally:
            for task in (writing, gone):
                task.cancel()
            await asyncio.gather(writing, gone, return_exceptions=True)
        if not writing.cancelled():
            writing.result()

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await event(send, self.completion.first())
        for place, chunk in enumerate(self.completion.middle()):
            if self.dropped and place == DROPPED_AFTER:
                return
            await self._pause()
            await event(send, chunk)
            self.controls.counts[Endpoint.CHAT].num_tokens_sent += 1
        for chunk in self.completion.last(with_usage=self.with_usage):
            await event(send, chunk)
        await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})

    async def _pause(self) -> None:
        pace = self.controls.tokens_per_second
        await asyncio.sleep(1 / pace if pace else 0)


async def event(send: Send, chunk: dict[str, Any]) -> None:
    body = b"data: " + orjson.dumps(chunk) + b"\n\n"
    await send({"type": "http.response.body", "body": body, "more_body": True})
