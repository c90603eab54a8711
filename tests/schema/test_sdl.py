"""The API says what everything means, and the committed SDL says what the API is."""

import re
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
)

from backend.api import export_sdl
from backend.services import chats, projects
from backend.services.documents import files
from backend.services.messages import rate, send
from backend.settings import WebSettings

SDL = Path(__file__).parents[2] / "backend/schema/schema.graphql"


def own_types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [type_ for name, type_ in schema.type_map.items() if not name.startswith("__")]


def undescribed(type_: GraphQLNamedType) -> list[str]:
    """Everything of the type that has no description, by its dotted name."""
    parts = [(type_.name, type_)]
    if isinstance(type_, GraphQLEnumType):
        parts += [(f"{type_.name}.{name}", value) for name, value in type_.values.items()]
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        parts += [(f"{type_.name}.{name}", field) for name, field in type_.fields.items()]
    if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        parts += [
            (f"{type_.name}.{name}({argument})", value)
            for name, field in type_.fields.items()
            for argument, value in field.args.items()
        ]
    return [name for name, part in parts if not part.description]


def test_everything_has_a_description() -> None:
    schema = build_schema(export_sdl())
    assert len(own_types(schema)) > 80
    assert [name for type_ in own_types(schema) for name in undescribed(type_)] == []


def test_the_walk_finds_what_has_no_description() -> None:
    schema = build_schema('"a" type Query { "b" said(x: Int): E other: Int } "c" enum E { ON }')
    assert [name for type_ in own_types(schema) for name in undescribed(type_)] == [
        "Query.other",
        "Query.said(x)",
        "E.ON",
    ]


def test_the_committed_sdl_is_the_schema() -> None:
    assert SDL.read_text() == export_sdl()


def test_every_mutation_takes_one_input_and_returns_a_union_of_payload_and_errors() -> None:
    schema = build_schema(export_sdl())
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        assert list(field.args) == ["input"], name
        result = schema.type_map[f"{name[0].upper()}{name[1:]}Result"]
        assert str(field.type) == f"{result.name}!", name
        members = {member.name for member in result.types}  # type: ignore[attr-defined] # it is a union
        assert {"InvalidInputError", "NotSignedInError", "UnavailableError"} < members, name
        assert len([member for member in members if member.endswith("Payload")]) == 1, name


def test_only_own_things_are_nodes() -> None:
    schema = build_schema(export_sdl())
    node = schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    names = {type_.name for type_ in schema.get_possible_types(node)}
    assert names == {
        *("User", "Project", "Document", "Crawl", "Chat", "Message", "Citation", "WebCitation", "ApiKey")
    }


def test_the_limits_that_descriptions_tell_are_those_of_the_code() -> None:
    schema = build_schema(export_sdl())
    web = WebSettings.model_fields
    told = {
        "CreateProjectInput.name": projects.MAX_NAME,
        "CreateProjectInput.description": projects.MAX_DESCRIPTION,
        "RenameDocumentInput.name": files.MAX_NAME,
        "CreateChatInput.title": chats.MAX_TITLE,
        "RenameChatInput.title": chats.MAX_TITLE,
        "SendMessageInput.content": send.MAX_CHARACTERS,
        "RateMessageInput.reason": rate.MAX_REASON,
        "RateMessageInput.comment": rate.MAX_COMMENT,
        "AddWebSiteInput.maxDepth": web["crawl_max_depth"].default,
        "AddWebSiteInput.maxPages": web["crawl_max_pages"].default,
    }
    for name, limit in told.items():
        kind, field = name.split(".")
        described = schema.type_map[kind].fields[field].description  # type: ignore[attr-defined] # it is an input
        assert re.search(rf"\b{limit:,}\b", described), name
