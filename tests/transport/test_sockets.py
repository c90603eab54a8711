"""graphql-transport-ws, word by word: what opens a socket, what ends it, and what does not."""

from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.settings import Settings
from backend.transport import sockets
from backend.transport.limits import MAX_SOURCE_CHARACTERS
from tests.fixtures import asking
from tests.fixtures.served import Served, Socket, serving

EVENTS = """
subscription ($id: ID!, $after: String) {
  messageEvents(messageId: $id, after: $after) {
    __typename
    ... on Event { cursor attempt }
    ... on MessageSnapshot { message { status content citations { id } } }
    ... on MessageStopped { message { status } }
  }
}
"""
STOP = "mutation ($id: ID!) { stopMessage(input: {messageId: $id}) { __typename } }"


async def new_answer(served: Served) -> str:
    return await asking.new_answer(served, await asking.new_chat(served, await asking.new_project(served)))


async def closed(served: Served, *messages: Any, **headers: str) -> tuple[int, str]:
    """Code and reason with which the server ends a socket that says `messages`."""
    async with served.raw_socket(**headers) as raw:
        for message in messages:
            await (raw.send(message) if isinstance(message, str | bytes) else Socket(raw).send(**message))
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                await Socket(raw).receive()
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code, caught.value.rcvd.reason


INIT = {"type": "connection_init"}


async def test_a_token_in_connection_init_signs_in(standing: Served) -> None:
    async with standing.socket() as socket:
        await socket.subscribe("1", "{ viewer { id } }")
        body = await socket.receive()
        assert body["payload"]["data"]["viewer"]["id"]
        assert await socket.receive() == {"id": "1", "type": "complete"}


async def test_a_token_in_the_handshake_signs_in(standing: Served) -> None:
    async with standing.socket(person=None, **standing.bearer("alice")) as socket:
        await socket.subscribe("1", "{ viewer { id } }")
        assert (await socket.receive())["payload"]["data"]["viewer"]["id"]


async def test_without_a_token_the_operation_says_what_is_missing(standing: Served) -> None:
    async with standing.socket(person=None) as socket:
        await socket.subscribe("1", "{ __typename viewer { id } }")
        (error,) = (await socket.receive())["payload"]["errors"]
        assert error["extensions"] == {"code": "NOT_SIGNED_IN"}


async def test_a_token_that_does_not_hold_ends_the_socket_with_its_reason(standing: Served) -> None:
    bad = {"type": "connection_init", "payload": {"authorization": "Bearer x.y.z"}}
    code, reason = await closed(standing, bad)
    assert code == 4403
    assert reason


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        (["{"], 4400),
        ([b"{}"], 4400),
        (["[]"], 4400),
        (["3"], 4400),
        ([{"type": "connection_init", "payload": "x"}], 4400),
        ([{"type": "connection_init", "payload": []}], 4400),
        ([INIT, INIT], 4429),
        ([{"type": "subscribe", "id": "1", "payload": {"query": "{__typename}"}}], 4401),
        ([INIT, {"type": "subscribe", "payload": {"query": "{__typename}"}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {}}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": None}], 4400),
        ([INIT, {"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": 1}}], 4400),
        ([INIT, {"type": "complete"}], 4400),
        ([INIT, {"type": "shout"}], 4400),
    ],
)
async def test_a_breach_of_the_protocol_ends_the_socket(standing: Served, messages: Any, code: int) -> None:
    assert (await closed(standing, *messages))[0] == code


async def test_a_document_that_cannot_be_read_ends_its_operation_and_nothing_else(standing: Served) -> None:
    async with standing.socket() as socket:
        for id, query in (("1", "{"), ("2", "{ nothing }"), ("3", "fragment F on Query { __typename }")):
            await socket.subscribe(id, query)
            said = await socket.receive()
            assert (said["id"], said["type"], len(said["payload"])) == (id, "error", 1)
        await socket.subscribe("1", "{ __typename }")
        assert (await socket.receive())["payload"]["data"] == {"__typename": "Query"}


async def test_pings_are_answered(standing: Served) -> None:
    async with standing.socket() as socket:
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_what_needs_no_answer_gets_none(standing: Served) -> None:
    async with standing.socket() as socket:
        await socket.send(type="pong")
        await socket.send(type="pong", payload={"any": "thing"})
        await socket.send(type="complete", id="never begun")
        await socket.send(type="ping", payload={"any": "thing"})
        assert await socket.receive() == {"type": "pong"}


