"""The rules of graphql-transport-ws that end a socket or free what it held, one by one, with their words."""

import asyncio
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from websockets.client import ClientProtocol
from websockets.uri import parse_uri

from backend.settings import Settings
from tests.fixtures.served import PROTOCOL, Served, Socket, serving
from tests.transport.test_sockets import EVENTS, INIT, closed, new_answer

QUERY = {"id": "1", "type": "subscribe", "payload": {"query": "{ __typename }"}}


@pytest.mark.parametrize(
    ("messages", "ending"),
    [
        ([INIT, INIT], (4429, "Too many initialisation requests")),
        ([QUERY], (4401, "Unauthorized")),
        (["nothing"], (4400, "WebSocket message must be valid JSON")),
        ([b"{}"], (4400, "WebSocket message type must be text")),
        ([{"payload": {}}], (4400, "A message must be an object with a type")),
        ([{"type": 1}], (4400, "A message must be an object with a type")),
        ([INIT, {"type": "connection_ack"}], (4400, "Unknown message type: connection_ack")),
        ([INIT, {"type": "next", "id": "1", "payload": {}}], (4400, "Unknown message type: next")),
        ([INIT, {"type": "error", "id": "1", "payload": []}], (4400, "A payload must be an object")),
        ([INIT, {"type": "ping", "payload": "x"}], (4400, "A payload must be an object")),
        ([INIT, {**QUERY, "id": ""}], (4400, "The message needs an id")),
        ([INIT, {**QUERY, "id": 1}], (4400, "The message needs an id")),
        ([INIT, {"type": "complete", "id": ""}], (4400, "The message needs an id")),
    ],
)
async def test_what_breaks_the_protocol_is_told_why(
    standing: Served, messages: Any, ending: tuple[int, str]
) -> None:
    assert await closed(standing, *messages) == ending


@pytest.mark.parametrize("more", [{"operationName": 1}, {"extensions": 1}, {"extensions": []}])
async def test_an_operations_parts_have_their_types(standing: Served, more: dict[str, Any]) -> None:
    message = {**QUERY, "payload": {"query": "{ __typename }", **more}}
    assert await closed(standing, INIT, message) == (4400, "The payload of subscribe must be an operation")


async def test_what_may_be_null_or_missing_may_be_either(standing: Served) -> None:
    empty = {"query": "{ __typename }", "variables": None, "operationName": None, "extensions": None}
    async with standing.raw_socket() as raw:
        socket = Socket(raw)
        await socket.send(type="connection_init")
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.send(id="1", type="subscribe", payload=empty)
        said = await socket.receive()
        assert (said["id"], said["type"]) == ("1", "next")
        assert said["payload"]["data"] == {"__typename": "Query"}
        assert await socket.receive() == {"id": "1", "type": "complete"}
        await socket.send(type="ping", payload=None)
        assert await socket.receive() == {"type": "pong"}


async def test_the_subprotocol_is_confirmed(standing: Served) -> None:
    async with standing.raw_socket() as raw:
        assert raw.subprotocol == "graphql-transport-ws"


async def test_an_id_in_use_is_named_as_the_socket_ends(standing: Served) -> None:
    answer = await new_answer(standing)
    one = {"id": "7", "type": "subscribe", "payload": {"query": EVENTS, "variables": {"id": answer}}}
    init = {**INIT, "payload": standing.bearer("alice")}
    assert await closed(standing, init, one, one) == (4409, "Subscriber for 7 already exists")


async def test_an_operation_that_failed_before_it_ran_is_not_completed_as_well(standing: Served) -> None:
    async with standing.socket() as socket:
        await socket.subscribe("1", "{ nothing }")
        assert (await socket.receive())["type"] == "error"
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_a_socket_that_is_never_initialised_is_ended(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer, socket_init_seconds=0.05) as served:
        assert await closed(served) == (4408, "Connection initialisation timeout")
        # The time is for the initialisation alone.
        async with served.socket() as socket:
            await asyncio.sleep(0.1)
            await socket.send(type="ping")
            assert await socket.receive() == {"type": "pong"}


async def test_a_client_that_ends_its_socket_normally_frees_what_it_followed(served: Served) -> None:
    answer = await new_answer(served)
    async with served.socket() as socket:
        await socket.subscribe("1", EVENTS, id=answer)
        await socket.receive()
        assert await channels(served) != []
        await socket.raw.close(1000)
    await until_nothing_is_followed(served)


async def test_a_peer_that_answers_no_ping_is_ended_with_all_it_followed(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, keep_alive_seconds=0.2) as served:
        answer = await new_answer(served)
        async with served.socket() as alive:
            silent = await Silent.connect(served, {"query": EVENTS, "variables": {"id": answer}})
            assert await channels(served) != []
            await silent.is_cut_off()
            await until_nothing_is_followed(served)
            await alive.send(type="ping")
            assert await alive.receive() == {"type": "pong"}


class Silent:
    """A client that subscribes and then answers nothing any more, although its line stands."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls, served: Served, operation: Any) -> "Silent":
        address = urlsplit(served.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        protocol = ClientProtocol(parse_uri(f"ws://{address.netloc}/graphql"), subprotocols=[PROTOCOL])
        protocol.send_request(protocol.connect())
        writer.write(b"".join(protocol.data_to_send()))
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        for message in (
            {"type": "connection_init", "payload": served.bearer("alice")},
            {"id": "1", "type": "subscribe", "payload": operation},
        ):
            protocol.send_text(orjson.dumps(message))
        writer.write(b"".join(protocol.data_to_send()))
        await reader.readuntil(b"MessageSnapshot")
        return cls(reader, writer)

    async def is_cut_off(self) -> None:
        async with asyncio.timeout(10):
            with suppress(ConnectionResetError):
                await self._reader.read()
        self._writer.close()


async def channels(served: Served) -> list[Any]:
    found: list[Any] = await served.runtime.redis.pubsub_channels("*message*")
    return found


async def until_nothing_is_followed(served: Served) -> None:
    async with asyncio.timeout(10):
        while await channels(served):  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
