"""How the results of one operation follow each other in the body of an answer.

Server-sent events as graphql-sse speaks them ("distinct connections"), and multipart/mixed as Apollo does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

EVENTS = "text/event-stream"
MULTIPART = "multipart/mixed"

AGED = {"message": "Maximum age reached; connect again.", "extensions": {"code": "CONNECT_AGAIN"}}


@dataclass(frozen=True)
class Framing:
    """One format. `frame` takes a result and, where it has one, the cursor to go on from."""

    content_type: str
    opening: bytes
    heartbeat: bytes
    complete: bytes
    aged: bytes
    """Ends a stream that is to be opened again, in the way that makes clients do it."""
    frame: Callable[[dict[str, Any], str | None], bytes]


def _event(result: dict[str, Any], cursor: str | None) -> bytes:
    id = b"" if cursor is None else b"id: " + cursor.encode() + b"\n"
    return b"event: next\n" + id + b"data: " + orjson.dumps(result) + b"\n\n"


def _part(body: bytes) -> bytes:
    """The boundary comes right behind the part: a client takes the part when it sees its end."""
    return b"\r\ncontent-type: application/json\r\n\r\n" + body + b"\r\n--graphql"


SSE = Framing(
    content_type=f"{EVENTS}; charset=utf-8",
    opening=b":\n\n",
    heartbeat=b":\n\n",
    complete=b"event: complete\ndata:\n\n",
    aged=b"",
    frame=_event,
)
APOLLO = Framing(
    content_type=f'{MULTIPART};boundary="graphql";subscriptionSpec="1.0"',
    opening=b"\r\n--graphql",
    heartbeat=_part(b"{}"),
    complete=b"--\r\n",
    aged=_part(orjson.dumps({"payload": None, "errors": [AGED]})) + b"--\r\n",
    frame=lambda result, _: _part(orjson.dumps({"payload": result})),
)


def wanted(accept: str | None) -> Framing | None:
    """The framing that the header asks for by name; clients that can take one result ask for neither."""
    for part in (accept or "").split(","):
        media, *parameters = [piece.strip().lower().replace('"', "") for piece in part.split(";")]
        if media == EVENTS:
            return SSE
        if media == MULTIPART and "subscriptionspec=1.0" in parameters:
            return APOLLO
    return None