async def test_pings_are_answered_before_the_socket_is_acknowledged(standing: Served) -> None:
    async with standing.raw_socket() as raw:
        await Socket(raw).send(type="ping")
        assert await Socket(raw).receive() == {"type": "pong"}


async def test_nothing_follows_once_the_client_has_completed_and_the_id_is_free(standing: Served) -> None:
    answer = await new_answer(standing)
    async with standing.socket() as socket:
        await socket.subscribe("1", EVENTS, id=answer)
        assert (await socket.receive())["type"] == "next"
        await socket.send(type="complete", id="1")
        await socket.subscribe("1", "{ __typename }")
        await standing.ask(STOP, {"id": answer})
        assert (await socket.receive())["payload"]["data"] == {"__typename": "Query"}
        assert await socket.receive() == {"id": "1", "type": "complete"}
        await socket.send(type="ping")
        assert await socket.receive() == {"type": "pong"}


async def test_many_operations_share_a_socket_and_each_ends_by_itself(standing: Served) -> None:
    answer = await new_answer(standing)
    async with standing.socket() as socket:
        await socket.subscribe("events", EVENTS, id=answer)
        assert (await socket.receive())["id"] == "events"
        await socket.subscribe("query", "{ __typename }")
        assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
        await socket.subscribe("stop", STOP, id=answer)
        said = [await socket.receive() for _ in range(4)]
        assert sorted((message["id"], message["type"]) for message in said) == [
            ("events", "complete"),
            ("events", "next"),
            ("stop", "complete"),
            ("stop", "next"),
        ]


async def test_an_id_in_use_ends_the_socket(standing: Served) -> None:
    answer = await new_answer(standing)
    async with standing.socket() as socket:
        for _ in range(2):
            await socket.subscribe("1", EVENTS, id=answer)
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                await socket.receive()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4409


async def test_only_listed_origins_open_sockets_from_browsers(standing: Served) -> None:
    async with standing.socket(Origin="http://localhost:3000"):
        pass
    with pytest.raises(InvalidStatus) as caught:
        async with standing.raw_socket(Origin="http://evil.example"):
            pass
    assert caught.value.response.status_code == 403


async def test_the_legacy_protocol_is_not_spoken(standing: Served) -> None:
    from websockets.asyncio.client import connect

    address = standing.url.replace("http", "ws") + "/graphql"
    legacy: Any = "graphql-ws"
    with pytest.raises(ConnectionClosed) as caught:
        async with connect(address, subprotocols=[legacy], proxy=None) as raw:
            await raw.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4406


async def test_a_socket_ends_at_its_age_with_a_code_that_clients_retry(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, socket_max_age_seconds=1) as served:
        answer = await new_answer(served)
        async with served.socket() as socket:
            await socket.subscribe("1", EVENTS, id=answer)
            first = await socket.receive()
            with pytest.raises(ConnectionClosed) as caught:
                await socket.receive()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 4403
        async with served.socket() as socket:
            cursor = first["payload"]["data"]["messageEvents"]["cursor"]
            await socket.subscribe("1", EVENTS, id=answer, after=cursor)
            await served.ask(STOP, {"id": answer})
            event = (await socket.receive())["payload"]["data"]["messageEvents"]
            assert event["__typename"] == "MessageStopped"


async def test_what_a_socket_does_not_even_begin_says_why_and_the_others_go_on(
    standing: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "MAX_OPERATIONS", 1)
    answer = await new_answer(standing)
    async with standing.socket() as socket:
        await socket.subscribe("1", "{ __typename }" + " " * MAX_SOURCE_CHARACTERS)
        said = await socket.receive()
        assert (said["type"], said["payload"][0]["extensions"]) == ("error", {"code": "TOO_LARGE"})
        await socket.subscribe("1", EVENTS, id=answer)
        assert (await socket.receive())["type"] == "next"
        await socket.subscribe("2", "{ __typename }")
        said = await socket.receive()
        assert (said["id"], said["payload"][0]["extensions"]) == ("2", {"code": "TOO_MANY_OPEN"})
        assert said["payload"][0]["message"] == "The most operations that one socket takes at once is 1."
        await socket.send(type="complete", id="1")
        await socket.subscribe("2", "{ __typename }")
        assert (await socket.receive())["payload"]["data"] == {"__typename": "Query"}
