"""GraphQL over HTTP: what is refused before it runs, how, and that it is never a 500."""

import asyncio
from typing import Any

import pytest

from backend.settings import Settings
from backend.transport.departures import WATCHED_AFTER_SECONDS, ClientLeft, unless_left
from tests.fixtures.served import Served, serving

GRAPHQL = "application/graphql-response+json"
JSON = {"content-type": "application/json"}


async def status_and_code(served: Served, **request: Any) -> tuple[int, str]:
    response = await served.http.request("POST", "/graphql", **request)
    return response.status_code, response.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b'"text"', b"3", b"null", b"[]", b'[{"query": "{__typename}"}]', b"[" * 100_000],
)
async def test_a_body_that_is_no_request_is_a_400(standing: Served, body: bytes) -> None:
    assert await status_and_code(standing, content=body, headers=JSON) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    "request_body",
    [
        {},
        {"query": 3},
        {"query": ""},
        {"query": "{__typename}", "variables": []},
        {"query": "{__typename}", "variables": "{}"},
        {"query": "{__typename}", "operationName": 1},
        {"query": "{__typename}", "extensions": "x"},
    ],
)
async def test_parameters_of_the_wrong_type_are_a_400(standing: Served, request_body: Any) -> None:
    assert await status_and_code(standing, json=request_body) == (400, "BAD_REQUEST")


async def test_a_document_that_is_nested_too_deeply_is_refused(standing: Served) -> None:
    response = await standing.http.post(
        "/graphql", json={"query": "{a" * 900 + "}" * 900}, headers={"accept": GRAPHQL}
    )
    assert response.status_code == 400
    assert "data" not in response.json()


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/json; charset=latin1",
        "",
    ],
)
async def test_other_media_types_are_a_415(standing: Served, content_type: str) -> None:
    body = b'{"query": "{__typename}"}'
    request = {"content": body, "headers": {"content-type": content_type}}
    assert await status_and_code(standing, **request) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_what_cannot_be_accepted_is_a_406(standing: Served) -> None:
    request = {"json": {"query": "{__typename}"}, "headers": {"accept": "text/csv"}}
    assert await status_and_code(standing, **request) == (406, "NOT_ACCEPTABLE")


async def test_a_link_cannot_change_anything(standing: Served) -> None:
    query = 'mutation { createProject(input: {name: "By link"}) { __typename } }'
    bearer = standing.bearer("linker")
    response = await standing.http.get("/graphql", params={"query": query}, headers=bearer)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert await standing.ask("{ projects { totalCount } }", person="linker") == {
        "projects": {"totalCount": 0}
    }


async def test_a_link_can_read(standing: Served) -> None:
    response = await standing.http.get("/graphql", params={"query": "{ __typename }"})
    assert (response.status_code, response.json()["data"]) == (200, {"__typename": "Query"})


async def test_other_methods_are_a_405(standing: Served) -> None:
    response = await standing.http.put("/graphql", json={"query": "{__typename}"})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


async def test_a_subscription_over_http_is_told_where_to_go(standing: Served) -> None:
    query = 'subscription { messageEvents(messageId: "x") { __typename } }'
    assert await status_and_code(standing, json={"query": query}) == (400, "SUBSCRIPTION_OVER_HTTP")


async def test_an_answer_comes_in_the_media_type_that_is_liked_best(standing: Served) -> None:
    for accept, expected in (
        ("*/*", "application/json"),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, application/json;q=0.9", GRAPHQL),
        (f"{GRAPHQL};q=0.5, application/json", "application/json"),
        ("application/*", "application/json"),
    ):
        response = await standing.http.post(
            "/graphql", json={"query": "{__typename}"}, headers={"accept": accept}
        )
        assert response.headers["content-type"] == f"{expected}; charset=utf-8", accept


async def test_a_body_over_the_limit_is_a_413_also_without_a_length(
    runtime_settings: Settings, issuer: Any
) -> None:
    async def parts() -> Any:
        for _ in range(20):
            yield b" " * 100

    async with serving(runtime_settings, issuer, max_body_bytes=1000) as served:
        fits = b'{"query": "{__typename}"}'.ljust(1000)
        assert (await served.http.post("/graphql", content=fits, headers=JSON)).status_code == 200
        for body in (fits + b" ", parts()):
            assert await status_and_code(served, content=body, headers=JSON) == (413, "TOO_LARGE")


async def test_what_takes_too_long_is_given_up_and_said(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer, request_timeout_seconds=0.000001) as served:
        response = await served.post("{ viewer { id } }")
        assert response.status_code == 504
        assert response.json()["errors"][0]["extensions"] == {"code": "TIMEOUT"}


async def test_only_listed_origins_may_read_answers(standing: Served) -> None:
    for origin, allowed in (
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://evil.example", None),
    ):
        response = await standing.http.post(
            "/graphql", json={"query": "{__typename}"}, headers={"origin": origin}
        )
        assert response.headers.get("access-control-allow-origin") == allowed
        assert "access-control-allow-credentials" not in response.headers


async def test_work_for_a_client_that_left_is_cancelled() -> None:
    left = asyncio.Event()
    ended = asyncio.Event()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def work() -> None:
        try:
            async with unless_left(receive):
                left.set()
                await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(ClientLeft):
        await work()
    assert ended.is_set()


async def test_work_whose_client_stays_is_left_alone_and_stays_cancellable() -> None:
    async def receive() -> Any:
        await asyncio.Event().wait()

    async with unless_left(receive):
        await asyncio.sleep(2 * WATCHED_AFTER_SECONDS)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2 * WATCHED_AFTER_SECONDS), unless_left(receive):
            await asyncio.Event().wait()
