"""A project's changes in their order, of documents and embedding model: the rows are the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from db.models import Document, DocumentRemoval, EmbeddingGeneration, Project

Row = TypeVar("Row", Document, DocumentRemoval, EmbeddingGeneration)


@dataclass(frozen=True)
class Change:
    """A document or a generation as it is since change `seq`; both are None once a document is removed."""

    seq: int
    at: datetime
    document_id: UUID | None
    document: Document | None
    generation: EmbeddingGeneration | None = None


async def last(session: AsyncSession, project_id: UUID) -> int:
    """Number of the project's last change; 0 for a project without any.

    All changes up to it have been committed: each holds the project's row until its commit.
    """
    statement = select(Project.change_seq).where(Project.id == project_id)
    return (await session.exec(statement)).first() or 0


async def between(
    session: AsyncSession, project_id: UUID, *, after: int, upto: int, limit: int
) -> Sequence[Change]:
    """The first `limit` changes after `after`, up to `upto` (`last`, read before), in their order.

    A document that changed more than once stands at its newest change alone; what changes again while this is
    read is left for the next time.
    """
    changed = await session.exec(_numbered(Document, project_id, after, upto, limit))
    removed = await session.exec(_numbered(DocumentRemoval, project_id, after, upto, limit))
    stepped = await session.exec(_numbered(EmbeddingGeneration, project_id, after, upto, limit))
    found = [Change(row.change_seq, row.updated_at, row.id, row) for row in changed]
    found += [Change(row.change_seq, row.removed_at, row.document_id, None) for row in removed]
    found += [Change(row.change_seq, row.updated_at, None, None, row) for row in stepped]
    return sorted(found, key=lambda change: change.seq)[:limit]


def _numbered(table: type[Row], project_id: UUID, after: int, upto: int, limit: int) -> SelectOfScalar[Row]:
    """The table's rows whose last change has one of these numbers."""
    seq = col(table.change_seq)
    mine = select(table).where(table.project_id == project_id, seq > after, seq <= upto)
    return mine.order_by(seq).limit(limit)
