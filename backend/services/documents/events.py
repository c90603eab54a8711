"""What followers of a document are told; the row numbers its events, and they leave with its commits."""

from typing import Any
from uuid import UUID

from backend.events.cursor import Cursor
from backend.events.envelope import Event
from backend.events.publish import announce, ring
from backend.services import changes, topics
from backend.services.documents import failures
from db.engine import Session
from db.models import Document, DocumentStatus
from db.models.base import utc_now

SNAPSHOT = "DocumentSnapshot"
STAGE_STARTED = "StageStarted"
STAGE_PROGRESSED = "StageProgressed"
STAGE_FINISHED = "StageFinished"
COMPLETED = "DocumentCompleted"
FAILED = "DocumentFailed"
CANCELLED = "DocumentCancelled"
DELETED = "DocumentDeleted"

_TOLD_TO_PROJECT = (SNAPSHOT, STAGE_STARTED, COMPLETED, FAILED, CANCELLED, DELETED)
"""What may come with a change of status, which a project's followers are told of; progress does not."""


def topic(document_id: UUID) -> str:
    return topics.document(document_id)


def cursor(document: Document) -> Cursor:
    """The last event that the row already contains."""
    return Cursor(document.attempt, document.event_seq)


def change_hands(document: Document) -> None:
    """Fence off whoever works on the row; the next event recorded is the new attempt's first."""
    document.attempt += 1
    document.event_seq = -1


def record(session: Session, document: Document, kind: str, data: dict[str, Any] | None = None) -> None:
    """Number the event after the row's last one and let it go out when the transaction has committed."""
    document.event_seq += 1
    document.updated_at = utc_now()
    announce(session, make(document, kind, data or {}))
    if kind in _TOLD_TO_PROJECT:
        ring(session, changes.topic(document.project_id))


def make(document: Document, kind: str, data: dict[str, Any]) -> Event:
    """The event of this kind at the row's cursor; kinds that show the document carry its columns."""
    whole = kind in (SNAPSHOT, COMPLETED, FAILED, CANCELLED)
    shown = {"document": document.model_dump(mode="json")} if whole else {}
    return Event(
        topic=topic(document.id),
        cursor=cursor(document),
        kind=kind,
        at=document.updated_at,
        data=shown | data,
        final=kind in (COMPLETED, FAILED, CANCELLED, DELETED),
    )


def record_state(session: Session, document: Document) -> None:
    """Record the row as it is now: as a snapshot, or as its last event anew if its work has ended."""
    document.event_seq += 1
    document.updated_at = utc_now()
    announce(session, ended(document) or make(document, SNAPSHOT, {}))
    ring(session, changes.topic(document.project_id))


def ended(document: Document) -> Event | None:
    """The last event of a document whose work has ended, made from its row; None while it goes on."""
    if document.status is DocumentStatus.COMPLETED:
        return make(document, COMPLETED, {})
    if document.status is DocumentStatus.CANCELLED:
        return make(document, CANCELLED, {})
    if document.status is DocumentStatus.FAILED:
        return make(document, FAILED, failure(document))
    return None


def failure(document: Document) -> dict[str, Any]:
    """Why it failed, as its last event says it."""
    return {
        "code": document.failure_code,
        "message": document.failure_message,
        "retryable": failures.is_retryable(document.failure_code),
    }
