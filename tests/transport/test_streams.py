"""Subscriptions over HTTP: server-sent events and multipart, word by word, and how they end."""

import asyncio
import re
from collections.abc import Callable
from contextlib import aclosing, nullcontext
from typing import Any

import httpx
import pytest

from backend.cli.client import Client
from backend.schema import nodes
from backend.settings import Settings
from backend.transport.framing import SSE as SSE_FRAMES
from backend.transport.presence import End
from backend.transport.streams import Results, StreamedAnswer
from tests.fixtures import asking, streams
from tests.fixtures.served import Served, serving
from tests.fixtures.streams import APOLLO, SSE, Way, by_multipart, by_sse

EVENTS = """
subscription ($id: ID!, $after: String) {
  messageEvents(messageId: $id, after: $after) { __typename ... on Event { cursor } }
}
"""
STOP = "mutation ($id: ID!) { stopMessage(input: {messageId: $id}) { __typename } }"


async def new_answer(served: Served) -> str:
    return await asking.new_answer(served, await asking.new_chat(served, await asking.new_project(served)))


def client_of(served: Served) -> Client:
    return Client(served.url, lambda: served.bearer("alice")["Authorization"].removeprefix("Bearer "))


COST = re.compile(r',"extensions":\{"cost":\{"requested":\d+,[^}]*\}\}')


async def text_of(served: Served, query: str, accept: str, **variables: Any) -> tuple[httpx.Response, str]:
    """The response and its text, without the cost that the first result tells."""
    async with streams.streaming(client_of(served), query, variables, accept=accept) as response:
        text = (await response.aread()).decode()
    assert len(COST.findall(text)) <= 1
    return response, COST.sub("", text)


async def test_server_sent_events_name_their_cursors_and_their_end(standing: Served) -> None:
    answer = await new_answer(standing)
    await standing.ask(STOP, {"id": answer})
    response, text = await text_of(standing, EVENTS, SSE, id=answer)
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    start, *events = text.split("\n\n")
    assert (start, events[-2:]) == (":", ["event: complete\ndata:", ""])
    assert [event.split("\n") for event in events[:-2]] == [
        [
            "event: next",
            "id: 1-0",
            f'data: {{"data":{{"messageEvents":{{"__typename":"{name}","cursor":"1-0"}}}}}}',
        ]
        for name in ("MessageSnapshot", "MessageStopped")
    ]


async def test_multipart_parts_end_with_their_boundary(standing: Served) -> None:
    answer = await new_answer(standing)
    await standing.ask(STOP, {"id": answer})
    response, text = await text_of(standing, EVENTS, APOLLO, id=answer, after="0-0")
    assert response.headers["content-type"] == 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"'
    data = '{"data":{"messageEvents":{"__typename":"MessageStopped","cursor":"1-0"}}}'
    assert text == (
        f'\r\n--graphql\r\ncontent-type: application/json\r\n\r\n{{"payload":{data}}}\r\n--graphql--\r\n'
    )


async def test_the_last_event_id_counts_before_the_variable(standing: Served) -> None:
    answer = await new_answer(standing)
    await standing.ask(STOP, {"id": answer})
    async with aclosing(by_sse(client_of(standing), EVENTS, {"id": answer, "after": None}, "0-0")) as events:
        assert [event["__typename"] async for event in events] == ["MessageStopped"]


@pytest.mark.parametrize("accept", [SSE, APOLLO])
@pytest.mark.parametrize(("query", "code"), [("{ nothing }", None), ("{", None), (EVENTS, "NOT_FOUND")])
async def test_an_operation_that_cannot_run_says_so_and_ends(
    standing: Served, accept: str, query: str, code: str | None
) -> None:
    response, text = await text_of(standing, query, accept, id="x")
    assert response.status_code == 200
    assert text.count('"errors":[{"message"') == 1
    assert text.count(f'"code":"{code}"') == (code is not None)
    assert text.endswith("event: complete\ndata:\n\n" if accept == SSE else "--graphql--\r\n")


