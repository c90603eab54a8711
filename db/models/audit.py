"""The audit log: acts that changed who may do what, or took something away for good."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from db.models.base import Table, choice, identifier, now, one_of, reference


class Act(StrEnum):
    API_KEY_CREATED = "API_KEY_CREATED"
    API_KEY_ROTATED = "API_KEY_ROTATED"
    API_KEY_REVOKED = "API_KEY_REVOKED"
    API_KEY_FIRST_USED = "API_KEY_FIRST_USED"
    PROJECT_CREATED = "PROJECT_CREATED"
    PROJECT_DELETED = "PROJECT_DELETED"
    SETTINGS_CHANGED = "SETTINGS_CHANGED"
    DOCUMENT_DELETED = "DOCUMENT_DELETED"
    CHAT_DELETED = "CHAT_DELETED"


class AuditEntry(Table, table=True):
    """One act. The API's role may add and read entries, and neither change nor delete any."""

    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "user_id", "created_at", "id"), one_of("act", Act))

    id: UUID = identifier()
    user_id: UUID = reference("users.id")
    api_key_id: UUID | None = None
    """The key that it was done with; none when the person did it."""
    act: Act = choice(Act)
    subject_id: UUID | None = None
    """The row that it was done to, which may be gone."""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """Names and numbers for a person to read; never a secret, never a document's text."""
    created_at: datetime = now()
