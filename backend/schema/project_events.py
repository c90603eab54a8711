"""What becomes of a project's documents, one document a change."""

from typing import Annotated, Any, TypeAlias

import strawberry

from backend.events.envelope import Event as StreamEvent
from backend.schema.documents import Document
from backend.schema.events import Event, EventsMissed, Made, place_of, plain, translate
from backend.schema.nodes import global_id
from db import models as rows
from db.models.documents import DocumentStatus


@strawberry.type(description="How many documents of a project have one status.")
class StatusCount:
    status: DocumentStatus = strawberry.field(description="Which status.")
    count: int = strawberry.field(description="How many documents have it.")


@strawberry.type(description="How a project's documents stand; the first event when no cursor was given.")
class ProjectSnapshot(Event):
    counts: list[StatusCount] = strawberry.field(
        description="How many documents have each status, in the order of the work; those without any are "
        "left out."
    )


@strawberry.type(
    description="A document came, changed its status or name, or was deleted. One that changed several times "
    "before it could be told is told once, as it is now; progress within a stage is told by `documentEvents` "
    "alone."
)
class DocumentChanged(Event):
    document_id: strawberry.ID = strawberry.field(description="The document's id.")
    document: Document | None = strawberry.field(
        description="The document as it is; none once it is deleted."
    )
    counts: list[StatusCount] = strawberry.field(
        description="How many of the project's documents have each status by now."
    )


ProjectEvent: TypeAlias = Annotated[
    ProjectSnapshot | DocumentChanged | EventsMissed,
    strawberry.union("ProjectEvent", description="Something that happened to a project's documents."),
]


def from_event(event: StreamEvent) -> Any:
    """The ProjectEvent that says `event`."""
    return translate(event, MAKERS)


def _snapshot(event: StreamEvent) -> ProjectSnapshot:
    return ProjectSnapshot(**place_of(event), counts=_counts(event))


def _changed(event: StreamEvent) -> DocumentChanged:
    data = event.data
    row = data["document"]
    document = None if row is None else Document.from_row(rows.Document.model_validate(row))
    return DocumentChanged(
        **place_of(event),
        document_id=global_id("Document", data["document_id"]),
        document=document,
        counts=_counts(event),
    )


def _counts(event: StreamEvent) -> list[StatusCount]:
    counts = event.data["counts"]
    return [StatusCount(status=status, count=counts[status]) for status in DocumentStatus if status in counts]


MAKERS: dict[str, Made] = {
    "ProjectSnapshot": _snapshot,
    "DocumentChanged": _changed,
    "EventsMissed": plain(EventsMissed),
}
