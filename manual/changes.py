"""The page of the schema's changes: since the last release, what is deprecated, what the changelog tells."""

import re
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from backend.cli.schema import RELEASED, SDL

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"
_INTRODUCTION = """# Changes of the schema

What may change, and with how much notice, is in [How the schema changes](../../guides/schema-changes.md).
"""


def page() -> str:
    old, new = build_schema(RELEASED.read_text()), build_schema(SDL.read_text())
    was, now = set(coordinates(old)), set(coordinates(new))
    parts = [
        _INTRODUCTION,
        "## Since the last release\n",
        f"Added: {_listed(_outermost(now - was))}\n",
        f"Gone, having been deprecated: {_listed(_outermost(was - now))}\n",
        "## Deprecated\n",
        *([f"* `{name}`: {reason}" for name, reason in deprecations(new)] or ["Nothing."]),
        "",
        *(f"## {version}\n\n" + "\n".join(lines) + "\n" for version, lines in history() if lines),
    ]
    return "\n".join(parts)


def coordinates(schema: GraphQLSchema) -> Iterator[str]:
    """Everything that a program can name, as schema coordinates; `Union.Member` for a union's."""
    for kind in _own(schema):
        yield kind.name
        match kind:
            case GraphQLObjectType() | GraphQLInterfaceType():
                for name, field in kind.fields.items():
                    yield f"{kind.name}.{name}"
                    yield from (f"{kind.name}.{name}({argument}:)" for argument in field.args)
            case GraphQLInputObjectType():
                yield from (f"{kind.name}.{name}" for name in kind.fields)
            case GraphQLEnumType():
                yield from (f"{kind.name}.{name}" for name in kind.values)
            case GraphQLUnionType():
                yield from (f"{kind.name}.{member.name}" for member in kind.types)


def deprecations(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Whatever is deprecated, with the reason."""
    for kind in _own(schema):
        match kind:
            case GraphQLEnumType():
                found = {name: value.deprecation_reason for name, value in kind.values.items()}
            case GraphQLObjectType() | GraphQLInterfaceType() | GraphQLInputObjectType():
                found = {name: field.deprecation_reason for name, field in kind.fields.items()}
                if not isinstance(kind, GraphQLInputObjectType):
                    for name, field in kind.fields.items():
                        found |= {
                            f"{name}({each}:)": argument.deprecation_reason
                            for each, argument in field.args.items()
                        }
            case _:
                continue
        yield from ((f"{kind.name}.{name}", reason) for name, reason in found.items() if reason is not None)


def history() -> Iterator[tuple[str, list[str]]]:
    """Each version of the changelog, and what it says of the schema, as items of a list."""
    for part in re.split(r"^## ", CHANGELOG.read_text(), flags=re.MULTILINE)[1:]:
        version, _, text = part.partition("\n")
        items = re.findall(r"^\* (.*(?:\n  .*)*)", text, re.MULTILINE)
        told = [" ".join(item.split()) for item in items if "**schema**" in item]
        yield version, [f"* {item[item.index('**schema**') + len('**schema**') :].strip()}" for item in told]


def _own(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [kind for _, kind in sorted(schema.type_map.items()) if not kind.name.startswith("__")]


def _outermost(names: set[str]) -> list[str]:
    """The names without those that stand within another one of them."""
    return sorted(
        name
        for name in names
        if not any(name.startswith((f"{other}.", f"{other}(")) for other in names if other != name)
    )


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"
