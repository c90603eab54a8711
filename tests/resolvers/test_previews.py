"""Two settings side by side through the API: what differs, how good each is, and what is refused."""

import asyncio
import math
from collections.abc import Sequence
from typing import Any

import pytest

from db.engine import Database
from tests.fixtures import asking
from tests.fixtures.shelves import Shelf
from tests.stage import PASSAGES, QUESTION

PREVIEW = """
query ($input: PreviewRetrievalSettingsInput!) {
  previewRetrievalSettings(input: $input) {
    __typename
    ... on PreviewRetrievalSettingsPayload {
      before { ...side } after { ...side }
      questions { text messageId before { ...search } after { ...search } }
      numLeftOut
    }
    ... on Error { code field }
  }
}
fragment side on PreviewSide {
  ndcg numJudged millisecondsP50 millisecondsP95
  usage { numCalls byModel { model numInputTokens } }
}
fragment search on PreviewSearch {
  found { hits { chunkId text rank score } strategy similarityThreshold emptyReason }
  ranksOtherwise relevantRanks ndcg milliseconds
}
"""
# The words of the second are those of another passage than its meaning.
QUESTIONS = (QUESTION, "boat boat boat steps keeper", "How does water arrive?")
BY_MEANING = {"ragStrategy": "BASIC", "similarityThreshold": 0}
BY_WORDS = {"ragStrategy": "HYBRID", "vectorWeight": 0, "keywordWeight": 1, "similarityThreshold": 0}


async def preview(shelf: Shelf, questions: Sequence[Any] = QUESTIONS, **values: Any) -> Any:
    texts = [{"text": each} if isinstance(each, str) else each for each in questions]
    sides = {"before": BY_MEANING, "after": BY_WORDS}
    asked = {"projectId": shelf.project, "questions": texts, **sides, **values}
    return (await shelf.served.ask(PREVIEW, {"input": asked}))["previewRetrievalSettings"]


async def test_each_side_finds_what_a_search_with_its_settings_finds(shelf: Shelf) -> None:
    found = await preview(shelf)
    assert [each["text"] for each in found["questions"]] == list(QUESTIONS)
    for question in found["questions"]:
        for name, settings in (("before", BY_MEANING), ("after", BY_WORDS)):
            alone = await searched(shelf, question["text"], settings)
            assert [hit["text"] for hit in question[name]["found"]["hits"]] == alone
        assert question["before"]["found"]["strategy"] == "BASIC"
        assert question["after"]["found"]["strategy"] == "HYBRID"
        assert min(question["before"]["milliseconds"], question["after"]["milliseconds"]) > 0
    assert found["numLeftOut"] == 0


async def searched(shelf: Shelf, query: str, settings: dict[str, Any]) -> list[str]:
    text = "query ($input: SearchInput!) { search(input: $input) { ... on SearchPayload { hits { text } } } }"
    asked = {"projectId": shelf.project, "query": query, "first": 10, **settings}
    data = await shelf.served.ask(text, {"input": asked})
    return [hit["text"] for hit in data["search"]["hits"]]


async def test_a_hit_says_where_it_stands_on_the_other_side(shelf: Shelf) -> None:
    plain = await preview(shelf, [QUESTION])
    scores = [hit["score"] for hit in plain["questions"][0]["before"]["found"]["hits"]]
    strict = {"ragStrategy": "BASIC", "similarityThreshold": (scores[0] + scores[1]) / 2}
    for before, after in ((BY_MEANING, strict), (strict, BY_MEANING)):
        (question,) = (await preview(shelf, [QUESTION], before=before, after=after))["questions"]
        ranks = {side: question[side]["ranksOtherwise"] for side in ("before", "after")}
        all_of_them, first = ("after", "before") if before is strict else ("before", "after")
        assert ranks == {all_of_them: [1, None, None], first: [1]}


async def test_judged_questions_have_an_ndcg_and_sides_their_mean(shelf: Shelf) -> None:
    plain = await preview(shelf)
    hits = plain["questions"][1]["before"]["found"]["hits"]
    second = next(hit["chunkId"] for hit in hits if hit["rank"] == 2)
    first = plain["questions"][0]["before"]["found"]["hits"][0]["chunkId"]
    questions = [
        {"text": QUESTIONS[0], "relevantIds": [first]},
        {"text": QUESTIONS[1], "relevantIds": [second]},
        QUESTIONS[2],
    ]
    found = await preview(shelf, questions, after=BY_MEANING)
    sides = [[each[side]["ndcg"] for each in found["questions"]] for side in ("before", "after")]
    assert sides[0] == sides[1] == [1, pytest.approx(1 / math.log2(3)), None]
    assert [each["before"]["relevantRanks"] for each in found["questions"]] == [[1], [2], []]
    assert found["before"]["ndcg"] == pytest.approx((1 + 1 / math.log2(3)) / 2)
    assert (found["before"]["numJudged"], plain["before"]["ndcg"], plain["before"]["numJudged"]) == (
        2,
        None,
        0,
    )


async def test_a_document_that_is_relevant_counts_once_at_its_best_place(shelf: Shelf) -> None:
    found = await preview(shelf, [{"text": QUESTION, "relevantIds": [shelf.document]}])
    (question,) = found["questions"]
    assert (question["before"]["ndcg"], question["before"]["relevantRanks"]) == (1, [1, 2, 3])


