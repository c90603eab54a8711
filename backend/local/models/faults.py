"""Plays the failures that /control asks for, on the wire, where a real provider would fail."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.local.models.control import Controls, Fault, Mode
from backend.local.models.refusals import Refusal

Value = TypeVar("Value")


class Gone(Exception):
    """The client closed the connection before it had its answer."""


async def play(fault: Fault, request: Request, controls: Controls, *, stream: bool) -> Response | None:
    """The failed answer, or None when the request is to be served after all. Raises Gone."""
    if fault.mode is Mode.SLOW:
        await unless_gone(request, asyncio.sleep(fault.order.delay_seconds))
        return None
    if fault.mode is Mode.HANG:
        await unless_gone(request, controls.released.wait())
        return None
    if fault.mode is Mode.GARBAGE:
        return garbage(stream)
    if fault.mode is Mode.DROP:
        return Dropped()
    return refusal(fault)


def refusal(fault: Fault) -> Response:
    """429 or 500, with `Retry-After` where it was ordered."""
    seconds = fault.order.retry_after
    headers = {} if seconds is None else {"Retry-After": f"{seconds:g}"}
    if fault.mode is Mode.RATE_LIMITED:
        return Refusal("Rate limit reached.", status=429, code="rate_limit_exceeded").response(headers)
    return Refusal("The server had an error.", status=500).response(headers)


def garbage(stream: bool) -> Response:
    """Status 200 and a body that breaks off in mid-word."""
    if stream:
        return Response('data: {"choices": [{"del\n\n', media_type="text/event-stream")
    return Response('{"object": "list", "data": [{"emb', media_type="application/json")


class Dropped(Response):
    """An answer that promises a body and closes the connection instead."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"object"', "more_body": True})


async def unless_gone(request: Request, work: Awaitable[Value]) -> Value:
    """What the work gives; cancels it and raises Gone when the client closes first.

    The request's body must have been read.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(closed(request.receive))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Gone
        return task.result()
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def closed(receive: Receive) -> None:
    """Returns when the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass
