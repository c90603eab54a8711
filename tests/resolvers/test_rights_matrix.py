"""Every root field × everybody who may come, over the wire, with production's role; and the database alone.

The rows are made from the schema: a field, an id among the arguments or a type without its row fails.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from websockets.exceptions import ConnectionClosed

from backend.services import chats
from db.engine import Database
from db.models import MemberRole
from db.queries import projects as project_rows
from tests.fixtures import asking
from tests.fixtures.served import Served
from tests.resolvers.matrix import (
    CELLS,
    NOBODYS,
    OPTIONAL_IDS,
    REFUSALS,
    ROOTS,
    SCHEMA,
    SUBSCRIPTIONS,
    Cast,
    cast,
    expected,
    needs,
    operation,
    said,
    word_of,
)
from tests.resolvers.test_rights import everything

__all__ = ["cast"]


def test_no_root_field_is_without_its_row() -> None:
    for kind, row in ROOTS.items():
        root = SCHEMA.get_type(kind.title())
        assert isinstance(root, GraphQLObjectType)
        assert set(root.fields) == set(row)


def test_every_id_that_may_be_given_is_given_in_its_row() -> None:
    """So that each is tried with the id of somebody else's row."""
    missing = []
    for kind, row in ROOTS.items():
        root = SCHEMA.get_type(kind.title())
        assert isinstance(root, GraphQLObjectType)
        for name, field in root.fields.items():
            missing += [path for path, key in ids_of(field) if f"{key}:" not in row[name]]
    assert set(missing) <= OPTIONAL_IDS


def ids_of(field: GraphQLField) -> Iterator[tuple[str, str]]:
    """Every argument and field of an input that is an id, as (place, name)."""
    due = [(name, get_named_type(argument.type), "") for name, argument in field.args.items()]
    seen: set[str] = set()
    while due:
        name, type_, owner = due.pop()
        if type_.name == "ID":
            yield f"{owner}.{name}", name
        if isinstance(type_, GraphQLInputObjectType) and type_.name not in seen:
            seen.add(type_.name)
            due += [(key, get_named_type(each.type), type_.name) for key, each in type_.fields.items()]


@pytest.mark.parametrize("person", ["nobody", "stranger", "narrow key", "expired token", "revoked key"])
async def test_who_has_no_right_to_it_gets_nothing_and_changes_nothing(
    served: Served, cast: Cast, database: Database, redis_url: str, person: str
) -> None:
    before = await everything(database, redis_url)
    found = {}
    for kind, name in CELLS:
        if name == "createProject" and person == "stranger":
            continue  # their own project is theirs to make
        if name == "createApiKey" and person == "narrow key":
            assert needs(kind, name).any_of == frozenset()
        found[kind, name] = await said(served, kind, operation(kind, name, cast.ids), cast.people[person])
    wrong = {cell: word for cell, word in found.items() if word not in expected(person, *cell)}
    assert wrong == {}
    after = await everything(database, redis_url)
    for rows in (before, after):
        rows.pop("api_keys")  # when a key was last used
        rows.pop("audit_log")
    assert after == before


async def test_the_owner_is_refused_nothing(served: Served, cast: Cast) -> None:
    last = ("deleteDocument", "deleteChat", "deleteProject")
    order = [cell for cell in CELLS if cell[1] not in last] + [("mutation", name) for name in last]
    refused = {}
    for kind, name in order:
        word = await said(served, kind, operation(kind, name, cast.ids), "alice")
        if word in REFUSALS or word == "null":
            refused[name] = word
    assert refused == {}


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
async def test_every_subscription_ends_when_its_key_is_revoked_in_mid_stream(
    served: Served, cast: Cast, name: str
) -> None:
    key = await asking.new_key(served, "READ")
    async with served.socket(key["secret"]) as socket:
        await socket.subscribe("1", operation("subscription", name, cast.ids))
        assert word_of((await socket.receive())["payload"]).endswith("Snapshot")
        await served.ask(f'mutation {{ revokeApiKey(input: {{apiKeyId: "{key["id"]}"}}) {{ __typename }} }}')
        with pytest.raises(ConnectionClosed) as caught:
            await socket.receive()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 4403