async def test_what_a_preview_costs_is_paid_for_and_told_by_side(shelf: Shelf, database: Database) -> None:
    found = await preview(shelf, after={"ragStrategy": "MULTI_QUERY_VECTOR"})
    calls = [found[side]["usage"]["numCalls"] for side in ("before", "after")]
    assert calls == [3, 6]
    assert await database.pool.fetchval("SELECT count(*) FROM opentrace.usage") == 9


async def test_questions_beyond_what_one_preview_may_cost_are_left_out(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.services.preview.MAX_TOKENS", 1)
    found = await preview(shelf, [f"{QUESTION} {number}" for number in range(20)])
    # Those under way were finished: no more of them than are asked at a time.
    assert 1 <= len(found["questions"]) <= 4
    assert len(found["questions"]) + found["numLeftOut"] == 20


async def test_nothing_of_the_project_is_changed_and_its_own_settings_are_the_default(shelf: Shelf) -> None:
    settings = (
        "query ($id: ID!) { project(id: $id) { retrievalSettings { ragStrategy vectorWeight updatedAt } } }"
    )
    before = await shelf.served.ask(settings, {"id": shelf.project})
    found = await preview(shelf, [QUESTION], before=None)
    assert found["questions"][0]["before"]["found"]["similarityThreshold"] == 0.3
    assert await shelf.served.ask(settings, {"id": shelf.project}) == before


async def test_an_empty_project_says_why_nothing_is_found(shelf: Shelf) -> None:
    empty = await asking.new_project(shelf.served)
    found = await preview(shelf, [QUESTION], projectId=empty)
    assert found["questions"][0]["after"]["found"]["emptyReason"] == "EMPTY_PROJECT"
    assert found["questions"][0]["after"]["found"]["hits"] == []


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"questions": []}, "INVALID", "questions"),
        ({"questions": [{"text": "a"}] * 21}, "INVALID", "questions"),
        ({"questions": [{"text": "a"}] * 20, "numFromFeedback": 1}, "INVALID", "questions"),
        ({"numFromFeedback": -1}, "INVALID", "numFromFeedback"),
        ({"numFromFeedback": 21}, "INVALID", "numFromFeedback"),
        ({"questions": [{"text": "a"}, {"text": " \u0001"}]}, "INVALID", "questions.1.text"),
        ({"questions": [{"text": "word " * 3000}]}, "INVALID", "questions.0.text"),
        ({"before": {"vectorWeight": 0, "keywordWeight": 0}}, "INVALID", "before.keywordWeight"),
        ({"after": {"similarityThreshold": 1.5}}, "INVALID", "after.similarityThreshold"),
        ({"after": {"multiQueryCount": 9}}, "INVALID", "after.multiQueryCount"),
        ({"first": 0}, "INVALID", "first"),
        ({"first": 101}, "INVALID", "first"),
        ({"filters": {"languages": ["\u0000"]}}, "INVALID", "filters.languages"),
        ({"questions": [{"text": "a", "relevantIds": ["nonsense"]}]}, "NOT_FOUND", "questions.0.relevantIds"),
        ({"projectId": "nonsense"}, "NOT_FOUND", "projectId"),
    ],
)
async def test_bad_input_is_a_typed_error_and_costs_nothing(
    shelf: Shelf, database: Database, values: dict[str, Any], code: str, field: str
) -> None:
    refused = await preview(shelf, **values)
    assert (refused["code"], refused["field"]) == (code, field)
    assert await database.pool.fetchval("SELECT count(*) FROM opentrace.usage") == 0


async def test_a_stranger_previews_nothing(shelf: Shelf, database: Database) -> None:
    asked = {"input": {"projectId": shelf.project, "questions": [{"text": "a"}]}}
    for person, code in (("mallory", "NOT_FOUND"), (None, "NOT_SIGNED_IN")):
        data = await shelf.served.ask(PREVIEW, asked, person=person)
        assert data["previewRetrievalSettings"]["code"] == code
    assert await database.pool.fetchval("SELECT count(*) FROM opentrace.usage") == 0


async def test_a_key_that_only_searches_does_not_see_what_was_asked_in_chats(shelf: Shelf) -> None:
    asked = {"projectId": shelf.project, "questions": [{"text": QUESTION}]}
    searches = (await asking.new_key(shelf.served, "SEARCH"))["secret"]
    reads = (await asking.new_key(shelf.served, "SEARCH", "READ"))["secret"]
    told = []
    for secret, num in ((searches, 0), (searches, 1), (reads, 1)):
        wanted = {"input": {**asked, "numFromFeedback": num}}
        data = await shelf.served.ask(PREVIEW, wanted, person=secret)
        told.append(data["previewRetrievalSettings"].get("code"))
    assert told == [None, "NOT_ALLOWED", None]


async def test_previews_beside_each_other_do_not_meet(shelf: Shelf) -> None:
    found = await asyncio.gather(*(preview(shelf, [question]) for question in QUESTIONS))
    assert [each["questions"][0]["text"] for each in found] == list(QUESTIONS)
    assert found[0]["questions"][0]["before"]["found"]["hits"][0]["text"] == PASSAGES[0]
