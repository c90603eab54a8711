"""The chunk store: texts, narrow vectors, and the staging area of versions that are not published yet.

The API's role has no grant on any table of this file; it searches through functions that check membership.
"""

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from db.models.base import Table, identifier, reference


class ChunkColumns(Table):
    """What a chunk is, published or staged; its id is derived from version and position."""

    id: UUID
    project_id: UUID
    document_id: UUID
    version_id: UUID
    position: int
    text: str
    title_path: list[str] = Field(sa_type=ARRAY(Text))
    kinds: list[str] = Field(sa_type=ARRAY(Text))
    page_first: int | None = None
    page_last: int | None = None
    regions: list[Any] = Field(sa_type=JSONB)
    """`[start, end, page, x0, y0, x1, y1]` per line: characters of `text`, page from 1, box in fractions."""
    sha256: str
    context: str | None = None
    """What is embedded and indexed before the text, where the project wants it: its document and titles."""
    summary: str | None = None
    """What is embedded in the text's place, where a model has summed it up; the text is what is shown."""


class Chunk(ChunkColumns, table=True):
    """A published chunk; when it goes, a trigger takes its vectors with it."""

    __tablename__ = "chunks"
    __table_args__ = (Index(None, "project_id", "id"),)

    id: UUID = identifier()
    project_id: UUID = reference("projects.id")
    document_id: UUID = reference("documents.id", index=True)


class ChunkVector(Table, table=True):
    """A chunk's vector in one generation; hash-partitioned by project, stored plain, no global index."""

    __tablename__ = "chunk_vectors"
    __table_args__ = (
        Index(None, "document_id", "chunk_id"),
        {"postgresql_partition_by": "HASH (project_id)"},
    )

    project_id: UUID = Field(primary_key=True)
    generation_id: UUID = Field(primary_key=True)
    chunk_id: UUID = Field(primary_key=True)
    document_id: UUID
    embedding: Any = Field(sa_type=HALFVEC)


class StagedChunk(ChunkColumns, table=True):
    """A chunk of a version that is being built."""

    __tablename__ = "staged_chunks"

    version_id: UUID = reference("document_versions.id", primary_key=True)
    position: int = Field(primary_key=True)


class StagedVector(Table, table=True):
    """A vector of a version that is being built; the positions present are the batches already paid for."""

    __tablename__ = "staged_vectors"

    version_id: UUID = reference("document_versions.id", primary_key=True)
    generation_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    embedding: Any = Field(sa_type=HALFVEC)
