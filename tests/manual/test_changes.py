"""The schema's changes are told, and what is deprecated names what takes its place."""

import re

import pytest
from graphql import GraphQLSchema, build_schema

from backend.cli.schema import SDL
from manual import changes


def without_replacement(schema: GraphQLSchema) -> list[str]:
    """What is deprecated for a reason that names nothing of the schema, in backticks, to use in its place."""
    names = set(changes.coordinates(schema))
    known = names | {word for name in names for word in re.findall(r"\w+", name)}
    return [
        name
        for name, reason in changes.deprecations(schema)
        if not known & (set(re.findall(r"`([^`]+)`", reason)) - {name, re.findall(r"\w+", name)[-1]})
    ]


def test_every_deprecation_names_what_takes_its_place() -> None:
    assert without_replacement(build_schema(SDL.read_text())) == []


def test_a_deprecation_that_names_nothing_that_is_there_is_seen() -> None:
    schema = build_schema(
        """type Query {
             a(b: Int @deprecated(reason: "Use `d`."), d: Int): E @deprecated(reason: "Use `c`.")
             c: E @deprecated
             e: Int @deprecated(reason: "Use `gone`.")
             f: Int @deprecated(reason: "Use `f`.")
           }
           input I { g: Int @deprecated(reason: "Use `Query.c`.") h: Int @deprecated(reason: "") }
           enum E { ON OFF @deprecated(reason: "Nobody wants it.") }"""
    )
    assert len(list(changes.deprecations(schema))) == 8
    assert without_replacement(schema) == ["E.OFF", "I.h", "Query.c", "Query.e", "Query.f"]


def test_the_page_tells_what_is_new_what_went_and_what_was_written_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("schemas")
    (folder / "old").write_text("type Query { a: Int b(c: Int): Int }")
    (folder / "new").write_text(
        'type Query { a: Int @deprecated(reason: "Use `d`.") b(c: Int, x: Int): T d: Int } type T { e: Int }'
    )
    (folder / "log").write_text(
        "# Log\n\n## 2\n\n* One thing. **schema** `d` does\n  more.\n* Another.\n\n## 1\n\n* First.\n"
    )
    monkeypatch.setattr(changes, "RELEASED", folder / "old")
    monkeypatch.setattr(changes, "SDL", folder / "new")
    monkeypatch.setattr(changes, "CHANGELOG", folder / "log")
    text = changes.page().split("## Since the last release\n", 1)[1]
    assert text.split("\n\n") == [
        "\nAdded: `Query.b(x:)`, `Query.d`, `T`",
        "Gone, having been deprecated: nothing",
        "## Deprecated",
        "* `Query.a`: Use `d`.",
        "## 2",
        "* `d` does more.\n",
    ]
