"""Search through the API: what it says of every hit, and that no input makes it stumble."""

from typing import Any

import pytest

from tests.fixtures import asking
from tests.fixtures.shelves import Shelf
from tests.stage import PASSAGES, QUESTION

SEARCH = """
query ($input: SearchInput!) {
  search(input: $input) {
    __typename
    ... on SearchPayload {
      hits {
        text score keywordScore fusedScore rerankScore rank vectorRank keywordRank rankBeforeRerank
        document { name }
      }
      emptyReason strategy fusion vectorWeight keywordWeight similarityThreshold reranked wordings
      degradations
      timings { reword embed search rerank }
    }
    ... on Error { code field }
  }
}
"""
ALL = {"similarityThreshold": 0}


async def search(shelf: Shelf, query: str = QUESTION, **values: Any) -> Any:
    asked = {"projectId": shelf.project, "query": query, **ALL, **values}
    return (await shelf.served.ask(SEARCH, {"input": asked}))["search"]


async def test_a_hit_says_how_it_was_found(shelf: Shelf) -> None:
    found = await search(shelf, ragStrategy="MULTI_QUERY_HYBRID", useReranking=True, multiQueryCount=2)
    first = found["hits"][0]
    assert (first["text"], first["rank"], first["document"]) == (PASSAGES[0], 1, {"name": "handbook.pdf"})
    assert (first["vectorRank"], first["keywordRank"], first["rankBeforeRerank"]) == (1, 1, 1)
    assert 0 < first["score"] <= 1
    assert min(first["keywordScore"], first["rerankScore"], first["fusedScore"]) > 0
    assert {name: found[name] for name in ("strategy", "fusion", "vectorWeight", "keywordWeight")} == {
        "strategy": "MULTI_QUERY_HYBRID",
        "fusion": "CONVEX",
        "vectorWeight": 0.5,
        "keywordWeight": 0.5,
    }
    assert (found["similarityThreshold"], found["reranked"], found["degradations"]) == (0, True, [])
    assert found["wordings"][0] == QUESTION
    assert len(found["wordings"]) == 3
    assert all(each > 0 for each in found["timings"].values())


async def test_a_search_by_meaning_alone_says_nothing_of_words(shelf: Shelf) -> None:
    found = await search(shelf)
    first = found["hits"][0]
    assert (first["text"], first["vectorRank"]) == (PASSAGES[0], 1)
    silent = ("keywordScore", "fusedScore", "rerankScore", "keywordRank", "rankBeforeRerank")
    assert [first[name] for name in silent] == [None] * 5
    assert (found["timings"]["reword"], found["timings"]["rerank"]) == (None, None)
    assert (found["strategy"], found["reranked"], found["wordings"]) == ("BASIC", False, [QUESTION])


@pytest.mark.parametrize(
    "filters",
    [
        {"contentTypes": ["application/pdf"]},
        {"languages": None},
        {"createdFrom": "2020-01-01T00:00:00"},
        {"createdBefore": "2100-01-01T00:00:00Z"},
    ],
)
async def test_documents_that_pass_the_filters_are_searched(shelf: Shelf, filters: dict[str, Any]) -> None:
    assert len((await search(shelf, filters=filters))["hits"]) == 3
    assert len((await search(shelf, filters={**filters, "documentIds": [shelf.document]}))["hits"]) == 3


@pytest.mark.parametrize(
    "filters",
    [
        {"contentTypes": ["text/html"]},
        {"contentTypes": []},
        {"languages": ["de", "'; --"]},
        {"documentIds": []},
        {"createdFrom": "2100-01-01T00:00:00Z"},
    ],
)
async def test_a_filter_that_nothing_passes_says_so(shelf: Shelf, filters: dict[str, Any]) -> None:
    found = await search(shelf, filters=filters, ragStrategy="HYBRID")
    assert (found["hits"], found["emptyReason"]) == ([], "ALL_FILTERED_OUT")


async def test_other_reasons_for_nothing_are_told_too(shelf: Shelf) -> None:
    above = await search(shelf, similarityThreshold=1)
    empty = await asking.new_project(shelf.served)
    none = await search(shelf, projectId=empty)
    assert [above["emptyReason"], none["emptyReason"]] == ["NOTHING_ABOVE_THRESHOLD", "EMPTY_PROJECT"]
    assert (above["hits"], none["hits"]) == ([], [])


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"query": ""}, "INVALID", "query"),
        ({"query": "\u0001\t\u001f"}, "INVALID", "query"),
        ({"query": "a\u0000"}, "INVALID", "query"),
        ({"query": "word " * 3000}, "INVALID", "query"),
        ({"first": 0}, "INVALID", "first"),
        ({"first": 101}, "INVALID", "first"),
        ({"similarityThreshold": 1.5}, "INVALID", "similarityThreshold"),
        ({"vectorWeight": 0, "keywordWeight": 0}, "INVALID", "keywordWeight"),
        ({"multiQueryCount": 9}, "INVALID", "multiQueryCount"),
        ({"filters": {"documentIds": ["nonsense"]}}, "NOT_FOUND", "filters.documentIds"),
        ({"filters": {"languages": ["\u0000"]}}, "INVALID", "filters.languages"),
    ],
)
async def test_bad_input_is_a_typed_error(
    shelf: Shelf, values: dict[str, Any], code: str, field: str
) -> None:
    refused = await search(shelf, **values)
    assert (refused["code"], refused["field"]) == (code, field)


@pytest.mark.parametrize(
    "query",
    [
        *("lamp & | ! <-> :* ( ' \\", '"', '""', '"lamp', "lamp:*", "'lamp' <2> keeper", "*", "l*", "lamp*"),
        *(
            "=",
            "-",
            "\u200b lamp",
            "\ufeff",
            "😀",
            "%",
            "'; DROP TABLE x; --",
            "\\x00",
            "{1:2}/3",
            "a\u0001b",
        ),
        *("x" * 7999, "§ 4.2", "\u202elamp", "the of and", "lamp " * 1500),
    ],
)
async def test_no_query_makes_a_search_stumble(shelf: Shelf, query: str) -> None:
    for strategy in ("HYBRID", "BASIC"):
        found = await search(shelf, query, ragStrategy=strategy)
        assert found["__typename"] in ("SearchPayload", "InvalidInputError")
