"""A small GraphQL client: queries over HTTP, subscriptions over graphql-transport-ws, resumed by cursor."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

JSON = dict[str, Any]
PROTOCOL = Subprotocol("graphql-transport-ws")
RECONNECTS = 10


class ApiError(Exception):
    """The API answered with an error, or not at all; the text is a sentence for a person."""


class Unreachable(ApiError):
    """The API did not answer: what was asked may or may not have been done."""


@dataclass(frozen=True, slots=True)
class Client:
    """One API and one token; `url` is the address of the API without `/graphql`.

    With `http`, which its caller closes, queries share connections: a thousand in a row need that.
    """

    url: str
    token: Callable[[], str]
    http: httpx.AsyncClient | None = None

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}

    async def execute(self, query: str, variables: JSON | None = None) -> JSON:
        """Run a query or mutation and return its data; raises ApiError with the first message."""
        body = {"query": query, "variables": variables or {}}
        try:
            if self.http is not None:
                answer = await self.http.post(f"{self.url}/graphql", json=body, headers=self.headers())
            else:
                async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
                    answer = await http.post(f"{self.url}/graphql", json=body, headers=self.headers())
        except httpx.HTTPError as error:
            raise Unreachable(f"The API at {self.url} does not answer. Is it running? ({error})") from error
        return data_of(answer)

    async def subscribe(self, query: str, variables: JSON) -> AsyncGenerator[JSON]:
        """Yield each event of a subscription's only field; after a drop it goes on from the last cursor.

        Raises ApiError when the connection does not come back. Close it (`aclosing`) when leaving early.
        """
        variables, tries = dict(variables), 0
        while tries < RECONNECTS:
            try:
                async with self.socket() as socket, aclosing(events_of(socket, query, variables)) as events:
                    async for event in events:
                        variables["after"], tries = event.get("cursor", variables.get("after")), 0
                        yield event
                    return
            except (ConnectionClosed, InvalidHandshake, OSError):
                await asyncio.sleep(min(0.2 * 2**tries, 5))
                tries += 1
        raise ApiError(f"The connection to the API at {self.url} was lost and does not come back.")

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[ClientConnection]:
        """An acknowledged graphql-transport-ws connection."""
        address = self.url.replace("http", "ws", 1) + "/graphql"
        async with connect(address, subprotocols=[PROTOCOL], proxy=None, max_size=None) as socket:
            await socket.send(orjson.dumps({"type": "connection_init", "payload": self.headers()}).decode())
            while orjson.loads(await socket.recv())["type"] != "connection_ack":
                continue
            yield socket


async def events_of(socket: ClientConnection, query: str, variables: JSON) -> AsyncGenerator[JSON]:
    """Subscribe on an open socket and yield what the subscription's only field carries."""
    ident = uuid4().hex
    payload = {"query": query, "variables": variables}
    await socket.send(orjson.dumps({"id": ident, "type": "subscribe", "payload": payload}).decode())
    async for text in socket:
        message = orjson.loads(text)
        match message["type"]:
            case "next":
                yield next(iter(raise_errors(message["payload"]).values()))
            case "error":
                raise_errors({"errors": message["payload"]})
            case "ping":
                await socket.send('{"type":"pong"}')
            case "complete":
                return
    raise ConnectionClosed(None, None)


def data_of(answer: httpx.Response) -> JSON:
    try:
        return raise_errors(orjson.loads(answer.content))
    except orjson.JSONDecodeError as error:
        raise ApiError(f"The API answered {answer.status_code} with something that is not JSON.") from error


def raise_errors(payload: JSON) -> JSON:
    if errors := payload.get("errors"):
        raise ApiError(errors[0]["message"])
    data: JSON = payload["data"]
    return data


def result_of(data: JSON) -> JSON:
    """The payload of a mutation's result union; its typed error, if it is one, becomes an ApiError."""
    result: JSON = next(iter(data.values()))
    if "message" in result and "code" in result:
        raise ApiError(result["message"])
    return result
