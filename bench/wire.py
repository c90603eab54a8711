"""One kept-alive HTTP/1.1 connection that costs next to nothing, so that servers are measured and not it."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from urllib.parse import urlsplit


class Wire:
    """POSTs bodies one after another on one connection: `async with Wire(url) as wire`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> "Wire":
        await self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
        """A whole request as bytes, to be sent as often as wanted."""
        head = {
            "Host": f"{self._host}:{self._port}",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **headers,
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        return f"POST {path} HTTP/1.1\r\n{lines}\r\n".encode() + body

    async def send(self, request: bytes) -> bytes:
        """The body of a 200 with a Content-Length; raises RuntimeError with the answer otherwise."""
        if self._reader.at_eof():
            await (
                self._connect()
            )  # the server ends connections that were idle while the other side had its turn
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        body = await self._reader.readexactly(_length(head))
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"refused: {head.decode()}{body.decode()}")
        return body

    async def _connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise RuntimeError(f"no length: {head.decode()}")
