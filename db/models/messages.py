"""Messages as a tree, the citations of answers, and what people thought of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from db.models.base import Table, check, choice, identifier, now, one_of, reference, time


class MessageRole(StrEnum):
    USER = "USER"
    ASSISTANT = "ASSISTANT"


class MessageStatus(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    REFUSED = "REFUSED"
    STOPPED = "STOPPED"
    FAILED = "FAILED"


ENDED = (MessageStatus.COMPLETED, MessageStatus.REFUSED, MessageStatus.STOPPED, MessageStatus.FAILED)


WORK = "status IN ('QUEUED', 'RUNNING')"
"""Answers that wait for a worker or have one."""

WORDS = "(to_tsvector('simple', content) || array_to_tsvector(ARRAY['=' || created_by::text]))"
"""What a message is found by: its words, and its owner beside them."""


class CitationStatus(StrEnum):
    VERIFIED = "VERIFIED"
    NORMALISED = "NORMALISED"
    NOT_FOUND = "NOT_FOUND"
    MISATTRIBUTED = "MISATTRIBUTED"
    UNCHECKED = "UNCHECKED"


class Message(Table, table=True):
    """A question or an answer; an answer's parent is its question, siblings are regenerations.

    `attempt` and `event_seq` mean what they mean on documents: fence and cursor; `content` is the text up to
    that cursor.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index(None, "chat_id", "created_at", "id"),
        Index("ix_messages_work", "created_by", "created_at", postgresql_where=text(WORK)),
        Index(
            "ix_messages_words",
            text(WORDS),
            postgresql_using="gin",
            postgresql_where=text("finished_at IS NOT NULL"),
        ),
        one_of("role", MessageRole),
        one_of("status", MessageStatus),
        check("cursor", "attempt >= 0 AND event_seq >= 0 AND num_tries >= 0"),
    )

    id: UUID = identifier()
    chat_id: UUID = reference("chats.id")
    project_id: UUID = reference("projects.id", index=True)
    created_by: UUID = reference("users.id", index=True)
    api_key_id: UUID | None = None
    """The key that it was sent with; the database fills it in."""
    parent_id: UUID | None = reference("messages.id", default=None, nullable=True, index=True)
    preferred_child_id: UUID | None = None
    role: MessageRole = choice(MessageRole)
    content: str = ""
    status: MessageStatus = choice(MessageStatus, default=MessageStatus.COMPLETED)
    failure_code: str | None = None
    failure_message: str | None = None
    """Why it failed or was refused, in a sentence for the person who asked."""
    model: str | None = None
    unsupported: list[Any] = Field(default_factory=list, sa_type=JSONB)
    """`[start, end]` per sentence of `content` without a citation that holds."""
    verification_rate: float | None = None
    """The share of quoting citations that were found; NULL where nothing was quoted."""

    attempt: int = 0
    event_seq: int = 0
    num_tries: int = 0
    leased_until: datetime | None = time(default=None)
    rung_at: datetime | None = time(default=None)
    stop_requested_at: datetime | None = time(default=None)
    traceparent: str | None = None
    """The trace of the request that asked for it, where traces are recorded."""

    created_at: datetime = now()
    updated_at: datetime = now()
    started_at: datetime | None = time(default=None)
    finished_at: datetime | None = time(default=None)


class Citation(Table, table=True):
    """A claim's source: it keeps the words it showed, so it outlives the document.

    With `url` it is a page of the web: then the ids of document and chunk are made of its address.
    """

    __tablename__ = "citations"
    __table_args__ = (
        UniqueConstraint("message_id", "position"),
        one_of("status", CitationStatus),
        check("position", "position >= 0"),
        check("characters", "char_start >= 0 AND char_end >= char_start"),
    )

    id: UUID = identifier()
    message_id: UUID = reference("messages.id")
    position: int
    """Order in the answer, from 0."""
    marker: int
    """The number shown in the text, as in `[2]`."""
    document_id: UUID
    document_name: str
    url: str | None = None
    published_on: date | None = None
    chunk_id: UUID
    chunk_text: str
    page: int | None = None
    boxes: list[Any] = Field(default_factory=list, sa_type=JSONB)
    """`[page, x0, y0, x1, y1]` per box that the quoted words touch, in fractions of the page."""
    quote: str | None = None
    char_start: int | None = None
    char_end: int | None = None
    spans: list[Any] = Field(default_factory=list, sa_type=JSONB)
    """`[start, end]` of `chunk_text` for each part of the quote; several where it leaves something out."""
    claim_start: int | None = None
    claim_end: int | None = None
    """Characters of the message's content that it is the source of; NULL in rows of before they were kept."""
    claimed_page: int | None = None
    """The page that the answer names."""
    elsewhere: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    """Where the words of a MISATTRIBUTED quote stand: marker, document, chunk, page, boxes, spans, quote."""
    score: float
    status: CitationStatus = choice(CitationStatus, default=CitationStatus.UNCHECKED)


class Feedback(Table, table=True):
    """One person's rating of one answer; the last one counts."""

    __tablename__ = "feedback"

    message_id: UUID = reference("messages.id", primary_key=True)
    user_id: UUID = reference("users.id", primary_key=True)
    positive: bool
    reason: str | None = None
    comment: str | None = None
    created_at: datetime = now()
    updated_at: datetime = now()
