"""The keyword arm's store: what words a chunk has and what they weigh, and how often a project has each.

The API's role has no grant on any table of this file; it searches through functions that check membership.
"""

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import SPARSEVEC
from sqlalchemy import REAL, BigInteger, Column, Identity, Index, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field

from db.models.base import Table, reference

DIMENSIONS = 1_000_000_000
"""Of the sparse vectors: a lexeme's place is a hash."""


class ChunkKeywords(Table, table=True):
    """A published chunk's words; a trigger takes the row away with its chunk.

    `lexemes` hold the project's id too, so that one index serves all projects.
    """

    __tablename__ = "chunk_keywords"
    __table_args__ = (
        Index("ix_chunk_keywords_lexemes", "lexemes", postgresql_using="gin"),
        Index(None, "project_id", "average_length"),
    )

    chunk_id: UUID = Field(primary_key=True)
    project_id: UUID
    document_id: UUID
    num_words: int
    average_length: float = Field(sa_type=REAL)
    """In words, of the project's chunks when `weights` were computed: upkeep does it again when it drifts."""
    lexemes: Any = Field(sa_type=TSVECTOR)
    weights: Any = Field(sa_type=SPARSEVEC(DIMENSIONS))


class LexemeCount(Table, table=True):
    """In how many chunks of a project a lexeme is, without the changes that wait to be added."""

    __tablename__ = "lexeme_counts"

    project_id: UUID = reference("projects.id", primary_key=True)
    lexeme: str = Field(sa_type=Text(collation="C"), primary_key=True)
    num: int = Field(sa_type=BigInteger)


class LexemeChange(Table, table=True):
    """What one publication or removal changes about the counts: rows are only added, so that nobody waits."""

    __tablename__ = "lexeme_changes"

    __table_args__ = (Index(None, "project_id", "lexeme"),)

    id: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    project_id: UUID
    lexeme: str = Field(sa_type=Text(collation="C"))
    num: int = Field(sa_type=BigInteger)
