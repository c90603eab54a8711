"""A model that costs nothing and stamps what it says: OpenAI's protocol over a bare socket.

Its answer is a row of stamps, one a token: the monotonic clock, in nanoseconds, at the moment the token was
written to the socket. All processes of a machine share that clock: whoever receives a token knows its age.
`PORT`, `THINK_SECONDS` (before the first token), `NUM_TOKENS` and `TOKENS_PER_SECOND` are its settings. Asked
to call a tool it calls none, at once. `/streams` tells of the others when each began, and when its client
closed it before its end, on the same clock.
"""

import asyncio
import base64
import os
import struct
import time
from dataclasses import dataclass
from typing import Any

import orjson

VERDICT = {"toxicity": False, "prompt_injection": False, "personal_data": False, "reason": ""}
USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
STREAMS: list[dict[str, int]] = []
"""`began_ns` of each stream, and `closed_ns` where its client closed it before its end."""
EVENT_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


@dataclass(frozen=True)
class Pace:
    """How the model speaks."""

    think_seconds: float
    num_tokens: int
    tokens_per_second: float


@dataclass(frozen=True)
class Connection:
    """One kept-alive connection, served request by request."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pace: Pace

    async def serve(self) -> None:
        try:
            while request := await self._read():
                await self._answer(*request)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the product closes the socket when it has had enough
        finally:
            self.writer.close()

    async def _read(self) -> tuple[str, dict[str, Any]]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        body = await self.reader.readexactly(int(fields.get("content-length", "0")))
        return head[0].split(" ")[1], orjson.loads(body or b"{}")

    async def _answer(self, path: str, body: dict[str, Any]) -> None:
        if path.endswith("/embeddings"):
            self._say(embeddings(body))
        elif body.get("stream"):
            await self._stream(is_asked_for_a_tool=body.get("tool_choice") == "required")
        elif "messages" in body:
            self._say(completion({"role": "assistant", "content": orjson.dumps(VERDICT).decode()}))
        else:
            self._say({"streams": STREAMS} if path == "/streams" else {"status": "ok"})
        await self.writer.drain()

    async def _stream(self, *, is_asked_for_a_tool: bool) -> None:
        self.writer.write(EVENT_STREAM)
        if is_asked_for_a_tool:
            self._chunk({}, "stop")
        else:
            await self._speak_while_heard()
        self._send(b"[DONE]")
        self.writer.write(b"0\r\n\r\n")

    async def _speak_while_heard(self) -> None:
        """A client sends nothing while it listens: what comes from it is the end of its connection."""
        stream = {"began_ns": time.monotonic_ns()}
        STREAMS.append(stream)
        speaking = asyncio.create_task(self._speak())
        hearing = asyncio.create_task(self.reader.read(1))
        await asyncio.wait([speaking, hearing], return_when=asyncio.FIRST_COMPLETED)
        is_closed = hearing.done()
        if is_closed:
            stream["closed_ns"] = time.monotonic_ns()
        for task in (speaking, hearing):
            task.cancel()
        await asyncio.wait([speaking, hearing])
        if is_closed:
            raise ConnectionResetError

    async def _speak(self) -> None:
        """The answer, token by token, each on time even when the one before was late."""
        await asyncio.sleep(self.pace.think_seconds)
        began = time.monotonic()
        for number in range(self.pace.num_tokens):
            await asyncio.sleep(began + number / self.pace.tokens_per_second - time.monotonic())
            self._chunk({"content": f"{time.monotonic_ns()} "})
        self._chunk({}, "stop")

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> None:
        usage = None if finish_reason is None else USAGE
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        said = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
        self._send(orjson.dumps({**said, "choices": [choice], "usage": usage}))

    def _send(self, data: bytes) -> None:
        line = b"data: " + data + b"\n\n"
        self.writer.write(b"%x\r\n%b\r\n" % (len(line), line))

    def _say(self, answer: dict[str, Any]) -> None:
        body = orjson.dumps(answer)
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)


def completion(message: dict[str, Any]) -> dict[str, Any]:
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    made = {"id": "1", "object": "chat.completion", "created": 1, "model": "bench"}
    return {**made, "choices": [choice], "usage": USAGE}


def embeddings(body: dict[str, Any]) -> dict[str, Any]:
    """The same direction for every text."""
    dimensions = int(body.get("dimensions") or 384)
    vector = base64.b64encode(struct.pack(f"<{dimensions}f", 1.0, *([0.0] * (dimensions - 1)))).decode()
    data = [
        {"object": "embedding", "index": index, "embedding": vector}
        for index in range(len(body["input"]) if isinstance(body["input"], list) else 1)
    ]
    return {"object": "list", "model": "bench", "data": data, "usage": USAGE}


async def main() -> None:
    env = os.environ
    pace = Pace(
        float(env.get("THINK_SECONDS", "0.2")),
        int(env.get("NUM_TOKENS", "20")),
        float(env.get("TOKENS_PER_SECOND", "50")),
    )

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Connection(reader, writer, pace).serve()

    server = await asyncio.start_server(connected, "127.0.0.1", int(env["PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
