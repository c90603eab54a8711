"""The main job, through the public API alone: a PDF goes in, an answer with a checked source comes out."""

from typing import Any

from backend.local.sample import PDF, QUESTION
from tests.e2e.product import Product, ask, follow_answer, follow_document, new_project, text_of, upload

STATE = """
query State($document: ID!) {
  document(id: $document) { status progress isStalled placeInQueue remaining { seconds low high } }
}
"""


async def test_a_pdf_goes_in_and_an_answer_cites_the_right_page(product: Product) -> None:
    """Upload and ask on one API process, follow on the other."""
    first, second = await product.start_api(), await product.start_api()
    await product.start_worker("ingestion")
    await product.start_worker("answers")
    project = await new_project(first)
    document = await upload(first, project, PDF)

    ingestion = await follow_document(second, document)
    assert ingestion[0]["__typename"] == "DocumentSnapshot"
    assert ingestion[-1]["__typename"] == "DocumentCompleted"
    assert ingestion[-1]["document"] == {"numPages": 4, "numChunks": 3}
    progress = [event["progress"] for event in ingestion if event["__typename"] == "StageProgressed"]
    assert progress == sorted(progress) and all(share < 1 for share in progress)
    seen = await first.execute(STATE, {"document": document})
    assert seen["document"] == {
        "status": "COMPLETED",
        "progress": 1.0,
        "isStalled": False,
        "placeInQueue": None,
        "remaining": None,
    }
    assert len({event["cursor"] for event in ingestion[:-1]}) == len(ingestion) - 1

    answer = await ask(first, project, QUESTION)
    live = await follow_answer(second, answer)
    assert live[-1]["__typename"] == "MessageCompleted"
    citation = live[-1]["message"]["citations"][0]
    assert citation["documentName"] == PDF.name
    assert citation["page"] == 2
    sentence = "The lamp must be serviced every 90 days by two certified keepers."
    assert citation["quote"].split() == sentence.split()
    assert citation["status"] == "VERIFIED"

    again = await follow_answer(first, answer)
    assert [event["__typename"] for event in again] == ["MessageSnapshot", "MessageCompleted"]
    assert text_of(again) == text_of(live)


async def test_every_cursor_replays_exactly_what_came_after_it(product: Product) -> None:
    api = await product.start_api()
    await product.start_worker("ingestion")
    await product.start_worker("answers")
    project = await new_project(api)
    await follow_document(api, await upload(api, project, PDF))
    answer = await ask(api, project, QUESTION)
    live = await follow_answer(api, answer)
    assert len(live) > 5
    for index, event in enumerate(live):
        replay = await follow_answer(api, answer, after=event["cursor"])
        rest = live[index + 1 :]
        assert not_text(replay) == not_text(rest)
        assert {each["cursor"] for each in replay} <= {each["cursor"] for each in rest}
        assert text_of(replay, text_of(live[: index + 1])) == text_of(live)


def not_text(events: list[dict[str, Any]]) -> list[str]:
    """The cursors of all events but text, which may be merged for those who come late."""
    return [event["cursor"] for event in events if event["__typename"] != "TextAppended"]
