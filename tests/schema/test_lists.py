"""Every list that can be long is a connection, and all of them are asked for in one way."""

from typing import Any

import pytest
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, build_schema, print_ast

from backend.cli.schema import SDL
from tests.fixtures import asking
from tests.fixtures.served import Served

WITHIN = {
    "User": "viewer { %s }",
    "Project": 'node(id: "$project") { ... on Project { %s } }',
    "Chat": 'node(id: "$chat") { ... on Chat { %s } }',
    "Document": 'node(id: "$document") { ... on Document { %s } }',
    "Crawl": 'node(id: "$crawl") { ... on Crawl { %s } }',
    "Query": "%s",
}
"""How to come to a field of each type that has lists."""
ASKED_BY_INPUT = {"SearchMessagesPayload.messages"}


def connections() -> dict[str, GraphQLField]:
    """Every field that answers with a connection, by its coordinate."""
    kinds = build_schema(SDL.read_text()).type_map.values()
    return {
        f"{kind.name}.{name}": field
        for kind in kinds
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if str(field.type).removesuffix("!").endswith("Connection")
    }


def test_every_connection_is_asked_for_by_first_and_after() -> None:
    found = connections()
    assert len(found) >= 9
    for name, field in found.items():
        written = (field.ast_node and field.ast_node.arguments) or ()
        arguments = [print_ast(node).split("\n")[-1] for node in written]
        wanted = [] if name in ASKED_BY_INPUT else ["first: Int! = 20", "after: String = null"]
        assert (name, arguments) == (name, wanted)
        assert isinstance(field.type, GraphQLNonNull), name


def test_every_connection_tells_its_total_and_where_its_page_lies() -> None:
    kinds = build_schema(SDL.read_text()).type_map
    for name in (name for name in kinds if name.endswith("Connection")):
        kind = kinds[name]
        assert isinstance(kind, GraphQLObjectType)
        fields = {each: str(field.type) for each, field in kind.fields.items()}
        edge = name.replace("Connection", "Edge")
        assert fields == {"edges": f"[{edge}!]!", "pageInfo": "PageInfo!", "totalCount": "Int!"}, name


@pytest.mark.parametrize("first", [0, 101, -1])
async def test_every_list_refuses_more_than_a_hundred(served: Served, first: int) -> None:
    project = await asking.new_project(served)
    ids = {
        "project": project,
        "chat": await asking.new_chat(served, project),
        "document": await asking.new_document(served, project),
        "crawl": await asking.new_crawl(served, project),
    }
    for name in connections().keys() - ASKED_BY_INPUT:
        kind, field = name.split(".")
        query = "{ %s }" % (WITHIN[kind] % f"{field}(first: {first}) {{ totalCount }}")
        for noun, id in ids.items():
            query = query.replace(f"${noun}", id)
        told = [
            (each["extensions"]["code"], each["extensions"]["field"]) for each in await served.refused(query)
        ]
        assert (name, told) == (name, [("INVALID", "first")])
    words: dict[str, Any] = {"projectId": project, "query": "lamp", "first": first}
    look = "query ($i: SearchMessagesInput!) { searchMessages(input: $i) { ... on Error { code field } } }"
    told = await served.ask(look, {"i": words})
    assert told == {"searchMessages": {"code": "INVALID", "field": "first"}}
