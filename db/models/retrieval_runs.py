"""How an answer found what it was written from: kept with it, so that it can be done again and compared."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from db.models.base import Table, identifier, now, reference


class RetrievalRun(Table, table=True):
    """One search of an answer, by the attempt that wrote it."""

    __tablename__ = "retrieval_runs"
    __table_args__ = (UniqueConstraint("message_id", "position"),)

    id: UUID = identifier()
    message_id: UUID = reference("messages.id")
    position: int
    """Order of the searches, from 0."""
    tool: str
    query: str
    wordings: list[Any] = Field(default_factory=list, sa_type=JSONB)
    """The query, and the other wordings that were searched for with it."""
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    """The project's retrieval settings as they were; empty for the web."""
    candidates: list[Any] = Field(default_factory=list, sa_type=JSONB)
    """What was found, best first: its chunk, document or address, and its scores and ranks per arm."""
    model: str
    prompts: list[Any] = Field(default_factory=list, sa_type=JSONB)
    """The prompts of the answer with their versions, as in `rag@1`."""
    created_at: datetime = now()
