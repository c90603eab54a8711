"""A gate before the object store through which bytes pass at once, or late."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from backend.local.server import LOOPBACK

PIECE = 64 * 1024


class Gate:
    """A port of its own that leads to another; `delay_seconds` holds every piece up on its way back."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self.delay_seconds = 0.0

    @property
    def address(self) -> str:
        assert self._server is not None, "it is open"
        return f"http://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass, LOOPBACK, 0)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind, ahead = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            writer.close()
            return
        there = asyncio.create_task(_carry(reader, ahead, lambda: 0.0))
        back = asyncio.create_task(_carry(behind, writer, lambda: self.delay_seconds))
        await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        for end in (writer, ahead):
            end.close()
        await asyncio.wait([there, back])


async def _carry(source: asyncio.StreamReader, to: asyncio.StreamWriter, delay: Callable[[], float]) -> None:
    with suppress(OSError):
        while data := await source.read(PIECE):
            await asyncio.sleep(delay())
            to.write(data)
            await to.drain()
