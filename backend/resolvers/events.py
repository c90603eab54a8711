"""Subscriptions: what happens to a document or an answer, a project or an answer, from a cursor on."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Annotated, Any

import strawberry

from backend.errors import Invalid
from backend.events.cursor import Cursor as StreamCursor
from backend.events.envelope import Event as StreamEvent
from backend.schema import document_events, message_events, project_events
from backend.schema.access import needs
from backend.schema.context import Context, Info
from backend.schema.document_events import DocumentEvent
from backend.schema.events import Cursor
from backend.schema.message_events import MessageEvent
from backend.schema.nodes import row_id
from backend.schema.project_events import ProjectEvent
from backend.services import changes as projects
from backend.services.documents import watch as documents
from backend.services.messages import watch as messages
from db.models import Capability


@strawberry.type
class EventSubscriptions:
    @strawberry.subscription(
        description="What happens to a document, until it is completed, failed or cancelled."
    )
    @needs(Capability.READ, Capability.WRITE_DOCUMENTS)
    def document_events(
        self,
        info: Info,
        document_id: Annotated[strawberry.ID, strawberry.argument(description="Which document.")],
        after: Cursor = None,
    ) -> AsyncGenerator[DocumentEvent, None]:
        context = info.context
        source = documents.watch(
            context.handles.transactions,
            context.handles.hub,
            viewer=context.viewer,
            document_id=row_id(document_id, "Document", field="document_id"),
            after=cursor(context.resume_after or after),
        )
        return said(context, source, document_events.from_event)

    @strawberry.subscription(
        description="What becomes of a project: its documents, its embedding model and your chats about it, "
        "all in one subscription, which has no end."
    )
    @needs(Capability.READ)
    def project_events(
        self,
        info: Info,
        project_id: Annotated[strawberry.ID, strawberry.argument(description="Which project.")],
        after: Cursor = None,
    ) -> AsyncGenerator[ProjectEvent, None]:
        context = info.context
        source = projects.watch(
            context.handles.transactions,
            context.handles.hub,
            viewer=context.viewer,
            project_id=row_id(project_id, "Project", field="project_id"),
            after=cursor(context.resume_after or after),
        )
        return said(context, source, project_events.from_event)

    @strawberry.subscription(
        description="How an answer is written, until it is whole, refused, stopped or failed."
    )
    @needs(Capability.READ, Capability.ASK)
    def message_events(
        self,
        info: Info,
        message_id: Annotated[strawberry.ID, strawberry.argument(description="Which answer.")],
        after: Cursor = None,
    ) -> AsyncGenerator[MessageEvent, None]:
        context = info.context
        source = messages.watch(
            context.handles.transactions,
            context.handles.hub,
            viewer=context.viewer,
            message_id=row_id(message_id, "Message", field="message_id"),
            after=cursor(context.resume_after or after),
        )
        return said(context, source, message_events.from_event)


def cursor(after: str | None) -> StreamCursor | None:
    """The cursor a client gave back; raises Invalid for one that never was given out."""
    if after is None:
        return None
    try:
        return StreamCursor.parse(after)
    except Invalid as error:
        error.field = "after"
        raise


async def said(
    context: Context, source: AsyncGenerator[StreamEvent, None], say: Callable[[StreamEvent], Any]
) -> AsyncGenerator[Any, None]:
    """Each event of `source` in the API's words, with loaders of its own; closes `source` at its end."""
    async with aclosing(source) as events:
        async for event in events:
            context.forget_loaded()
            context.cursor = str(event.cursor)
            yield say(event)
