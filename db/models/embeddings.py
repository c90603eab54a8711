"""Embeddings that were paid for, kept by the hash of their text so that nothing is bought twice.

The API's role has no grant on this table.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlmodel import Field

from db.models.base import Table, reference, time, utc_now


class CachedEmbedding(Table, table=True):
    """What a model made of one text for one project; it goes with the document that paid for it."""

    __tablename__ = "cached_embeddings"

    project_id: UUID = Field(primary_key=True)
    model: str = Field(primary_key=True)
    dimensions: int = Field(primary_key=True)
    sha256: bytes = Field(primary_key=True)
    """Of the text's UTF-8."""
    document_id: UUID = reference("documents.id", index=True)
    embedding: Any = Field(sa_type=HALFVEC)
    used_at: datetime = time(default_factory=utc_now, index=True)
    """When it was last of use, give or take a day."""
