"""What the events of an answer say when its row is asked: the same words live and afterwards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.events import Cursor, Event
from backend.services import topics
from db.models import Citation, Message, MessageStatus

PERMANENT = frozenset({"EMBEDDING_MODEL_CHANGED", "NOT_FOUND"})
"""Failures that asking again does not mend."""

_KINDS = {
    MessageStatus.COMPLETED: "MessageCompleted",
    MessageStatus.REFUSED: "MessageRefused",
    MessageStatus.STOPPED: "MessageStopped",
    MessageStatus.FAILED: "MessageFailed",
}


def topic(message_id: UUID) -> str:
    return topics.message(message_id)


def snapshot(row: Message, citations: Sequence[Citation]) -> Event:
    """The row as it is, at the cursor of the last event that it contains."""
    return Event(topic(row.id), _cursor(row), "MessageSnapshot", _whole(row, citations), at=row.updated_at)


def ending(row: Message, citations: Sequence[Citation]) -> Event | None:
    """The row's last event, or None while the answer is still to come."""
    if row.status not in _KINDS:
        return None
    data, at = _last(row, citations), row.finished_at or row.updated_at
    return Event(topic(row.id), _cursor(row), _KINDS[row.status], data, at=at, final=True)


def _last(row: Message, citations: Sequence[Citation]) -> dict[str, Any]:
    data = _whole(row, citations)
    code, words = row.failure_code or "INTERNAL", row.failure_message or "It failed."
    if row.status is MessageStatus.REFUSED:
        return data | {"check": code, "reason": words}
    if row.status is MessageStatus.FAILED:
        return data | {"code": code, "message_text": words, "retryable": code not in PERMANENT}
    return data


def _whole(row: Message, citations: Sequence[Citation]) -> dict[str, Any]:
    return {
        "message": row.model_dump(mode="json"),
        "citations": [citation.model_dump(mode="json") for citation in citations],
    }


def _cursor(row: Message) -> Cursor:
    return Cursor(row.attempt, row.event_seq)
