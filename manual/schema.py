"""The pages of the schema: every operation, event and type with its own words, each type a link."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from backend.cli.schema import SDL

FOLDER = Path("reference/schema")
_ROOTS = ("Query", "Mutation", "Subscription")
_TITLES = {
    "operations": "Queries, mutations, subscriptions",
    "events": "Events",
    "objects": "Objects and interfaces",
    "inputs": "Inputs",
    "enums": "Enums and scalars",
    "unions": "Results",
}


def pages() -> dict[str, str]:
    """The pages by their paths."""
    schema = build_schema(SDL.read_text())
    texts: dict[str, list[str]] = {place: [f"# {title}\n"] for place, title in _TITLES.items()}
    for kind in sorted(schema.type_map.values(), key=lambda kind: kind.name):
        if place := place_of(kind, schema):
            texts[place].append(_section(kind, place, schema))
    return {str(FOLDER / f"{place}.md"): "\n".join(parts) for place, parts in texts.items()}


def place_of(kind: GraphQLNamedType, schema: GraphQLSchema) -> str | None:
    """The page that tells of a type; None where GraphQL itself does."""
    if kind.name.startswith("__"):
        return None
    match kind:
        case GraphQLScalarType():
            return "enums"
        case GraphQLEnumType():
            return "enums"
        case GraphQLInputObjectType():
            return "inputs"
        case GraphQLUnionType():
            return "unions"
        case GraphQLObjectType() if kind.name in _ROOTS:
            return "operations"
        case GraphQLObjectType() if any(each.name == "Event" for each in kind.interfaces):
            return "events"
        case GraphQLObjectType() | GraphQLInterfaceType():
            return "objects"
    return None


def _section(kind: GraphQLNamedType, place: str, schema: GraphQLSchema) -> str:
    parts = [f"## {kind.name} {{ #{kind.name.lower()} }}\n", f"{_words(kind.description)}\n"]
    match kind:
        case GraphQLEnumType():
            rows = ((name, "", value.description) for name, value in kind.values.items())
            parts.append(_table(("value", "meaning"), rows))
        case GraphQLUnionType():
            parts.append("\n".join(f"* {_link(member, place, schema)}" for member in kind.types) + "\n")
        case GraphQLObjectType() | GraphQLInterfaceType() if kind.name in _ROOTS:
            parts += [_operation(name, field, place, schema) for name, field in kind.fields.items()]
        case GraphQLObjectType() | GraphQLInterfaceType() | GraphQLInputObjectType():
            parts.append(_fields(kind.fields, place, schema))
    return "\n".join(parts)


def _operation(name: str, field: GraphQLField, place: str, schema: GraphQLSchema) -> str:
    words = f"### {name} {{ #{name.lower()} }}\n\n{_words(field.description)}\n"
    return (
        f"{words}\nAnswers with {_link(field.type, place, schema)}.\n\n{_fields(field.args, place, schema)}"
    )


def _fields(
    fields: Mapping[str, GraphQLField | GraphQLInputField | GraphQLArgument],
    place: str,
    schema: GraphQLSchema,
) -> str:
    rows = ((name, _link(field.type, place, schema), field.description) for name, field in fields.items())
    return _table(("name", "type", "meaning"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, str, str | None]]) -> str:
    lines = []
    for name, middle, description in rows:
        cells = (f"`{name}`", *((middle,) if middle else ()), _words(description))
        lines.append(" | ".join(cells))
    if not lines:
        return ""
    return "\n".join([" | ".join(head), "|".join("---" for _ in head), *lines, ""])


def _link(kind: object, place: str, schema: GraphQLSchema) -> str:
    """A type as the schema writes it, its name a link to its words."""
    written = str(kind)
    name = re.sub(r"\W", "", written)
    before, _, after = written.partition(name)
    where = place_of(schema.type_map[name], schema)
    target = f"#{name.lower()}" if where == place else f"{where}.md#{name.lower()}"
    return f"{_escaped(before)}[{name}]({target}){_escaped(after)}"


def _escaped(text: str) -> str:
    return re.sub(r"([\[\]])", r"\\\1", text)


def _words(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
