"""A stranger reads NotFound everywhere, nobody reads NotSignedIn, and neither changes or queues anything."""

from typing import Any

import pytest
from graphql import build_schema
from redis.asyncio import Redis as RedisClient

from backend.api import export_sdl
from db.engine import Database
from db.models import Table
from tests.fixtures import asking
from tests.fixtures.served import Served

FILES = 'files: [{name: "a.txt", contentType: "text/plain", size: 1, sha256: "' + "0" * 64 + '"}]'

# Every mutation with an input that its owner could send.
MUTATIONS = {
    "createProject": '{name: "Mine"}',
    "updateProject": '{projectId: "$project", name: "Taken"}',
    "deleteProject": '{projectId: "$project"}',
    "updateRetrievalSettings": '{projectId: "$project", numChunks: 9}',
    "changeEmbeddingModel": '{projectId: "$project", model: "all-MiniLM-L6-v2-256"}',
    "rollBackEmbeddingModel": '{projectId: "$project"}',
    "cancelEmbeddingModelChange": '{projectId: "$project"}',
    "requestUploads": '{projectId: "$project", ' + FILES + "}",
    "requestUploadParts": '{documentId: "$document"}',
    "confirmUpload": '{documentId: "$document"}',
    "addWebPage": '{projectId: "$project", url: "https://example.com/"}',
    "addWebSite": '{projectId: "$project", url: "https://example.com/"}',
    "recrawlWebSite": '{crawlId: "$crawl"}',
    "refreshWebPage": '{documentId: "$document"}',
    "cancelCrawl": '{crawlId: "$crawl"}',
    "retryDocument": '{documentId: "$document"}',
    "reingestDocument": '{documentId: "$document"}',
    "replaceDocument": '{documentId: "$document", '
    + FILES.replace("files: [", "file: ").replace("]", "")
    + "}",
    "renameDocument": '{documentId: "$document", name: "Taken"}',
    "cancelDocument": '{documentId: "$document"}',
    "deleteDocument": '{documentId: "$document"}',
    "createChat": '{projectId: "$project"}',
    "renameChat": '{chatId: "$chat", title: "Taken"}',
    "deleteChat": '{chatId: "$chat"}',
    "sendMessage": '{chatId: "$chat", content: "Hello?"}',
    "regenerateMessage": '{messageId: "$message"}',
    "selectMessage": '{messageId: "$message"}',
    "stopMessage": '{messageId: "$message"}',
    "rateMessage": '{messageId: "$message", positive: true}',
    "createApiKey": '{name: "mine", capabilities: [READ], projectIds: ["$project"]}',
    "rotateApiKey": '{apiKeyId: "$key"}',
    "revokeApiKey": '{apiKeyId: "$key"}',
}
OF_A_ROW = [name for name in MUTATIONS if name != "createProject"]


@pytest.fixture
async def ids(served: Served) -> dict[str, str]:
    """One of everything, all of them Alice's."""
    project = await asking.new_project(served)
    chat = await asking.new_chat(served, project)
    return {
        "project": project,
        "document": await asking.new_document(served, project),
        "crawl": await asking.new_crawl(served, project),
        "chat": chat,
        "message": await asking.new_answer(served, chat),
        "key": (await asking.new_key(served))["id"],
    }


def mutation(name: str, ids: dict[str, str]) -> str:
    text = MUTATIONS[name]
    for noun, id in ids.items():
        text = text.replace(f"${noun}", id)
    return f"mutation {{ {name}(input: {text}) {{ __typename ... on Error {{ code message }} }} }}"


async def everything(database: Database, redis_url: str) -> dict[str, Any]:
    """All rows of all tables but the users, and all keys of Redis but what each sender has left to spend."""
    found: dict[str, Any] = {}
    for table in Table.metadata.sorted_tables:
        if table.name != "users":
            query = f"SELECT t::text FROM opentrace.{table.name} t ORDER BY 1"
            found[table.name] = [row[0] for row in await database.pool.fetch(query)]
    async with RedisClient.from_url(redis_url) as redis:
        keys = [key for key in await redis.keys() if not key.startswith(b"opentrace:allowance:")]
        found["redis"] = {key: await redis.dump(key) for key in keys}
    return found


def test_the_matrix_knows_every_mutation() -> None:
    schema = build_schema(export_sdl())
    assert schema.mutation_type is not None
    assert set(schema.mutation_type.fields) == set(MUTATIONS)


