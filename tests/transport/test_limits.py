"""What a document may ask at most is checked before anything runs."""

from graphql import get_introspection_query

from backend.transport import limits
from tests.fixtures.served import Served


def nested(levels: int) -> str:
    """A document of that many levels; `parent` of `parent` and so on."""
    return (
        '{ node(id: "x") { ... on Message { '
        + "parent { " * (levels - 2)
        + "id"
        + " }" * (levels - 2)
        + " } } }"
    )


async def messages(served: Served, query: str) -> list[str]:
    return [error["message"] for error in await served.refused(query)]


async def test_depth_is_limited(standing: Served) -> None:
    assert (await standing.ask(nested(limits.MAX_DEPTH)))["node"] is None
    assert await messages(standing, nested(limits.MAX_DEPTH + 1)) == [
        "A document may have 12 levels, not 13."
    ]


async def test_depth_counts_through_fragments(standing: Served) -> None:
    query = (
        'query { node(id: "x") { ...F } } fragment F on Message { '
        + "parent { " * 11
        + "id"
        + " }" * 11
        + " }"
    )
    assert await messages(standing, query) == ["A document may have 12 levels, not 13."]


async def test_fragments_that_double_at_each_step_cost_nothing(standing: Served) -> None:
    steps = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(100))
    assert await standing.ask("{ ...F0 } " + steps + "fragment F100 on Query { __typename }") == {
        "__typename": "Query"
    }


async def test_fragments_in_a_circle_are_refused(standing: Served) -> None:
    found = await messages(standing, "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }")
    assert found == ["Cannot spread fragment 'A' within itself via 'B'."]


async def test_aliases_directives_root_fields_and_mutations_are_limited(standing: Served) -> None:
    aliased = "{ viewer { " + " ".join(f"a{n}: id" for n in range(31)) + " } }"
    assert await messages(standing, aliased) == ["A document may have 30 aliases, not 31."]
    directed = "{ __typename " + "@include(if: true) " * 51 + "}"
    assert "A document may have 50 directives, not 51." in await messages(standing, directed)
    wide = "{ " + "__typename " * 21 + "}"
    assert await messages(standing, wide) == ["A document may have 20 fields at its root, not 21."]
    many = "mutation { " + "__typename " * 11 + "}"
    assert await messages(standing, many) == ["A document may have 10 fields at its root, not 11."]


async def test_tokens_and_characters_are_limited(standing: Served) -> None:
    too_many = await messages(standing, "{ " + "__typename " * limits.MAX_TOKENS + "}")
    assert too_many == ["Syntax Error: Document contains more than 2000 tokens. Parsing aborted."]
    response = await standing.post("{ __typename }" + " " * limits.MAX_SOURCE_CHARACTERS)
    assert response.status_code == 413


async def test_a_refusal_tells_programs_the_limit_and_what_was_found(standing: Served) -> None:
    cases = {
        nested(13): ("TOO_DEEP", 12, 13),
        "{ viewer { " + " ".join(f"a{n}: id" for n in range(31)) + " } }": ("TOO_MANY_ALIASES", 30, 31),
        "{ " + "__typename " * 21 + "}": ("TOO_MANY_ROOT_FIELDS", 20, 21),
        "mutation { " + "__typename " * 11 + "}": ("TOO_MANY_MUTATIONS", 10, 11),
        "{ viewer { id " + "@include(if: true) " * 51 + "} }": ("TOO_MANY_DIRECTIVES", 50, 51),
    }
    for query, (code, limit, found) in cases.items():
        told = [error.get("extensions") for error in await standing.refused(query)]
        assert {"code": code, "limit": limit, "found": found} in told


async def test_the_introspection_of_every_tool_fits(standing: Served) -> None:
    query = get_introspection_query(specified_by_url=True, input_value_deprecation=True)
    assert (await standing.ask(query))["__schema"]["queryType"]["name"] == "Query"
