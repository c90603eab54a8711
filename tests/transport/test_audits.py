"""The suites of others that the transport stands up to."""

import json
from pathlib import Path

import pytest

from tests.fixtures import asking
from tests.fixtures.served import Served
from tests.fixtures.suites import run


async def test_all_audits_of_graphql_over_http_pass(served: Served, suites: Path) -> None:
    audits = await run("node", "audits.mjs", f"{served.url}/graphql")
    assert len(audits) == 61
    assert [audit for audit in audits if audit["status"] != "ok"] == []


STOP = "mutation ($id: ID!) { stopMessage(input: {messageId: $id}) { __typename } }"
EVENTS = """subscription ($id: ID!) { messageEvents(messageId: $id) {
    __typename ... on Event { attempt } ... on MessageStopped { message { status } } } }"""


async def new_answer(served: Served, *, project: str = "Lighthouse") -> str:
    owner = await asking.new_project(served, name=project)
    return await asking.new_answer(served, await asking.new_chat(served, owner))


@pytest.mark.parametrize(("script", "protocol"), [("sockets.mjs", "ws"), ("events.mjs", "http")])
async def test_the_clients_of_graphql_ws_and_graphql_sse_follow_an_answer_to_its_end(
    served: Served, suites: Path, script: str, protocol: str
) -> None:
    answer = await new_answer(served)
    await served.ask(STOP, {"id": answer})
    address = served.url.replace("http", protocol) + "/graphql"
    signed = json.dumps(served.bearer("alice"))
    results = await run("node", script, address, signed, EVENTS, json.dumps({"id": answer}))
    assert [result["data"]["messageEvents"]["__typename"] for result in results[:-1]] == [
        "MessageSnapshot",
        "MessageStopped",
    ]
    assert results[-1] == "complete"


async def test_apollo_client_pages_changes_and_follows_by_multipart_and_by_socket(
    served: Served, suites: Path
) -> None:
    await asking.new_project(served, name="Harbour")
    answer = await new_answer(served, project="Lighthouse")
    given = json.dumps({"answer": answer})
    results = await run(
        "node", "apollo.mjs", f"{served.url}/graphql", json.dumps(served.bearer("alice")), given
    )
    assert results == [
        {"projects": ["Lighthouse", "Harbour"]},
        {"mutation": "MessagePayload"},
        {"events": ["MessageSnapshot", "MessageStopped"]},
        {"events": ["MessageSnapshot", "MessageStopped"]},
    ]


@pytest.mark.parametrize(
    ("method", "requests"),
    [
        ("POST", ["POST name", "POST document", "POST name"]),
        ("GET", ["GET name", "POST document", "GET name"]),
    ],
)
async def test_apollos_persisted_query_link_sends_a_document_once(
    served: Served, suites: Path, method: str, requests: list[str]
) -> None:
    await asking.new_project(served, name="Lighthouse")
    bearer = json.dumps(served.bearer("alice"))
    said = await run("node", "persisted.mjs", f"{served.url}/graphql", bearer, method)
    assert said == [{"projects": ["Lighthouse"]}, {"projects": ["Lighthouse"]}, {"requests": requests}]
