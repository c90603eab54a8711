"""Work for a client ends when the client has left; nobody would read its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Receive

WATCHED_AFTER_SECONDS = 0.05
"""Most requests are answered sooner, and never cost a watch."""


class ClientLeft(Exception):
    """There is nobody to answer."""


async def departure(receive: Receive) -> None:
    """Return when the client has left; the body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        continue


@asynccontextmanager
async def unless_left(receive: Receive) -> AsyncIterator[None]:
    """Cancel the block when the client leaves, and raise ClientLeft. The body must have been read."""
    watch = _Watch(receive)
    timer = asyncio.get_running_loop().call_later(WATCHED_AFTER_SECONDS, watch.begin)
    try:
        yield
    except asyncio.CancelledError:
        if watch.has_left and watch.working.uncancel() == 0:
            raise ClientLeft from None
        raise
    finally:
        timer.cancel()
        watch.end()


class _Watch:
    """Waits beside the work for the client to leave."""

    def __init__(self, receive: Receive) -> None:
        current = asyncio.current_task()
        assert current is not None
        self.working = current
        self.has_left = False
        self._receive = receive
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.create_task(self._watch())

    def end(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _watch(self) -> None:
        await departure(self._receive)
        self.has_left = True
        self.working.cancel()
