"""What becomes of a project's documents and chats, one row a change, and of its embedding model."""

from typing import Annotated, Any, TypeAlias

import strawberry

from backend.events.envelope import Event as StreamEvent
from backend.schema.chats import Chat
from backend.schema.documents import Document
from backend.schema.embedding_models import EmbeddingModelChange
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
    embedding_model_change: EmbeddingModelChange | None = strawberry.field(
        description="The last change to another embedding model, whatever became of it; none if never asked."
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


@strawberry.type(
    description="The change to another embedding model began, came further, or ended. What happened several "
    "times before it could be told is told once, as it is now."
)
class EmbeddingModelProgressed(Event):
    change: EmbeddingModelChange = strawberry.field(description="How far it is.")


@strawberry.type(
    description="A chat of yours came, was asked something, got another title, or was deleted. One that "
    "changed several times before it could be told is told once, as it is now."
)
class ChatChanged(Event):
    chat_id: strawberry.ID = strawberry.field(description="The chat's id.")
    chat: Chat | None = strawberry.field(description="The chat as it is; none once it is deleted.")


ProjectEvent: TypeAlias = Annotated[
    ProjectSnapshot | DocumentChanged | ChatChanged | EmbeddingModelProgressed | EventsMissed,
    strawberry.union(
        "ProjectEvent",
        description="Something that happened to a project's documents, its embedding model or your chats.",
    ),
]


def from_event(event: StreamEvent) -> Any:
    """The ProjectEvent that says `event`."""
    return translate(event, MAKERS)


def _snapshot(event: StreamEvent) -> ProjectSnapshot:
    change = event.data.get("model_change")
    return ProjectSnapshot(
        **place_of(event),
        counts=_counts(event),
        embedding_model_change=None if change is None else _change(change),
    )


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


def _chat_changed(event: StreamEvent) -> ChatChanged:
    row = event.data["chat"]
    chat = None if row is None else Chat.from_row(rows.Chat.model_validate(row))
    return ChatChanged(**place_of(event), chat_id=global_id("Chat", event.data["chat_id"]), chat=chat)


def _progressed(event: StreamEvent) -> EmbeddingModelProgressed:
    return EmbeddingModelProgressed(**place_of(event), change=_change(event.data["model_change"]))


def _change(row: Any) -> EmbeddingModelChange:
    return EmbeddingModelChange.from_row(rows.EmbeddingGeneration.model_validate(row))


def _counts(event: StreamEvent) -> list[StatusCount]:
    counts = event.data["counts"]
    return [StatusCount(status=status, count=counts[status]) for status in DocumentStatus if status in counts]


MAKERS: dict[str, Made] = {
    "ProjectSnapshot": _snapshot,
    "DocumentChanged": _changed,
    "ChatChanged": _chat_changed,
    "EmbeddingModelProgressed": _progressed,
    "EventsMissed": plain(EventsMissed),
}
