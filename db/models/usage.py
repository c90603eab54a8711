"""What was spent, and which requests were already answered."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Numeric
from sqlmodel import Field

from db.models.base import Table, check, choice, identifier, now, one_of, reference


class UsageKind(StrEnum):
    CHAT = "CHAT"
    GUARDRAIL = "GUARDRAIL"
    EMBEDDING = "EMBEDDING"
    SUMMARY = "SUMMARY"
    RERANK = "RERANK"
    REWRITE = "REWRITE"
    TITLE = "TITLE"


class UsageOf(StrEnum):
    """What usage is added up for."""

    MESSAGE = "message"
    CHAT = "chat"
    PROJECT = "project"
    USER = "user"
    KEY = "key"


class Usage(Table, table=True):
    """One paid call, written whether or not its work was kept; rows outlive what they paid for."""

    __tablename__ = "usage"
    __table_args__ = (
        one_of("kind", UsageKind),
        check("tokens", "num_input_tokens >= 0 AND num_output_tokens >= 0"),
    )

    id: UUID = identifier()
    user_id: UUID = reference("users.id", index=True)
    project_id: UUID | None = Field(default=None, index=True)
    document_id: UUID | None = Field(default=None, index=True)
    message_id: UUID | None = Field(default=None, index=True)
    api_key_id: UUID | None = Field(default=None, index=True)
    """The key that asked for it; the database fills it in, from the caller or from the row it is about."""
    attempt: int = 0
    kind: UsageKind = choice(UsageKind)
    model: str
    num_input_tokens: int = 0
    num_output_tokens: int = 0
    cost_usd: Decimal | None = Field(default=None, sa_type=Numeric)
    created_at: datetime = now()


class IdempotencyKey(Table, table=True):
    """The first result of a mutation that creates or spends; a repeat with the same key returns it."""

    __tablename__ = "idempotency_keys"

    user_id: UUID = reference("users.id", primary_key=True)
    mutation: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_sha256: str
    result_id: UUID
    created_at: datetime = now()
