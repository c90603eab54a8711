"""Following a project: what becomes of its documents, its embedding model and the viewer's chats about it.

The rows are the record (docs/adr/0010): a doorbell says that there is news, and the rows say what.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from backend.auth import Viewer
from backend.errors import Unavailable
from backend.events.cursor import Cursor
from backend.events.envelope import EVENTS_MISSED, Event
from backend.events.hub import Hub
from backend.services import rights
from backend.transactions import Transactions
from db.engine import Session
from db.models import Chat, ChatRemoval, Document, DocumentRemoval, EmbeddingGeneration
from db.models.base import utc_now
from db.queries import changes, documents, generations
from db.queries.changes import Change

log = structlog.get_logger()

SNAPSHOT = "ProjectSnapshot"
CHANGED = "DocumentChanged"
CHAT_CHANGED = "ChatChanged"
PROGRESSED = "EmbeddingModelProgressed"

BATCH = 100
SILENT_SECONDS = 5.0
"""A doorbell may be lost: rows are read again after so long without one."""
COALESCE_SECONDS = 0.1
"""Rows are read no more often than this; whatever changed meanwhile is told together."""


def topic(project_id: UUID) -> str:
    return f"project:{project_id}"


async def watch(
    transactions: Transactions, hub: Hub, *, viewer: Viewer, project_id: UUID, after: Cursor | None
) -> AsyncGenerator[Event]:
    """Yield the project's changes after the cursor, or from a snapshot of their counts on.

    What changed several times before it was read is told once, as it is. There is no end: raises
    NotFound for strangers, before anything is yielded, and as soon as the viewer may see the project no more.
    """
    view = _View(transactions, viewer, project_id)
    async with hub.subscribe(topic(project_id)) as bell:
        events = await view.begin(after)
        while True:
            for event in events:
                yield event
            if len(events) < BATCH:
                await bell.wait(SILENT_SECONDS)
            await asyncio.sleep(COALESCE_SECONDS)
            # Before the rows are read: a ring that comes later is heard.
            bell.clear()
            try:
                events = await view.news()
            except Unavailable as error:
                log.warning("project.unread", project_id=str(project_id), reason=error.message)
                events = []


class _View:
    """The project as its follower reads it; `seen` is the number of the last change told."""

    def __init__(self, transactions: Transactions, viewer: Viewer, project_id: UUID) -> None:
        self.transactions = transactions
        self.viewer = viewer
        self.project_id = project_id
        self.seen = 0
        self._stalled: dict[UUID, datetime | None] = {}

    async def begin(self, after: Cursor | None) -> list[Event]:
        """What is told first; a cursor beyond the last change is none that was given out here."""
        async with self.transactions.unit_of_work(viewer=self.viewer.user_id) as session:
            await rights.member(session, viewer=self.viewer, project_id=self.project_id)
            last = await changes.last(session, self.project_id)
            if after is not None and after <= Cursor(0, last):
                self.seen = after.seq
                return await self._told(session, last)
            self.seen = last
            snapshot = self._event(SNAPSHOT, last, await self._state(session))
        return [snapshot] if after is None else [self._event(EVENTS_MISSED, last, {}), snapshot]

    async def news(self) -> list[Event]:
        """At most a batch of changes since the last one told; when there are none, what stands still."""
        async with self.transactions.unit_of_work(viewer=self.viewer.user_id) as session:
            await rights.member(session, viewer=self.viewer, project_id=self.project_id)
            told = await self._told(session, await changes.last(session, self.project_id))
            return told or await self._stalls(session)

    async def _told(self, session: Session, last: int) -> list[Event]:
        if last <= self.seen:
            return []
        found = await changes.between(session, self.project_id, after=self.seen, upto=last, limit=BATCH)
        counts = await self._counts(session)
        self.seen = found[-1].seq if len(found) == BATCH else last
        return [replace(self._of(change, counts), at=change.at) for change in found]

    async def _stalls(self, session: Session) -> list[Event]:
        """Documents whose worker fell silent, once each; it is no change, so it has no number."""
        rows = await documents.stalled(session, self.project_id, limit=BATCH)
        new = [row for row in rows if self._stalled.get(row.id) != row.leased_until]
        self._stalled = {row.id: row.leased_until for row in rows}
        counts = await self._counts(session) if new else {}
        return [self._of(Change(self.seen, utc_now(), row), counts) for row in new]

    async def _state(self, session: Session) -> dict[str, object]:
        change = (await generations.changes_of(session, [self.project_id])).get(self.project_id)
        told = None if change is None else change.model_dump(mode="json")
        return {"counts": await self._counts(session), "model_change": told}

    def _of(self, change: Change, counts: dict[str, int]) -> Event:
        match change.row:
            case EmbeddingGeneration() as row:
                return self._event(PROGRESSED, change.seq, {"model_change": row.model_dump(mode="json")})
            case Chat() | ChatRemoval() as row:
                return self._event(CHAT_CHANGED, change.seq, _told_of_chat(row))
            case Document() | DocumentRemoval() as row:
                return self._event(CHANGED, change.seq, _told_of_document(row) | {"counts": counts})

    async def _counts(self, session: Session) -> dict[str, int]:
        counted = await documents.counts_by_status(session, [self.project_id])
        return {str(status): number for status, number in counted[self.project_id].items()}

    def _event(self, kind: str, seq: int, data: dict[str, object]) -> Event:
        return Event(topic=topic(self.project_id), cursor=Cursor(0, seq), kind=kind, data=data)


def _told_of_document(row: Document | DocumentRemoval) -> dict[str, object]:
    if isinstance(row, DocumentRemoval):
        return {"document_id": str(row.document_id), "document": None}
    return {"document_id": str(row.id), "document": row.model_dump(mode="json")}


def _told_of_chat(row: Chat | ChatRemoval) -> dict[str, object]:
    if isinstance(row, ChatRemoval):
        return {"chat_id": str(row.chat_id), "chat": None}
    return {"chat_id": str(row.id), "chat": row.model_dump(mode="json")}
