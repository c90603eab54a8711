"""Following a document's events, for as long as the viewer may see it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from uuid import UUID

from backend.auth import Viewer
from backend.errors import NotFound
from backend.events import Snapshot, follow
from backend.events.cursor import Cursor
from backend.events.envelope import Event
from backend.events.hub import Hub
from backend.services import rights
from backend.services.documents import events
from backend.transactions import Transactions
from db.models import Document
from db.models.base import utc_now


async def watch(
    transactions: Transactions, hub: Hub, *, viewer: Viewer, document_id: UUID, after: Cursor | None
) -> AsyncGenerator[Event]:
    """Yield the document's events after the cursor, or from a snapshot of it on; ends with its last event.

    Raises NotFound for strangers, before anything is yielded.
    """
    view = _View(transactions, viewer, document_id)
    await view.read()
    followed = follow(hub, events.topic(document_id), after=after, snapshot=view.snapshot)
    async with aclosing(followed) as stream:
        async for event in stream:
            view.seen = max(view.seen, event.cursor)
            yield event


class _View:
    """The row as its follower asks for it; once seen and then gone, it reads as deleted."""

    def __init__(self, transactions: Transactions, viewer: Viewer, document_id: UUID) -> None:
        self.transactions = transactions
        self.viewer = viewer
        self.document_id = document_id
        self.seen = Cursor(0, 0)

    async def read(self) -> Document:
        async with self.transactions.unit_of_work(viewer=self.viewer.user_id) as session:
            document = await rights.document(session, viewer=self.viewer, document_id=self.document_id)
        self.seen = max(self.seen, events.cursor(document))
        return document

    async def snapshot(self) -> Snapshot:
        try:
            document = await self.read()
        except NotFound:
            return Snapshot(event=self._deleted(), ended=self._deleted())
        return Snapshot(
            event=events.make(document, events.SNAPSHOT, {}),
            ended=events.ended(document),
            is_stalled=document.is_stalled,
        )

    def _deleted(self) -> Event:
        """Deleting is a change of hands, so it comes after all that was seen."""
        return Event(
            topic=events.topic(self.document_id),
            cursor=Cursor(self.seen.attempt + 1, 0),
            kind=events.DELETED,
            at=utc_now(),
            data={"document_id": str(self.document_id)},
            final=True,
        )
