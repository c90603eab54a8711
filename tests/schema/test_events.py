"""Every event that is announced has a type that shows it, and every type can be announced."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLUnionType

from backend.api import schema
from backend.events import Cursor
from backend.events.envelope import Event
from backend.schema import document_events, message_events, project_events
from db.models import Citation, CitationStatus, Document, DocumentStatus, Message, MessageRole

NAMES = {
    document_events: "DocumentEvent",
    message_events: "MessageEvent",
    project_events: "ProjectEvent",
}
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ONE = UUID(int=1)

DOCUMENT = Document(
    id=ONE,
    project_id=ONE,
    uploaded_by=ONE,
    name="a.pdf",
    content_type="application/pdf",
    size_bytes=1,
    sha256="0" * 64,
    storage_key="k",
    status=DocumentStatus.FAILED,
    failure_code="CORRUPT",
    failure_message="It is damaged.",
    attempt=2,
    event_seq=9,
)
MESSAGE = Message(
    id=ONE, chat_id=ONE, project_id=ONE, created_by=ONE, role=MessageRole.ASSISTANT, content="So."
)
CITATION = Citation(
    id=ONE,
    message_id=ONE,
    position=0,
    marker=2,
    document_id=ONE,
    document_name="a.pdf",
    chunk_id=ONE,
    chunk_text="The light.",
    page=3,
    boxes=[[3, 0.1, 0.2, 0.3, 0.4]],
    quote="light",
    char_start=4,
    char_end=9,
    score=0.5,
)


def event(kind: str, **data: Any) -> Event:
    return Event("document:1", Cursor(2, 7), kind, data, AT)


@pytest.mark.parametrize("module", [document_events, message_events, project_events])
def test_every_kind_has_a_type_and_every_type_a_maker(module: Any) -> None:
    name = NAMES[module]
    union = schema._schema.type_map[name]
    assert isinstance(union, GraphQLUnionType)
    assert {member.name for member in union.types} == set(module.MAKERS)


def test_a_document_travels_whole_in_its_event() -> None:
    data = {
        "document": DOCUMENT.model_dump(mode="json"),
        "code": "CORRUPT",
        "message": "x",
        "retryable": False,
    }
    made = document_events.from_event(event("DocumentFailed", **data))
    assert isinstance(made, document_events.DocumentFailed)
    assert (made.cursor, made.attempt, made.at) == ("2-7", 2, AT)
    assert (made.code, made.message, made.retryable) == ("CORRUPT", "x", False)
    assert made.document.row == DOCUMENT
    assert made.document.cursor == "2-9"
    assert made.document.failure is not None
    assert (made.document.failure.code, made.document.failure.message) == ("CORRUPT", "It is damaged.")


def test_an_answer_travels_with_its_citations() -> None:
    data = {"message": MESSAGE.model_dump(mode="json"), "citations": [CITATION.model_dump(mode="json")]}
    made = message_events.from_event(event("MessageCompleted", **data))
    assert made.message.content == "So."
    assert made.message.known_citations == [CITATION]


def test_a_citation_says_where_its_words_stand() -> None:
    made = message_events.from_event(event("CitationAdded", citation=CITATION.model_dump(mode="json")))
    citation = made.citation
    assert (citation.marker, citation.page, citation.quote) == (2, 3, "light")
    assert (citation.span.start, citation.span.end) == (4, 9)
    assert [(box.page, box.x0, box.y0, box.x1, box.y1) for box in citation.boxes] == [(3, 0.1, 0.2, 0.3, 0.4)]


def test_misattributed_words_say_where_they_really_stand() -> None:
    place = {
        "marker": 5,
        "document_id": str(ONE),
        "document_name": "b.pdf",
        "url": None,
        "chunk_id": str(ONE),
        "page": 8,
        "boxes": [[8, 0.1, 0.2, 0.3, 0.4]],
        "spans": [[1, 3], [7, 9]],
        "quote": "li … ht",
    }
    told = CITATION.model_dump(mode="json") | {"status": "MISATTRIBUTED", "elsewhere": place}
    citation = message_events.from_event(event("CitationAdded", citation=told)).citation
    assert citation.status is CitationStatus.MISATTRIBUTED
    found = citation.found_in
    assert (found.marker, found.document_name, found.page, found.quote) == (5, "b.pdf", 8, "li … ht")
    assert [(span.start, span.end) for span in found.spans] == [(1, 3), (7, 9)]
    assert (found.chunk_id, [box.page for box in found.boxes]) == (citation.chunk_id, [8])
