"""A project's changes in their order, of documents, chats and embedding model: the rows are the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from db.models import Chat, ChatRemoval, Document, DocumentRemoval, EmbeddingGeneration, Project

Living = TypeVar("Living", Document, Chat, EmbeddingGeneration)
Removal = TypeVar("Removal", DocumentRemoval, ChatRemoval)
Row = TypeVar("Row", Document, DocumentRemoval, Chat, ChatRemoval, EmbeddingGeneration)
Changed: TypeAlias = Document | DocumentRemoval | Chat | ChatRemoval | EmbeddingGeneration


@dataclass(frozen=True)
class Change:
    """A row as it is since change `seq`, or what is left of one that was removed by it."""

    seq: int
    at: datetime
    row: Changed


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

    What changed more than once stands at its newest change alone; what changes again while this is read is
    left for the next time. Of chats only those are found that the session may see.
    """
    span = (project_id, after, upto, limit)
    found = [
        *await _living(session, _numbered(Document, *span)),
        *await _living(session, _numbered(Chat, *span)),
        *await _living(session, _numbered(EmbeddingGeneration, *span)),
        *await _removed(session, _numbered(DocumentRemoval, *span)),
        *await _removed(session, _numbered(ChatRemoval, *span)),
    ]
    return sorted(found, key=lambda change: change.seq)[:limit]


async def _living(session: AsyncSession, rows: SelectOfScalar[Living]) -> list[Change]:
    return [Change(row.change_seq, row.updated_at, row) for row in await session.exec(rows)]


async def _removed(session: AsyncSession, rows: SelectOfScalar[Removal]) -> list[Change]:
    return [Change(row.change_seq, row.removed_at, row) for row in await session.exec(rows)]


def _numbered(table: type[Row], project_id: UUID, after: int, upto: int, limit: int) -> SelectOfScalar[Row]:
    """The table's rows whose last change has one of these numbers."""
    seq = col(table.change_seq)
    mine = select(table).where(table.project_id == project_id, seq > after, seq <= upto)
    return mine.order_by(seq).limit(limit)
