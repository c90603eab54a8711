"""Files that are to take the place of documents' present ones: announced, or being taken in."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Document, DocumentReplacement, DocumentVersion
from db.models.base import utc_now


async def get(session: AsyncSession, document_id: UUID) -> DocumentReplacement | None:
    """The file that is awaited for the document, if one is."""
    return await session.get(DocumentReplacement, document_id, populate_existing=True)


async def lock(session: AsyncSession, document_id: UUID) -> DocumentReplacement | None:
    """The same, held until the end of the transaction."""
    return await session.get(DocumentReplacement, document_id, populate_existing=True, with_for_update=True)


async def put(session: AsyncSession, *, awaited: DocumentReplacement) -> None:
    """Await this file, in the place of one that was awaited before. Hold the document's row."""
    await session.merge(awaited)
    await session.flush()


async def remove(session: AsyncSession, awaited: DocumentReplacement) -> None:
    await session.delete(awaited)
    await session.flush()


async def keep_name(session: AsyncSession, document_id: UUID) -> None:
    """Let no file that is awaited or being taken in rename the document."""
    for table in (DocumentReplacement, DocumentVersion):
        statement = update(table).where(col(table.document_id) == document_id, col(table.name).is_not(None))
        if table is DocumentVersion:
            statement = statement.where(col(DocumentVersion.published_at).is_(None))
        await session.exec(statement.values(name=None))


async def awaited_of(session: AsyncSession, document_ids: Sequence[UUID]) -> dict[UUID, DocumentReplacement]:
    """The awaited file of each document that has one."""
    rows = await session.exec(
        select(DocumentReplacement).where(col(DocumentReplacement.document_id).in_(document_ids))
    )
    return {row.document_id: row for row in rows}


async def building_of(session: AsyncSession, document_ids: Sequence[UUID]) -> dict[UUID, DocumentVersion]:
    """The newest version of each document whose newest is made of a file of its own and is not published."""
    rows = await session.exec(
        select(DocumentVersion)
        .join(Document, col(Document.id) == col(DocumentVersion.document_id))
        .where(
            col(Document.id).in_(document_ids),
            col(DocumentVersion.number) == col(Document.newest_version),
            col(DocumentVersion.storage_key).is_not(None),
            col(DocumentVersion.published_at).is_(None),
        )
    )
    return {row.document_id: row for row in rows}


async def take_expired(session: AsyncSession, *, older_than_seconds: float, limit: int) -> list[str]:
    """Forget files (at most `limit`) that have not arrived for so long; returns where they may be stored."""
    old = utc_now() - timedelta(seconds=older_than_seconds)
    expired = (
        select(DocumentReplacement.document_id)
        .where(col(DocumentReplacement.requested_at) < old)
        .order_by(col(DocumentReplacement.requested_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = delete(DocumentReplacement).where(col(DocumentReplacement.document_id).in_(expired))
    return list((await session.exec(statement.returning(col(DocumentReplacement.storage_key)))).scalars())
