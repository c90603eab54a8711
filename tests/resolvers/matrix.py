"""The rights matrix: a row for every root field, everybody who may come, and what each may be told."""

from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type
from websockets.exceptions import ConnectionClosed

from backend import api
from backend.api import export_sdl
from backend.policy import Needs
from backend.transport import introspection
from db.models import Capability
from tests.fixtures import asking
from tests.fixtures.served import Served
from tests.resolvers.test_rights import MUTATIONS

QUERIES = {
    "viewer": "",
    "node": '(id: "$project")',
    "project": '(id: "$project")',
    "projects": "",
    "embeddingModels": "",
    "document": '(id: "$document")',
    "crawl": '(id: "$crawl")',
    "chat": '(id: "$chat")',
    "exportChat": '(id: "$chat")',
    "searchMessages": '(input: {projectId: "$project", query: "x"})',
    "search": '(input: {projectId: "$project", query: "x"})',
    "previewRetrievalSettings": '(input: {projectId: "$project", questions: [{text: "x"}]})',
}
SUBSCRIPTIONS = {
    "documentEvents": '(documentId: "$document")',
    "projectEvents": '(projectId: "$project")',
    "messageEvents": '(messageId: "$message")',
}
NOBODYS = {"viewer", "projects", "embeddingModels", "createProject"}
"""Fields of no row of somebody's: everybody who is signed in has an own answer."""
OPTIONAL_IDS = {
    "SearchFilterInput.documentIds",
    "CreateApiKeyInput.projectIds",
    "PreviewQuestionInput.relevantIds",
}
REFUSALS = {"NOT_SIGNED_IN", "NOT_ALLOWED", "NOT_FOUND"}
SCHEMA = build_schema(export_sdl())
ROOTS: dict[str, dict[str, str]] = {
    "query": QUERIES,
    "mutation": {name: f"(input: {text})" for name, text in MUTATIONS.items()},
    "subscription": SUBSCRIPTIONS,
}
UNIONS = {
    name
    for root in (SCHEMA.query_type, SCHEMA.mutation_type)
    if root is not None
    for name, field in root.fields.items()
    if get_named_type(field.type).name.endswith("Result")
}
CELLS = [(kind, name) for kind, row in ROOTS.items() for name in row]
NARROW = frozenset({Capability.READ})


@dataclass(frozen=True)
class Cast:
    """Alice's things, and everybody who comes for them."""

    ids: dict[str, str]
    people: dict[str, str | None]


@pytest.fixture
async def cast(served: Served) -> Cast:
    project = await asking.new_project(served)
    chat = await asking.new_chat(served, project)
    elsewhere = await asking.new_project(served, name="Elsewhere")
    ids = {
        "project": project,
        "document": await asking.new_document(served, project),
        "crawl": await asking.new_crawl(served, project),
        "chat": chat,
        "message": await asking.new_answer(served, chat),
        "key": (await asking.new_key(served))["id"],
    }
    narrow = await asking.new_key(served, *NARROW, projectIds=[elsewhere])
    revoked = await asking.new_key(served, *Capability)
    await served.ask(f'mutation {{ revokeApiKey(input: {{apiKeyId: "{revoked["id"]}"}}) {{ __typename }} }}')
    people = {
        "nobody": None,
        "stranger": "mallory",
        "narrow key": narrow["secret"],
        "expired token": served.issuer.issue(subject="user_alice", ttl_seconds=-60),
        "revoked key": revoked["secret"],
        "owner": "alice",
    }
    return Cast(ids, people)


def operation(kind: str, name: str, ids: dict[str, str]) -> str:
    text = ROOTS[kind][name]
    for noun, id in ids.items():
        text = text.replace(f"${noun}", id)
    below = "__typename ... on Error { code }" if name in UNIONS else "__typename"
    return f"{kind} {{ {name}{text} {{ {below} }} }}"


async def said(served: Served, kind: str, query: str, person: str | None) -> str:
    """What came of it in a word: the code of a refusal, else the type of the answer, or `null`."""
    if kind == "subscription":
        return await said_first(served, query, person)
    return word_of((await served.post(query, person=person)).json())


async def said_first(served: Served, query: str, person: str | None) -> str:
    try:
        async with served.socket(person) as socket:
            await socket.subscribe("1", query)
            return word_of((await socket.receive())["payload"])
    except (ConnectionClosed, AssertionError) as closed:
        # A credential that does not hold opens no socket at all.
        code = getattr(getattr(closed, "rcvd", None), "code", None)
        assert code == 4403, closed
        return "NOT_SIGNED_IN"


def word_of(body: Any) -> str:
    if isinstance(body, list):  # an operation that never began on a socket
        body = {"errors": body}
    if body.get("errors"):
        return str(body["errors"][0]["extensions"]["code"])
    (value,) = body["data"].values()
    if value is None:
        return "null"
    kind = str(value[0]["__typename"] if isinstance(value, list) else value["__typename"])
    return str(value["code"]) if kind.endswith("Error") else kind


def needs(kind: str, name: str) -> Needs:
    root = api.schema._schema.get_type(kind.title())
    assert isinstance(root, GraphQLObjectType)
    declared = introspection.declared(root.fields[name])
    assert declared is not None
    return declared


def expected(person: str, kind: str, name: str) -> set[str]:
    """The words of which one must be said."""
    if person in ("nobody", "expired token", "revoked key"):
        return {"NOT_SIGNED_IN"}
    if person == "narrow key" and needs(kind, name).any_of.isdisjoint(NARROW):
        return {"NOT_ALLOWED"}
    if name in NOBODYS:
        return OWN[name]
    if person == "stranger" and name == "createApiKey":
        return {"NOT_FOUND"}
    return {"NOT_FOUND", "null"}


OWN = {
    "viewer": {"User"},
    "projects": {"ProjectConnection"},
    "embeddingModels": {"EmbeddingModel"},
    "createProject": {"CreateProjectPayload"},
}
