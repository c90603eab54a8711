"""A model that quotes wrongly is told on: in the stream, in the rows, and in the answer's rate."""

import pytest

from db.models import CitationStatus, MessageStatus, RetrievalSettings
from tests.stage import PASSAGES, Stage, kinds_of

NOT_FOUND, MISATTRIBUTED = CitationStatus.NOT_FOUND, CitationStatus.MISATTRIBUTED


@pytest.fixture(autouse=True)
async def every_passage_is_found(stage: Stage) -> None:
    async with stage.database.sessions.begin() as session:
        settings = await session.get_one(RetrievalSettings, stage.project_id)
        settings.similarity_threshold = 0.0


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("fabricated", NOT_FOUND),
        ("stitched", NOT_FOUND),
        ("misattributed", MISATTRIBUTED),
        ("off_by_one_page", MISATTRIBUTED),
    ],
)
async def test_a_wrong_quote_is_flagged_in_the_stream_and_in_the_row(
    stage: Stage, kind: str, status: CitationStatus
) -> None:
    await stage.control(misquote=kind)
    row = await stage.answered()
    assert row.status is MessageStatus.COMPLETED
    assert f'"{PASSAGES[0]}" [1]' not in row.content
    (citation,) = await stage.citations(row.id)
    assert (citation.status, citation.char_start, citation.boxes, citation.spans) == (status, None, [], [])
    events = await stage.events(row.id)
    assert kinds_of(events)[-2:] == ["CitationAdded", "MessageCompleted"]
    (added,) = [event.data["citation"] for event in events if event.kind == "CitationAdded"]
    assert added == citation.model_dump(mode="json")
    assert (row.verification_rate, events[-1].data["message"]["verification_rate"]) == (0.0, 0.0)
    assert [row.content[start:end] for start, end in row.unsupported] == [row.content.split("\n\n")[1]]


async def test_misattributed_words_come_with_the_place_where_they_stand(stage: Stage) -> None:
    await stage.control(misquote="misattributed")
    (citation,) = await stage.citations((await stage.answered()).id)
    assert (citation.marker, citation.chunk_text != PASSAGES[0], citation.quote) == (2, True, PASSAGES[0])
    assert citation.elsewhere is not None
    assert citation.elsewhere["marker"] == 1
    assert (citation.elsewhere["document_name"], citation.elsewhere["page"]) == ("handbook.pdf", 1)
    assert citation.elsewhere["quote"] == PASSAGES[0]
    assert citation.elsewhere["spans"] == [[0, len(PASSAGES[0])]]
    assert citation.elsewhere["boxes"] == [[1, 0.1, 0.2, 0.9, 0.25]]


async def test_a_wrong_page_comes_with_the_right_one(stage: Stage) -> None:
    await stage.control(misquote="off_by_one_page")
    (citation,) = await stage.citations((await stage.answered()).id)
    assert (citation.claimed_page, citation.marker) == (2, 1)
    assert citation.elsewhere is not None
    assert (citation.elsewhere["marker"], citation.elsewhere["page"]) == (1, 1)


async def test_a_right_quote_says_what_it_is_the_source_of(stage: Stage) -> None:
    row = await stage.answered()
    (citation,) = await stage.citations(row.id)
    assert row.content[citation.claim_start : citation.claim_end] == f'"{PASSAGES[0]}" [1]'
    assert (citation.spans, citation.elsewhere) == ([[0, len(PASSAGES[0])]], None)
    assert (row.verification_rate, row.unsupported) == (1.0, [])