async def test_queries_may_be_streamed_and_links_change_nothing(standing: Served) -> None:
    _, text = await text_of(standing, "{ __typename }", SSE)
    assert 'data: {"data":{"__typename":"Query"}}' in text
    parameters = {"query": "mutation { __typename }"}
    link = await standing.http.get("/graphql", params=parameters, headers={"accept": SSE})
    assert '"data":{' not in link.text
    assert '"Mutation"' not in link.text
    assert '"code":"METHOD_NOT_ALLOWED"' in link.text


async def test_a_request_that_is_none_keeps_its_status(standing: Served) -> None:
    response = await standing.http.post("/graphql", content=b"{", headers={"accept": SSE})
    assert (response.status_code, response.headers["content-type"]) == (
        415,
        "application/json; charset=utf-8",
    )


async def test_a_subscription_that_accepts_no_stream_is_told_how(standing: Served) -> None:
    response = await standing.post(EVENTS, {"id": "x"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "SUBSCRIPTION_OVER_HTTP"}
    assert "text/event-stream" in response.json()["errors"][0]["message"]


async def test_something_is_said_on_a_quiet_stream(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer, keep_alive_seconds=0.05) as served:
        variables = {"id": await new_answer(served)}
        client = client_of(served)
        async with (
            streams.streaming(client, EVENTS, variables, accept=SSE) as response,
            aclosing(streams.sse_of(response)) as events,
        ):
            assert [(await anext(events))[0] for _ in range(4)] == ["beat", "next", "beat", "beat"]
        async with (
            streams.streaming(client, EVENTS, variables, accept=APOLLO) as response,
            aclosing(streams.parts_of(response)) as parts,
        ):
            first = await anext(parts)
            assert first["payload"]["data"]["messageEvents"]["__typename"] == "MessageSnapshot"
            assert [await anext(parts) for _ in range(2)] == [{}, {}]


async def test_a_stream_ends_at_its_age_in_a_way_that_clients_retry(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, socket_max_age_seconds=0.3) as served:
        answer = await new_answer(served)
        with pytest.raises(httpx.RemoteProtocolError, match="ended before its operation"):
            async with aclosing(by_sse(client_of(served), EVENTS, {"id": answer}, None)) as events:
                assert [event["__typename"] async for event in events] == ["MessageSnapshot"]
        _, text = await text_of(served, EVENTS, APOLLO, id=answer)
        assert '"payload":null,"errors":[{"message":"Maximum age reached; connect again."' in text
        assert text.endswith("\r\n--graphql--\r\n")


@pytest.mark.parametrize("way", [by_sse, by_multipart])
async def test_what_a_client_followed_is_let_go_when_it_leaves(served: Served, way: Way) -> None:
    answer = await new_answer(served)
    async with aclosing(way(client_of(served), EVENTS, {"id": answer}, None)) as events:
        assert (await anext(events))["__typename"] == "MessageSnapshot"
        assert await followed(served, answer)
    async with asyncio.timeout(10):
        while await followed(served, answer):  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)


async def followed(served: Served, answer: str) -> list[Any]:
    """The answer's channels to which anybody listens."""
    channels: list[Any] = await served.runtime.redis.pubsub_channels(f"*{nodes.parse(answer)[1]}*")
    return channels


async def test_a_client_that_reads_no_more_holds_up_its_source_and_lets_it_go_when_it_leaves() -> None:
    taken, closed = 0, asyncio.Event()
    stuck, left = asyncio.Event(), asyncio.Event()

    async def results() -> Results:
        nonlocal taken
        try:
            while True:
                taken += 1
                yield {"data": taken}, None
        finally:
            closed.set()

    async def send(message: Any) -> None:
        if b"data" in message.get("body", b""):
            stuck.set()
            await asyncio.Event().wait()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    def join(_: End) -> Callable[[], None]:
        """Nobody's access ends here."""
        return lambda: None

    place = nullcontext()
    answer = StreamedAnswer(results, SSE_FRAMES, join, place, beat_seconds=0.001, max_age_seconds=60)
    answering = asyncio.create_task(answer({"type": "http"}, receive, send))
    await stuck.wait()
    assert (taken, closed.is_set()) == (1, False)
    left.set()
    await answering
    assert (taken, closed.is_set()) == (1, True)
