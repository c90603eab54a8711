"""Operations by name: kept once they were sent and valid, or listed by a manifest; no others if so said."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from backend.errors import Invalid
from backend.settings import Settings
from backend.transport import persisted
from backend.transport.persisted import digest_of
from tests.fixtures.served import Served, serving

VIEWER = "query Me { viewer { id } }"
PROJECTS = "{ projects { totalCount } }"


def named(query: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest_of(query)}}


async def send(served: Served, query: str | None, extensions: Any, **headers: str) -> httpx.Response:
    body = {"query": query, "extensions": extensions} if query else {"extensions": extensions}
    return await served.http.post("/graphql", json=body, headers={**served.bearer("alice"), **headers})


def code(response: httpx.Response) -> str | None:
    errors = response.json().get("errors")
    return errors[0]["extensions"]["code"] if errors else None


async def test_a_document_is_sent_once_and_named_from_then_on(served: Served) -> None:
    unknown = await send(served, None, named(VIEWER))
    assert (unknown.status_code, code(unknown)) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    sent = await send(served, VIEWER, named(VIEWER))
    by_name = await send(served, None, named(VIEWER))
    assert by_name.json()["data"] == sent.json()["data"]
    by_link = await served.http.get(
        "/graphql", params={"extensions": json.dumps(named(VIEWER))}, headers=served.bearer("alice")
    )
    assert by_link.json()["data"] == sent.json()["data"]


async def test_all_processes_know_it(runtime_settings: Settings, issuer: Any) -> None:
    async with serving(runtime_settings, issuer) as one, serving(runtime_settings, issuer) as other:
        await send(one, VIEWER, named(VIEWER))
        assert code(await send(other, None, named(VIEWER))) is None


async def test_only_documents_that_are_valid_and_paid_for_are_kept(
    runtime_settings: Settings, issuer: Any, redis_url: str
) -> None:
    async with serving(runtime_settings, issuer, budget_points=500, points_per_second=0.01) as served:
        await send(served, "{ nothing }", named("{ nothing }"))
        await send(served, PROJECTS, named(PROJECTS))
        async with Redis.from_url(redis_url) as redis:
            assert [key async for key in redis.scan_iter("opentrace:operation:*")] == []
        assert code(await send(served, None, named("{ nothing }"))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "asked", [{"version": 2, "sha256Hash": "x"}, {"version": 1}, {"version": 1, "sha256Hash": 7}, "x"]
)
async def test_a_name_that_is_none_is_refused(standing: Served, asked: Any) -> None:
    response = await send(standing, VIEWER, {"persistedQuery": asked})
    assert (response.status_code, code(response)) == (400, "PERSISTED_QUERY_MISMATCH")


async def test_a_document_under_anothers_name_is_refused_and_not_kept(standing: Served) -> None:
    query = "query Other { viewer { id } }"
    assert code(await send(standing, "{ __typename }", named(query))) == "PERSISTED_QUERY_MISMATCH"
    assert code(await send(standing, None, named(query))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    file = tmp_path / "manifest.json"
    operations = [{"id": "me", "name": "Me", "type": "query", "body": VIEWER}]
    file.write_text(json.dumps({"format": persisted.FORMAT, "version": 1, "operations": operations}))
    return file


@pytest.fixture
async def closed(runtime_settings: Settings, issuer: Any, manifest: Path) -> AsyncIterator[Served]:
    settings: dict[str, Any] = {"manifest_file": manifest, "only_listed_operations": True}
    async with serving(runtime_settings, issuer, **settings) as served:
        yield served


async def test_what_is_listed_runs_by_its_id_or_word_by_word(closed: Served) -> None:
    by_id = {"persistedQuery": {"version": 1, "sha256Hash": "me"}}
    for query, extensions in ((None, by_id), (VIEWER, by_id), (VIEWER, None), (VIEWER, named(VIEWER))):
        response = await send(closed, query, extensions)
        assert list(response.json()["data"]) == ["viewer"], (query, extensions)


async def test_a_document_under_the_id_of_another_is_refused(closed: Served) -> None:
    by_id = {"persistedQuery": {"version": 1, "sha256Hash": "me"}}
    assert code(await send(closed, PROJECTS, by_id)) == "PERSISTED_QUERY_MISMATCH"


async def test_nothing_else_runs_over_any_transport(closed: Served) -> None:
    for query in (PROJECTS, "{ __schema { types { name } } }", "{"):
        assert code(await send(closed, query, None)) == "OPERATION_NOT_LISTED"
        assert code(await send(closed, query, None, accept="text/event-stream")) == "OPERATION_NOT_LISTED"
    media = {"accept": "application/graphql-response+json"}
    assert (await send(closed, PROJECTS, None, **media)).status_code == 400
    async with closed.socket() as socket:
        await socket.subscribe("1", PROJECTS)
        said = await socket.receive()
        assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "OPERATION_NOT_LISTED")
        asked = {"version": 1, "sha256Hash": "me"}
        await socket.send(
            id="2", type="subscribe", payload={"query": "", "extensions": {"persistedQuery": asked}}
        )
        assert list((await socket.receive())["payload"]["data"]) == ["viewer"]


@pytest.mark.parametrize("content", ["", "[]", '{"format": "another", "version": 1, "operations": []}', None])
def test_a_manifest_that_is_none_stops_the_start(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "manifest.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Invalid, match="is no manifest of persisted operations"):
        persisted.read(file, is_closed=False)
    with pytest.raises(Invalid, match="no file lists them"):
        persisted.read(None, is_closed=True)
