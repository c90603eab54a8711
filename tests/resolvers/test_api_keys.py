"""API keys over the wire: what each opens, what it hides, and how it ends."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.schema import nodes
from db.engine import Database
from db.models import Usage, UsageKind
from tests.db import seed
from tests.fixtures import asking
from tests.fixtures.served import Served

PROJECTS = "{ projects { edges { node { name } } } }"
PROJECT = "query ($id: ID!) { project(id: $id) { name } }"
KEYS = "{ viewer { apiKeys { totalCount edges { node { id name isActive revokedAt lastUsedAt } } } } }"
SPENT = "{ viewer { apiKeys { edges { node { budgetSpentUsd } } } } }"
LOG = "{ viewer { auditLog { edges { node { act subjectId apiKeyId details { name value } } } } } }"
ROTATE = """
mutation ($id: ID!, $overlap: Int!) {
  rotateApiKey(input: {apiKeyId: $id, overlapSeconds: $overlap}) {
    __typename
    ... on NewApiKeyPayload { secret apiKey { id name capabilities expiresAt } }
    ... on Error { code field }
  }
}
"""
REVOKE = """
mutation ($id: ID!) {
  revokeApiKey(input: {apiKeyId: $id}) {
    __typename
    ... on RevokeApiKeyPayload { apiKey { isActive revokedAt } }
    ... on Error { code }
  }
}
"""
SEARCH = """
query ($project: ID!) {
  search(input: {projectId: $project, query: "lamp"}) { __typename ... on Error { code message } }
}
"""
VISIBLE = """
{
  __schema { types { name } queryType { fields { name } } mutationType { fields { name } } }
  __type(name: "User") { fields { name } }
}
"""


def names(said: Any) -> list[str]:
    return [edge["node"]["name"] for edge in said["projects"]["edges"]]


async def codes(served: Served, query: str, variables: Any = None, *, person: str) -> list[str]:
    return [error["extensions"]["code"] for error in await served.refused(query, variables, person=person)]


async def test_a_key_acts_for_its_person_within_its_projects_alone(served: Served) -> None:
    lamps, boats = [await asking.new_project(served, name=name) for name in ("Lamps", "Boats")]
    narrow = (await asking.new_key(served, "READ", projectIds=[lamps]))["secret"]
    wide = (await asking.new_key(served, "READ"))["secret"]
    assert names(await served.ask(PROJECTS, person=narrow)) == ["Lamps"]
    assert names(await served.ask(PROJECTS, person=wide)) == ["Boats", "Lamps"]
    assert await served.ask(PROJECT, {"id": lamps}, person=narrow) == {"project": {"name": "Lamps"}}
    assert await served.ask(PROJECT, {"id": boats}, person=narrow) == {"project": None}
    document = await asking.new_document(served, boats)
    for id in (boats, document):
        query = "query ($id: ID!) { node(id: $id) { id } }"
        assert await served.ask(query, {"id": id}, person=narrow) == {"node": None}
        assert await served.ask(query, {"id": id}, person=wide) == {"node": {"id": id}}


async def test_a_key_does_what_its_capabilities_open_and_nothing_else(served: Served) -> None:
    project = await asking.new_project(served)
    reader = (await asking.new_key(served, "READ"))["secret"]
    asker = (await asking.new_key(served, "ASK"))["secret"]
    data = await served.ask(asking.CREATE_CHAT, {"project": project}, person=reader)
    assert data["createChat"] == {
        "__typename": "NotAllowedError",
        "code": "NOT_ALLOWED",
        "message": "This API key may not do this; it needs the capability ASK.",
        "field": None,
    }
    data = await served.ask(asking.CREATE_CHAT, {"project": project}, person=asker)
    chat = data["createChat"]["chat"]["id"]
    assert await codes(served, PROJECTS, person=asker) == ["NOT_ALLOWED"]
    way_round = "query ($id: ID!) { chat(id: $id) { project { documents { totalCount } } } }"
    assert await codes(served, way_round, {"id": chat}, person=asker) == ["NOT_ALLOWED"]


async def test_a_key_makes_no_keys_and_sees_none(served: Served) -> None:
    everything = await asking.new_key(served, "READ", "SEARCH", "ASK", "WRITE_DOCUMENTS", "MANAGE_PROJECTS")
    secret, id = everything["secret"], everything["id"]
    wish = {"input": {"name": "x", "capabilities": ["READ"]}}
    for query, variables in (
        (asking.CREATE_KEY, wish),
        (ROTATE, {"id": id, "overlap": 0}),
        (REVOKE, {"id": id}),
    ):
        (data,) = (await served.ask(query, variables, person=secret)).values()
        assert data["__typename"] == "NotAllowedError"
    for query in (KEYS, LOG):
        assert await codes(served, query, person=secret) == ["NOT_ALLOWED"]
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert await served.ask(query, {"id": id}, person=secret) == {"node": None}
    assert await served.ask(query, {"id": id}) == {"node": {"id": id}}


async def test_introspection_shows_a_key_what_it_may_use(served: Served) -> None:
    searcher = (await asking.new_key(served, "SEARCH"))["secret"]
    seen = await served.ask(VISIBLE, person=searcher)
    assert [field["name"] for field in seen["__schema"]["queryType"]["fields"]] == [
        *("viewer", "embeddingModels", "search", "previewRetrievalSettings")
    ]
    assert seen["__schema"]["mutationType"] is None
    types = {type_["name"] for type_ in seen["__schema"]["types"]}
    assert "SearchResult" in types
    assert not types & {"ApiKey", "AuditEntry", "Chat", "CreateProjectInput", "Subscription", "MessageEvent"}
    assert not {field["name"] for field in seen["__type"]["fields"]} & {"apiKeys", "auditLog"}
    whole = await served.ask(VISIBLE)
    assert "ApiKey" in {type_["name"] for type_ in whole["__schema"]["types"]}
    assert "apiKeys" in {field["name"] for field in whole["__type"]["fields"]}


async def test_a_key_bound_to_projects_makes_none(served: Served) -> None:
    project = await asking.new_project(served)
    bound = (await asking.new_key(served, "MANAGE_PROJECTS", projectIds=[project]))["secret"]
    free = (await asking.new_key(served, "MANAGE_PROJECTS"))["secret"]
    data = await served.ask(asking.CREATE_PROJECT, {"name": "New"}, person=bound)
    assert data["createProject"]["__typename"] == "NotAllowedError"
    data = await served.ask(asking.CREATE_PROJECT, {"name": "New"}, person=free)
    assert data["createProject"]["__typename"] == "CreateProjectPayload"


async def test_a_key_for_anothers_project_is_not_made(served: Served) -> None:
    project = await asking.new_project(served)
    wish = {"name": "x", "capabilities": ["READ"], "projectIds": [project]}
    data = await served.ask(asking.CREATE_KEY, {"input": wish}, person="mallory")
    assert data["createApiKey"]["__typename"] == "NotFoundError"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": " "}, "name"),
        ({"capabilities": []}, "capabilities"),
        ({"projectIds": []}, "projectIds"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"budgetUsd": "0"}, "budgetUsd"),
        ({"budgetUsd": "NaN"}, "budgetUsd"),
    ],
)
async def test_a_wish_that_is_none_is_refused(standing: Served, wish: dict[str, Any], field: str) -> None:
    wish = {"name": "x", "capabilities": ["READ"], **wish}
    data = (await standing.ask(asking.CREATE_KEY, {"input": wish}))["createApiKey"]
    assert (data["code"], data["field"]) == ("INVALID", field)


async def test_a_revoked_key_is_refused_at_once(served: Served) -> None:
    key = await asking.new_key(served)
    assert (await served.ask(PROJECTS, person=key["secret"]))["projects"]
    data = (await served.ask(REVOKE, {"id": key["id"]}))["revokeApiKey"]
    assert data["apiKey"]["isActive"] is False
    assert await served.ask(REVOKE, {"id": key["id"]}) == {"revokeApiKey": data}
    assert await is_refused(served, key["secret"])


async def is_refused(served: Served, secret: str) -> bool:
    """Whether the key shows nothing any more, and soon signs nobody in."""
    async with asyncio.timeout(10):
        while True:
            body = (await served.post(PROJECTS, person=secret)).json()
            if "errors" in body:
                return [error["extensions"]["code"] for error in body["errors"]] == ["NOT_SIGNED_IN"]
            assert names(body["data"]) == []


async def test_a_key_ends_by_itself(served: Served, database: Database) -> None:
    key = await asking.new_key(served, expiresAt=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert (await served.ask(PROJECTS, person=key["secret"]))["projects"]
    await database.pool.execute("UPDATE opentrace.api_keys SET expires_at = now()")
    assert await is_refused(served, key["secret"])


async def test_rotation_overlaps_and_then_only_the_successor_holds(
    served: Served, database: Database
) -> None:
    project = await asking.new_project(served)
    old = await asking.new_key(served, "READ", projectIds=[project])
    data = (await served.ask(ROTATE, {"id": old["id"], "overlap": 60}))["rotateApiKey"]
    new = data["secret"]
    assert data["apiKey"]["capabilities"] == ["READ"]
    assert data["apiKey"]["expiresAt"] is None
    for secret in (old["secret"], new):
        assert names(await served.ask(PROJECTS, person=secret)) == ["Lighthouse"]
    await database.pool.execute(
        "UPDATE opentrace.api_keys SET expires_at = now() WHERE expires_at IS NOT NULL"
    )
    assert await is_refused(served, old["secret"])
    assert names(await served.ask(PROJECTS, person=new)) == ["Lighthouse"]
    again = (await served.ask(ROTATE, {"id": old["id"], "overlap": 60}))["rotateApiKey"]
    assert again == {"__typename": "ConflictError", "code": "API_KEY_ENDED", "field": None}


async def test_what_a_key_asks_for_is_counted_as_the_keys(served: Served, database: Database) -> None:
    project = await asking.new_project(served)
    key = await asking.new_key(served, "SEARCH", "READ")
    await served.ask(SEARCH, {"project": project}, person=key["secret"])
    await served.ask(SEARCH, {"project": project})
    noted = await database.pool.fetch("SELECT api_key_id FROM opentrace.usage")
    assert {row[0] for row in noted} == {nodes.parse(key["id"])[1], None}
    query = "query ($id: ID!) { node(id: $id) { ... on ApiKey { usage { numCalls } } } }"
    assert await served.ask(query, {"id": key["id"]}) == {"node": {"usage": {"numCalls": 1}}}


async def test_work_that_a_key_asked_for_is_paid_by_it_later(served: Served, database: Database) -> None:
    project = await asking.new_project(served)
    chat = await asking.new_chat(served, project)
    key = await asking.new_key(served, "ASK", "WRITE_DOCUMENTS")
    data = await served.ask(asking.SEND, {"chat": chat, "content": "Hm?"}, person=key["secret"])
    files = {"project": project, "files": [asking.FILE]}
    await served.ask(asking.REQUEST_UPLOADS, files, person=key["secret"])
    message = nodes.parse(data["sendMessage"]["answer"]["id"])[1]
    user_id, document = await database.pool.fetchrow("SELECT uploaded_by, id FROM opentrace.documents")
    rows = [
        Usage(user_id=user_id, kind=UsageKind.CHAT, model="m", message_id=message),
        Usage(user_id=user_id, kind=UsageKind.EMBEDDING, model="m", document_id=document),
        Usage(user_id=user_id, kind=UsageKind.CHAT, model="m"),
    ]
    await seed.add(database, *rows)
    noted = await database.pool.fetch("SELECT api_key_id FROM opentrace.usage")
    key_id = nodes.parse(key["id"])[1]
    assert sorted(str(row[0]) for row in noted) == sorted([str(key_id), str(key_id), "None"])


async def test_a_spent_budget_stops_the_key_and_its_successor(served: Served, database: Database) -> None:
    project = await asking.new_project(served)
    key = await asking.new_key(served, "SEARCH", "READ", budgetUsd="0.50")
    row_id, user_id = await database.pool.fetchrow("SELECT id, user_id FROM opentrace.api_keys")
    successor = (await served.ask(ROTATE, {"id": key["id"], "overlap": 60}))["rotateApiKey"]["secret"]
    spend = "INSERT INTO opentrace.usage (id, user_id, attempt, kind, model, num_input_tokens,"
    spend += " num_output_tokens, cost_usd, created_at)"
    spend += " VALUES (gen_random_uuid(), $1, 0, 'CHAT', 'm', 0, 0, $2, now())"
    for cost, said in (("0.49", "SearchPayload"), ("0.01", "QuotaExceededError")):
        async with database.pool.acquire() as connection, connection.transaction():
            await connection.execute("SELECT set_config('opentrace.key', $1, true)", str(row_id))
            await connection.execute(spend, user_id, Decimal(cost))
        for secret in (key["secret"], successor):
            async with asyncio.timeout(10):
                while True:
                    found = (await served.ask(SEARCH, {"project": project}, person=secret))["search"]
                    if found["__typename"] == said:
                        break
    assert found["code"] == "BUDGET_EXHAUSTED"
    assert names(await served.ask(PROJECTS, person=successor)) == ["Lighthouse"]
    listed = (await served.ask(SPENT))["viewer"]["apiKeys"]["edges"]
    assert [edge["node"]["budgetSpentUsd"] for edge in listed] == ["0.50", "0.50"]


async def test_the_last_use_is_written_down_and_the_first_is_logged(served: Served) -> None:
    key = await asking.new_key(served)
    assert key["lastUsedAt"] is None
    for _ in range(3):
        await served.ask(PROJECTS, person=key["secret"])
    (edge,) = (await served.ask(KEYS))["viewer"]["apiKeys"]["edges"]
    assert edge["node"]["lastUsedAt"] is not None
    await served.ask(REVOKE, {"id": key["id"]})
    entries = [edge["node"] for edge in (await served.ask(LOG))["viewer"]["auditLog"]["edges"]]
    assert [(entry["act"], entry["subjectId"], entry["apiKeyId"]) for entry in entries] == [
        ("API_KEY_REVOKED", key["id"], None),
        ("API_KEY_FIRST_USED", key["id"], key["id"]),
        ("API_KEY_CREATED", key["id"], None),
    ]
    assert {"name": "capabilities", "value": "READ"} in entries[-1]["details"]


async def test_a_key_is_taken_in_connection_init(served: Served) -> None:
    await asking.new_project(served)
    key = await asking.new_key(served)
    async with served.socket(key["secret"]) as socket:
        await socket.subscribe("1", PROJECTS)
        assert names((await socket.receive())["payload"]["data"]) == ["Lighthouse"]


async def test_no_secret_is_kept_anywhere(served: Served, database: Database) -> None:
    secret = (await asking.new_key(served))["secret"]
    await served.ask(PROJECTS, person=secret)
    for table in ("api_keys", "audit_log"):
        rows = await database.pool.fetch(f"SELECT t::text FROM opentrace.{table} t")
        assert rows
        assert [row[0] for row in rows if secret[8:] in row[0]] == []
