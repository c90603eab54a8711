"""What happens to a document while it is taken in."""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

import strawberry

from backend.events.envelope import Event as StreamEvent
from backend.schema.documents import Document
from backend.schema.events import Event, EventsMissed, Made, place_of, plain, translate
from backend.schema.nodes import global_id
from backend.schema.stages import Remaining, StageDetail
from db import models as rows
from db.models.documents import DocumentStatus


@strawberry.type(description="The document as it is; the first event when no cursor was given.")
class DocumentSnapshot(Event):
    document: Document = strawberry.field(description="The document at this cursor.")


@strawberry.type(description="A stage began.")
class StageStarted(Event):
    stage: DocumentStatus = strawberry.field(description="Which stage.")


@strawberry.type(description="A stage came further.")
class StageProgressed(Event):
    stage: DocumentStatus = strawberry.field(description="Which stage.")
    done: int = strawberry.field(description="How many of its parts are done: pages, chunks or summaries.")
    total: int | None = strawberry.field(description="How many parts there are, where that is known.")
    progress: float = strawberry.field(description="How much of the whole work is done, from 0 to 1.")
    remaining: Remaining | None = strawberry.field(
        description="How long the work will still take; none while nobody can tell."
    )


@strawberry.type(description="A stage ended well.")
class StageFinished(Event):
    stage: DocumentStatus = strawberry.field(description="Which stage.")
    detail: StageDetail = strawberry.field(description="What the stage found and did.")


@strawberry.type(description="Everything is searchable. The last event.")
class DocumentCompleted(Event):
    document: Document = strawberry.field(description="The document as it ended.")


@strawberry.type(description="The document could not be taken in. The last event of this run.")
class DocumentFailed(Event):
    document: Document = strawberry.field(description="The document as it ended.")
    code: str = strawberry.field(description="What went wrong, for programs.")
    message: str = strawberry.field(description="What went wrong, in a sentence.")
    retryable: bool = strawberry.field(description="Whether `retryDocument` may help as things are.")


@strawberry.type(description="Someone cancelled the document. The last event of this run.")
class DocumentCancelled(Event):
    document: Document = strawberry.field(description="The document as it ended.")


@strawberry.type(description="The document was deleted. The last event.")
class DocumentDeleted(Event):
    document_id: strawberry.ID = strawberry.field(description="The id the document had.")


DocumentEvent: TypeAlias = Annotated[
    DocumentSnapshot
    | StageStarted
    | StageProgressed
    | StageFinished
    | DocumentCompleted
    | DocumentFailed
    | DocumentCancelled
    | DocumentDeleted
    | EventsMissed,
    strawberry.union("DocumentEvent", description="Something that happened to a document."),
]


def from_event(event: StreamEvent) -> Any:
    """The DocumentEvent that says `event`."""
    return translate(event, MAKERS)


def _with_document(kind: Callable[..., Event], *names: str) -> Made:
    def make(event: StreamEvent) -> Event:
        row = rows.Document.model_validate(event.data["document"])
        named = {name: event.data[name] for name in names}
        return kind(**place_of(event), document=Document.from_row(row), **named)

    return make


def _started(event: StreamEvent) -> StageStarted:
    return StageStarted(**place_of(event), stage=DocumentStatus(event.data["stage"]))


def _progressed(event: StreamEvent) -> StageProgressed:
    data = event.data
    return StageProgressed(
        **place_of(event),
        stage=DocumentStatus(data["stage"]),
        done=data["done"],
        total=data["total"],
        progress=data["progress"],
        remaining=_remaining(data.get("remaining")),
    )


def _remaining(data: dict[str, Any] | None) -> Remaining | None:
    if data is None:
        return None
    return Remaining(seconds=data["seconds"], low=data["low"], high=data["high"])


def _finished(event: StreamEvent) -> StageFinished:
    stage = DocumentStatus(event.data["stage"])
    return StageFinished(**place_of(event), stage=stage, detail=StageDetail.of(stage, event.data["detail"]))


def _deleted(event: StreamEvent) -> DocumentDeleted:
    return DocumentDeleted(**place_of(event), document_id=global_id("Document", event.data["document_id"]))


MAKERS: dict[str, Made] = {
    "DocumentSnapshot": _with_document(DocumentSnapshot),
    "StageStarted": _started,
    "StageProgressed": _progressed,
    "StageFinished": _finished,
    "DocumentCompleted": _with_document(DocumentCompleted),
    "DocumentFailed": _with_document(DocumentFailed, "code", "message", "retryable"),
    "DocumentCancelled": _with_document(DocumentCancelled),
    "DocumentDeleted": _deleted,
    "EventsMissed": plain(EventsMissed),
}