def test_every_field_below_the_roots_belongs_to_something_that_a_cell_reaches() -> None:
    """Fields of objects are had with the object; what more they ask for, they declare."""
    reached = set(ROOT_NAMES)
    due: list[Any] = [SCHEMA.get_type(name) for name in ROOT_NAMES]
    while due:
        type_ = due.pop()
        below: list[Any] = []
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            below += [get_named_type(field.type) for field in type_.fields.values()]
        if isinstance(type_, GraphQLUnionType):
            below += type_.types
        if isinstance(type_, GraphQLInterfaceType):
            below += SCHEMA.get_possible_types(type_)
        for each in below:
            if each.name not in reached:
                reached.add(each.name)
                due.append(each)
    objects = {
        name
        for name, type_ in SCHEMA.type_map.items()
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__")
    }
    assert objects - reached == set()


ROOT_NAMES = ("Query", "Mutation", "Subscription")
NODES = {"Project": "project", "Document": "document", "Crawl": "crawl", "Chat": "chat", "Message": "message"}


@pytest.mark.parametrize("type_name", NODES)
async def test_every_field_of_a_thing_is_had_with_the_thing_or_not_at_all(
    served: Served, cast: Cast, type_name: str
) -> None:
    """Asked for one by one, so that no field stands for another."""
    type_ = SCHEMA.get_type(type_name)
    assert isinstance(type_, GraphQLObjectType)
    id = cast.ids[NODES[type_name]]
    for name, field in type_.fields.items():
        below = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
        query = f'{{ node(id: "{id}") {{ ... on {type_name} {{ {name} {below} }} }} }}'
        for person in ("stranger", "narrow key"):
            who = cast.people[person]
            assert await served.ask(query, person=who) == {"node": None}, (name, person)
        assert name in (await served.ask(query))["node"]


async def test_the_database_alone_answers_a_stranger_nothing(
    served: Served, cast: Cast, database: Database, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All checks of the API say yes: what is left is row-level security."""

    async def everybody_is_owner(*_: Any, **__: Any) -> MemberRole:
        return MemberRole.OWNER

    monkeypatch.setattr(project_rows, "role_of", everybody_is_owner)
    monkeypatch.setattr(chats, "projects", project_rows)
    before = await everything(database, redis_url)
    given = {}
    for kind, name in CELLS:
        if name in NOBODYS | {"createApiKey"}:
            continue  # their own; and a key for a foreign project, which opens nothing to a stranger
        word = await said(served, kind, operation(kind, name, cast.ids), "mallory")
        if word not in ("NOT_FOUND", "null", "INTERNAL"):
            given[name] = word
    # Nothing to go back to and nothing to cancel; and two pages of nothing.
    conflicts = ("rollBackEmbeddingModel", "cancelEmbeddingModelChange")
    assert {given.pop(name) for name in conflicts} == {"CONFLICT"}
    assert given == {"searchMessages": "SearchMessagesPayload", "projectEvents": "ProjectSnapshot"}
    assert await counted(served, cast.ids["project"]) == (0, [])
    assert await everything(database, redis_url) == before


async def counted(served: Served, project: str) -> tuple[int, list[Any]]:
    """How many messages Mallory finds in the project, and the counts of documents that she is told."""
    query = f'{{ searchMessages(input: {{projectId: "{project}", query: "bright"}}) {{'
    query += " ... on SearchMessagesPayload { messages { totalCount } } } }"
    found = await served.ask(query, person="mallory")
    events = f'subscription {{ projectEvents(projectId: "{project}") {{'
    events += " ... on ProjectSnapshot { counts { count } } } }"
    async with served.socket("mallory") as socket:
        await socket.subscribe("1", events)
        told = (await socket.receive())["payload"]["data"]["projectEvents"]["counts"]
    return found["searchMessages"]["messages"]["totalCount"], [each for each in told if each["count"]]
