"""Bad input to `search` under every strategy: a typed error, or an empty result with its reason."""

from typing import Any

import pytest

from db.engine import Database
from tests.fixtures import asking
from tests.fixtures.shelves import Shelf

SEARCH = """
query ($input: SearchInput!) {
  search(input: $input) {
    __typename
    ... on SearchPayload { hits { text } emptyReason }
    ... on Error { code field message }
  }
}
"""
STRATEGIES = ("BASIC", "HYBRID", "MULTI_QUERY_VECTOR", "MULTI_QUERY_HYBRID")
# What is asked, and the code of the refusal; None where it is searched for like any other words.
QUERIES = {
    "empty": ("", "INVALID"),
    "blank": (" \n\t\u00a0", "INVALID"),
    "control characters": ("\u0001\u0002\u007f", "INVALID"),
    "a null": ("lamp\u0000", "INVALID"),
    "10,000 characters of one word": ("x" * 10_000, "INVALID"),
    "10,000 characters of words": ("lamp " * 2_000, "INVALID"),
    "10,000 signs": ("§" * 10_000, "INVALID"),
    "words among control characters": ("lamp\u0001\u0008keeper", None),
    "operators": ("lamp & ! | <-> :* (", None),
    "a weighted lexeme": ("'lamp':1A,2B & keeper:*", None),
    "unbalanced quotes": ("\"lamp 'keeper", None),
    "a backslash": ("\\'lamp\\", None),
}
VALUES: dict[str, tuple[dict[str, Any], str]] = {
    "a threshold below 0": ({"similarityThreshold": -0.01}, "similarityThreshold"),
    "a threshold above 1": ({"similarityThreshold": 1.01}, "similarityThreshold"),
    "weights that sum to 0": ({"vectorWeight": 0, "keywordWeight": 0}, "keywordWeight"),
    "weights that cancel out": ({"vectorWeight": 0.5, "keywordWeight": -0.5}, "keywordWeight"),
    "a weight above 1": ({"vectorWeight": 2}, "vectorWeight"),
    "no wording": ({"multiQueryCount": 0}, "multiQueryCount"),
    "too many wordings": ({"multiQueryCount": 9}, "multiQueryCount"),
    "no hits": ({"first": 0}, "first"),
    "too many hits": ({"first": 101}, "first"),
    "too many values of a filter": ({"filters": {"languages": ["de"] * 1001}}, "filters.languages"),
}


async def search(shelf: Shelf, **values: Any) -> Any:
    asked = {"projectId": shelf.project, "query": "lamp", "similarityThreshold": 0, **values}
    return (await shelf.served.ask(SEARCH, {"input": asked}))["search"]


@pytest.mark.parametrize("kind", QUERIES)
async def test_a_query_is_refused_or_searched_for(shelf: Shelf, kind: str) -> None:
    query, code = QUERIES[kind]
    for strategy in STRATEGIES:
        found = await search(shelf, query=query, ragStrategy=strategy)
        if code is None:
            assert (found["__typename"], found.get("message")) == ("SearchPayload", None)
        else:
            assert (found["code"], found["field"]) == (code, "query")


@pytest.mark.parametrize("kind", VALUES)
async def test_a_value_out_of_range_is_refused_with_its_field(shelf: Shelf, kind: str) -> None:
    values, field = VALUES[kind]
    for strategy in STRATEGIES:
        refused = await search(shelf, ragStrategy=strategy, **values)
        assert (refused["__typename"], refused["field"]) == ("InvalidInputError", field)


async def test_where_nothing_can_be_found_the_reason_is_told(shelf: Shelf) -> None:
    empty = await asking.new_project(shelf.served)
    kinds: dict[str, dict[str, Any]] = {
        "EMPTY_PROJECT": {"projectId": empty},
        "ALL_FILTERED_OUT": {"filters": {"contentTypes": ["text/css"]}},
        "NOTHING_ABOVE_THRESHOLD": {"similarityThreshold": 1},
    }
    for reason, values in kinds.items():
        for strategy in STRATEGIES:
            for reranks in (False, True):
                found = await search(shelf, ragStrategy=strategy, useReranking=reranks, **values)
                assert (found["hits"], found["emptyReason"]) == ([], reason)


async def test_a_model_that_is_not_offered_is_a_conflict(shelf: Shelf, database: Database) -> None:
    await database.pool.execute("UPDATE opentrace.embedding_generations SET model = 'unheard-of'")
    refused = await search(shelf)
    assert (refused["__typename"], refused["code"]) == ("ConflictError", "EMBEDDING_MODEL_CHANGED")
    assert "unheard-of" in refused["message"]


async def test_a_strategy_that_there_is_not_is_refused_before_anything_is_done(shelf: Shelf) -> None:
    for name in ("ragStrategy", "fusion"):
        asked = {"projectId": shelf.project, "query": "lamp", name: "BEST"}
        (error,) = await shelf.served.refused(SEARCH, {"input": asked})
        assert name in error["message"]
