"""Every operation has its price before it runs: told, refused where it is too high, taken from a budget."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from backend.api import schema
from backend.settings import Settings
from backend.transport import cost
from tests.fixtures.served import Served, serving

EVENTS = 'subscription { messageEvents(messageId: "x") { __typename } }'
SEARCH = "query ($i: SearchInput!) { search(input: $i) { ... on SearchPayload { hits { score } } } }"
SEARCH_THIRTY = SEARCH.replace("!)", ' = {projectId: "x", query: "y", first: 30})')
UPLOADS = "mutation ($i: RequestUploadsInput!) { requestUploads(input: $i) { __typename } }"
PREVIEW = """
query ($i: PreviewRetrievalSettingsInput!) { previewRetrievalSettings(input: $i) { __typename } }
"""


def points(query: str, /, **variables: Any) -> int:
    document = parse(query)
    assert validate(schema._schema, document) == []
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return cost.price(schema._schema, document, operation).points(variables)


@pytest.mark.parametrize(
    ("query", "variables", "wanted"),
    [
        ("{ viewer { id name email } }", {}, 1),
        ("{ projects { totalCount } }", {}, 1),
        # The connection, and for each place in it the edge and the node.
        ("{ projects { edges { node { id } } } }", {}, 1 + 20 * 2),
        ("{ projects(first: 7) { edges { node { id } } } }", {}, 1 + 7 * 2),
        ("query ($n: Int!) { projects(first: $n) { edges { cursor } } }", {"n": 3}, 1 + 3),
        ("query ($n: Int! = 4) { projects(first: $n) { edges { cursor } } }", {}, 1 + 4),
        (
            "query ($n: Int!) { projects(first: $n) { edges { node { documents(first: $n) "
            "{ edges { cursor } } } } } }",
            {"n": 5},
            1 + 5 * (1 + 1 + (1 + 5)),
        ),
        (SEARCH, {"i": {"first": 30}}, 20 + 1 + 30),
        (SEARCH, {"i": {}}, 20 + 1 + 10),
        (SEARCH_THIRTY, {}, 20 + 1 + 30),
        (SEARCH_THIRTY, {"i": {"first": 3}}, 20 + 1 + 3),
        ("{ embeddingModels { name } }", {}, 10),
        (UPLOADS, {"i": {"files": [{}] * 30}}, 10 + 5 * 30 + 1),
        (
            UPLOADS.replace("$i)", "{projectId: 1, files: []})").replace("($i: RequestUploadsInput!)", ""),
            {},
            10 + 1,
        ),
        (PREVIEW, {"i": {"questions": [{}] * 3, "numFromFeedback": 2}}, 40 * 5 + 1),
        (PREVIEW, {"i": {}}, 1),
        ("{ ...F ...F } fragment F on Query { viewer { id } }", {}, 2),
        ("{ projects(first: 2) { ...P } } fragment P on ProjectConnection { edges { cursor } }", {}, 1 + 2),
        ("{ __schema { types { fields { args { name } } } } }", {}, 100),
        (EVENTS, {}, 10 + 1),
        ("mutation { stopMessage(input: {messageId: 1}) { __typename } }", {}, 10 + 1),
        ("mutation { sendMessage(input: {chatId: 1, content: 2}) { __typename } }", {}, 110 + 1),
    ],
)
def test_what_an_operation_costs(query: str, variables: dict[str, Any], wanted: int) -> None:
    query = query.replace("content: 2", 'content: "x"')
    assert points(query, **variables) == wanted


@pytest.mark.parametrize(
    ("value", "size"), [(1000, 100), (-5, 0), ("x", 10), (None, 10), (True, 10), (7.0, 7), (7.5, 10)]
)
def test_a_page_that_the_operation_will_refuse_has_a_price_all_the_same(value: Any, size: int) -> None:
    assert points(SEARCH, i={"first": value}) == 20 + 1 + size


def test_fragments_that_double_at_each_step_are_read_once() -> None:
    steps = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(50))
    assert points("{ ...F0 } " + steps + "fragment F50 on Query { viewer { id } }") == 2**50


def test_every_dear_field_is_one_of_the_schema() -> None:
    roots = [schema._schema.query_type, schema._schema.mutation_type]
    names = {name for root in roots if root for name in root.fields}
    assert {name for name in [*cost.DEAR, *cost.DEAR_ITEMS] if not name.startswith("__")} <= names


async def test_each_answer_tells_its_cost(standing: Served) -> None:
    response = await standing.post("{ projects { edges { node { id } } } }", person="cost-teller")
    told = response.json()["extensions"]["cost"]
    assert told == {"requested": 41, "budget": 100_000, "remaining": 99_959, "restoreRate": 2000.0}
    shown = {name: value for name, value in response.headers.items() if name.startswith("ratelimit")}
    assert shown == {"ratelimit-limit": "100000", "ratelimit-remaining": "99959", "ratelimit-reset": "1"}


async def test_what_is_too_expensive_is_refused_before_it_runs(standing: Served) -> None:
    query = "{ projects(first: 100) { edges { node { documents(first: 100) { edges { node { id } } } } } } }"
    (error,) = await standing.refused(query)
    assert error["extensions"] == {"code": "TOO_EXPENSIVE", "limit": 10_000, "found": 20_301}
    assert error["message"] == (
        "This operation costs 20301 points, and 10000 is the most: ask for smaller pages, or for less."
    )


async def test_a_price_beyond_all_numbers_is_refused_in_order(standing: Served) -> None:
    steps = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(100))
    query = "{ ...F0 } " + steps + "fragment F100 on Query { viewer { id } }"
    (error,) = await standing.refused(query)
    assert error["extensions"] == {"code": "TOO_EXPENSIVE", "limit": 10_000, "found": 2**53 - 1}


async def test_who_has_spent_it_all_is_told_when_to_come_back_and_others_go_on(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, budget_points=2, points_per_second=0.01) as served:
        for _ in range(2):
            assert (await served.post("{ viewer { id } }")).status_code == 200
        refused = await served.post("{ viewer { id } }")
        assert refused.status_code == 429
        (error,) = refused.json()["errors"]
        seconds = error["extensions"].pop("retryAfter")
        assert error["extensions"] == {"code": "RATE_LIMITED"}
        spent = {"requested": 1, "budget": 2, "remaining": 0, "restoreRate": 0.01}
        assert refused.json()["extensions"] == {"cost": spent}
        assert refused.headers["ratelimit-remaining"] == "0"
        assert 90 < seconds <= 100
        assert refused.headers["retry-after"] in error["message"]
        async with served.socket() as socket:
            await socket.subscribe("1", EVENTS)
            said = await socket.receive()
            assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
            await socket.send(type="ping")
            assert await socket.receive() == {"type": "pong"}
        assert (await served.post("{ viewer { id } }", person="bob")).status_code == 200


async def test_a_long_document_is_paid_for_before_it_is_read_also_if_nothing_comes_of_it(
    runtime_settings: Settings, issuer: Any
) -> None:
    async with serving(runtime_settings, issuer, budget_points=300, points_per_second=0.01) as served:
        for wanted in ((44, 256), (1, 255)):
            told = (await served.post("{ viewer { id } }" + " " * 1000)).json()["extensions"]["cost"]
            assert (told["requested"], told["remaining"]) == wanted
        broken = "{" + " " * 2400
        assert (await served.refused(broken))[0]["message"].startswith("Syntax Error")
        assert (await served.refused(broken))[0]["extensions"]["code"] == "RATE_LIMITED"
        headers = {**served.bearer("alice"), "accept": "text/event-stream"}
        stream = await served.http.post("/graphql", json={"query": broken}, headers=headers)
        assert stream.status_code == 429
        assert "retry-after" in stream.headers
        assert stream.json()["extensions"]["cost"]["remaining"] == 97
        async with served.socket() as socket:
            await socket.subscribe("1", broken)
            said = await socket.receive()
            assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")


async def test_an_address_that_fails_to_sign_in_too_often_is_held_up_and_its_people_are_not(
    runtime_settings: Settings, issuer: Any
) -> None:
    few = {"address_budget_points": 102, "address_points_per_second": 0.01}
    async with serving(runtime_settings, issuer, **few) as served:
        codes = [
            (await served.post("{ viewer { id } }", person="otk_guessed")).json()["errors"][0]["extensions"]
            for _ in range(4)
        ]
        assert [each["code"] for each in codes] == ["NOT_SIGNED_IN"] * 2 + ["RATE_LIMITED"] * 2
        late = await served.post("{ viewer { id } }", person="otk_guessed")
        assert (late.status_code, "retry-after" in late.headers) == (429, True)
        assert (await served.post("{ viewer { id } }")).status_code == 200