async def test_a_strangers_mutations_find_nothing_and_change_nothing(
    served: Served, ids: dict[str, str], database: Database, redis_url: str
) -> None:
    before = await everything(database, redis_url)
    for name in OF_A_ROW:
        data = await served.ask(mutation(name, ids), person="mallory")
        assert (name, data[name]["__typename"]) == (name, "NotFoundError")
        assert data[name]["code"] == "NOT_FOUND"
    assert await everything(database, redis_url) == before


async def test_without_a_token_no_mutation_does_anything(
    served: Served, ids: dict[str, str], database: Database, redis_url: str
) -> None:
    before = await everything(database, redis_url)
    for name in MUTATIONS:
        data = await served.ask(mutation(name, ids), person=None)
        assert (name, data[name]["__typename"]) == (name, "NotSignedInError")
    assert await everything(database, redis_url) == before


async def test_ids_that_never_were_are_not_found_either(served: Served, ids: dict[str, str]) -> None:
    for name in OF_A_ROW:
        data = await served.ask(mutation(name, dict.fromkeys(ids, "nonsense")))
        assert (name, data[name]["__typename"]) == (name, "NotFoundError")


async def test_a_strangers_reads_find_nothing(served: Served, ids: dict[str, str]) -> None:
    for noun, id in ids.items():
        query = "query ($id: ID!) { node(id: $id) { id } }"
        assert await served.ask(query, {"id": id}, person="mallory") == {"node": None}
        assert await served.ask(query, {"id": id}) == {"node": {"id": id}}
        if noun not in ("message", "key"):
            query = f"query ($id: ID!) {{ {noun}(id: $id) {{ id }} }}"
            assert await served.ask(query, {"id": id}, person="mallory") == {noun: None}
            assert await served.ask(query, {"id": id}) == {noun: {"id": id}}
    assert await served.ask("{ projects { totalCount } }", person="mallory") == {
        "projects": {"totalCount": 0}
    }


async def test_a_stranger_neither_exports_a_chat_nor_looks_through_messages(
    served: Served, ids: dict[str, str]
) -> None:
    export = "query ($id: ID!) { exportChat(id: $id) { __typename } }"
    look = 'query ($id: ID!) { searchMessages(input: {projectId: $id, query: "x"}) { __typename } }'
    for query, id in ((export, ids["chat"]), (look, ids["project"])):
        (data,) = (await served.ask(query, {"id": id}, person="mallory")).values()
        assert data == {"__typename": "NotFoundError"}


async def test_a_strangers_search_finds_no_project(served: Served, ids: dict[str, str]) -> None:
    query = 'query ($id: ID!) { search(input: {projectId: $id, query: "x"}) { __typename } }'
    data = await served.ask(query, {"id": ids["project"]}, person="mallory")
    assert data == {"search": {"__typename": "NotFoundError"}}


@pytest.mark.parametrize("noun", ["document", "message", "project"])
async def test_a_stranger_follows_nothing(served: Served, ids: dict[str, str], noun: str) -> None:
    query = f"subscription ($id: ID!) {{ {noun}Events({noun}Id: $id) {{ __typename }} }}"
    async with served.socket("mallory") as socket:
        await socket.subscribe("1", query, id=ids[noun])
        said = await socket.receive()
        assert said["payload"]["data"] is None
        assert [error["extensions"]["code"] for error in said["payload"]["errors"]] == ["NOT_FOUND"]
        assert await socket.receive() == {"id": "1", "type": "complete"}


async def test_another_persons_user_is_not_shown(served: Served) -> None:
    alice = (await served.ask("{ viewer { id } }"))["viewer"]["id"]
    query = "query ($id: ID!) { node(id: $id) { id } }"
    assert await served.ask(query, {"id": alice}) == {"node": {"id": alice}}
    assert await served.ask(query, {"id": alice}, person="mallory") == {"node": None}


async def test_reading_without_a_token_says_so(served: Served) -> None:
    for query in ("{ viewer { id } }", "{ projects { totalCount } }", '{ node(id: "x") { id } }'):
        errors = await served.refused(query, person=None)
        assert [error["extensions"] for error in errors] == [{"code": "NOT_SIGNED_IN"}]
        assert errors[0]["message"] == "This needs an `Authorization: Bearer …` header."
