"""A model that quotes wrongly: whoever follows its answer is told so, in the stream and in what is kept."""

from typing import Any

import httpx

from backend.cli.client import Client, result_of
from backend.local.sample import PDF
from tests.e2e.product import Product, ask, follow_document, new_project, upload

QUESTION = "How high is the tower?"
SENTENCE = "The tower is 41 metres high and its light is seen from 19 nautical miles in clear weather."
WRONG = {
    "fabricated": "NOT_FOUND",
    "stitched": "NOT_FOUND",
    "misattributed": "MISATTRIBUTED",
    "off_by_one_page": "MISATTRIBUTED",
}
FIND_ALL = """
mutation ($project: ID!) {
  updateRetrievalSettings(input: {projectId: $project, similarityThreshold: 0}) {
    __typename ... on Error { message }
  }
}
"""
EVENTS = """
subscription ($message: ID!, $after: String) {
  messageEvents(messageId: $message, after: $after) {
    __typename
    ... on CitationAdded { citation { ...Told } }
    ... on MessageCompleted { message { ...Rates citations { ...Told } } }
  }
}
fragment Told on Citation { id status quote span { start } boxes { page } claimedPage foundIn { page quote } }
fragment Rates on Message { content verificationRate unsupportedSentences { start end } }
"""


async def told(client: Client, project: str) -> tuple[list[Any], Any]:
    """The citations as the stream told them, and the message at its end."""
    answer = await ask(client, project, QUESTION)
    variables = {"message": answer, "after": "0-0"}
    events = [event async for event in client.subscribe(EVENTS, variables)]
    assert events[-1]["__typename"] == "MessageCompleted"
    added = [event["citation"] for event in events if event["__typename"] == "CitationAdded"]
    return added, events[-1]["message"]


async def test_wrong_quotes_are_flagged_over_the_wire_and_a_right_one_is_not(
    product: Product, model_control: httpx.AsyncClient
) -> None:
    api = await product.start_api()
    await product.start_worker("ingestion")
    await product.start_worker("answers")
    project = await new_project(api)
    result_of(await api.execute(FIND_ALL, {"project": project}))
    await follow_document(api, await upload(api, project, PDF))
    for kind, status in WRONG.items():
        await model_control.post("/control", json={"misquote": kind})
        added, message = await told(api, project)
        assert added == message["citations"], kind
        (citation,) = added
        assert (citation["status"], citation["span"], citation["boxes"]) == (status, None, []), kind
        assert message["verificationRate"] == 0.0
        assert len(message["unsupportedSentences"]) == 1
        if status == "MISATTRIBUTED":
            assert citation["foundIn"]["page"] == 1
            assert citation["foundIn"]["quote"].split() == SENTENCE.split()
        else:
            assert citation["foundIn"] is None
    await model_control.post("/control/reset")
    added, message = await told(api, project)
    assert [citation["status"] for citation in added] == ["VERIFIED"]
    assert (message["verificationRate"], message["unsupportedSentences"]) == (1.0, [])
