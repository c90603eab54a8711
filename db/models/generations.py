"""Embedding generations: all vectors of a project that one model made, and the work of making them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import SCHEMA, Table, check, choice, identifier, now, one_of, reference, time


class GenerationStatus(StrEnum):
    BUILDING = "BUILDING"
    ACTIVE = "ACTIVE"
    RETIRED = "RETIRED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


MAX_DIMENSIONS = 4000
"""A halfvec stored plain must fit one page."""


class EmbeddingGeneration(Table, table=True):
    """A project's vectors of one model; exactly one is ACTIVE and serves, at most one is BUILDING.

    A project that goes back to a model goes on with its row, and with the vectors that are left of it.
    """

    __tablename__ = "embedding_generations"
    __table_args__ = (
        Index(
            "uq_embedding_generations_active",
            "project_id",
            unique=True,
            postgresql_where=text("status = 'ACTIVE'"),
        ),
        Index(
            "uq_embedding_generations_building",
            "project_id",
            unique=True,
            postgresql_where=text("status = 'BUILDING'"),
        ),
        UniqueConstraint("project_id", "model", "dimensions"),
        one_of("status", GenerationStatus),
        check("dimensions", f"dimensions BETWEEN 1 AND {MAX_DIMENSIONS}"),
        check("work", "attempt >= 0 AND num_tries >= 0 AND num_chunks >= 0 AND num_embedded >= 0"),
    )

    id: UUID = identifier()
    project_id: UUID = reference("projects.id", index=True)
    model: str
    dimensions: int
    status: GenerationStatus = choice(GenerationStatus, default=GenerationStatus.ACTIVE)
    created_at: datetime = now()
    activated_at: datetime | None = time(default=None)
    """When it last began to serve."""
    retired_at: datetime | None = time(default=None)
    """When it last ceased to serve."""

    requested_by: UUID | None = Field(
        default=None, foreign_key=f"{SCHEMA}.users.id", ondelete="SET NULL", index=True
    )
    """Who changed the model, and pays for it; nobody for a project's first generation."""
    requested_at: datetime | None = time(default=None)
    num_chunks: int = 0
    """Chunks of the project when they were last counted, and how many of them have their vector."""
    num_embedded: int = 0
    is_indexing: bool = False
    """Whether it is being built, all chunks have their vector, and only their index is waited for."""
    change_seq: int = Field(default=0, sa_type=BigInteger)
    """Number of the project's change that told how far the work was; a trigger counts it."""
    failure_code: str | None = None
    failure_message: str | None = None
    attempt: int = 0
    num_tries: int = 0
    leased_until: datetime | None = time(default=None)
    rung_at: datetime | None = time(default=None)
    started_at: datetime | None = time(default=None)
    updated_at: datetime = now()
    finished_at: datetime | None = time(default=None)
    """When the work that was asked for last came to its end, whichever."""
