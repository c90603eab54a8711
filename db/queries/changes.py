"""Changes of a project's documents in their order: the rows are the record, whoever was away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Document, DocumentRemoval, Project


@dataclass(frozen=True)
class Change:
    """A document as it is since change `seq`; `document` is None once it is removed."""

    seq: int
    at: datetime
    document_id: UUID
    document: Document | None


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
    changed = (
        select(Document)
        .where(
            Document.project_id == project_id,
            col(Document.change_seq) > after,
            col(Document.change_seq) <= upto,
        )
        .order_by(col(Document.change_seq))
        .limit(limit)
    )
    removed = (
        select(DocumentRemoval)
        .where(
            DocumentRemoval.project_id == project_id,
            col(DocumentRemoval.change_seq) > after,
            col(DocumentRemoval.change_seq) <= upto,
        )
        .order_by(col(DocumentRemoval.change_seq))
        .limit(limit)
    )
    found = [Change(row.change_seq, row.updated_at, row.id, row) for row in await session.exec(changed)]
    gone = await session.exec(removed)
    found += [Change(row.change_seq, row.removed_at, row.document_id, None) for row in gone]
    return sorted(found, key=lambda change: change.seq)[:limit]
