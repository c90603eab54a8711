"""The baseline of a streamed token: one bare ASGI send for each, at a chat model's pace, and nothing else."""

import asyncio
import os
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn

Send = Callable[[dict[str, Any]], Awaitable[None]]
TOKENS_PER_SECOND = float(os.environ.get("TOKENS_PER_SECOND", "50"))
HEAD = '{"id":"0123456789abcdef0123456789abcdef","type":"next","payload":{"data":{"messageEvents":'
BODY = '{"__typename":"TextAppended","cursor":"1-17","at":"2026-01-01T00:00:00+00:00","text":"'


async def app(scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Send) -> None:
    await receive()
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
        return
    await send({"type": "websocket.accept"})
    speaking = asyncio.create_task(speak(send))
    await receive()
    speaking.cancel()


async def speak(send: Send) -> None:
    # Models do not keep step with one another: each socket has a beat of its own.
    began, number = time.monotonic() + random.random() / TOKENS_PER_SECOND, 0
    while True:
        await asyncio.sleep(began + number / TOKENS_PER_SECOND - time.monotonic())
        number += 1
        text = f'{HEAD}{BODY}{time.monotonic_ns()} "}}}}}}}}'
        await send({"type": "websocket.send", "text": text})


if __name__ == "__main__":
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        access_log=False,
        log_level="warning",
        lifespan="off",
    )
