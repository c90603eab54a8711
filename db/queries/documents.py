"""Documents: rows, pages of them, and their place in the queue."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Document, DocumentStatus
from db.queries import paging
from db.queries.paging import Page


async def insert_many(session: AsyncSession, *, documents: Sequence[Document]) -> None:
    session.add_all(documents)
    await session.flush()


async def get(session: AsyncSession, document_id: UUID) -> Document | None:
    """The row as it is now, even if this session read it before."""
    return await session.get(Document, document_id, populate_existing=True)


async def lock(session: AsyncSession, document_id: UUID) -> Document | None:
    """The row as it is now, held until the end of the transaction (confirm, cancel, retry)."""
    return await session.get(Document, document_id, populate_existing=True, with_for_update=True)


async def by_ids(session: AsyncSession, document_ids: Sequence[UUID]) -> dict[UUID, Document]:
    rows = await session.exec(select(Document).where(col(Document.id).in_(document_ids)))
    return {document.id: document for document in rows}


async def page(
    session: AsyncSession, project_id: UUID, *, first: int, after: str | None = None, count: bool = True
) -> Page[Document]:
    """A project's documents, newest first."""
    rows = select(Document).where(Document.project_id == project_id)
    request = paging.Request(
        rows, Document.created_at, Document.id, lambda row: (row.created_at, row.id), first, after, count
    )
    return await paging.fetch(session, request)


async def storage_keys(session: AsyncSession, project_id: UUID) -> list[str]:
    """Where the objects of all the project's documents are."""
    statement = select(Document.storage_key).where(Document.project_id == project_id)
    return list((await session.exec(statement)).all())


async def place_in_queue(session: AsyncSession, document_id: UUID) -> int | None:
    """1 for the row that the next free worker takes; None when it does not wait or is not the viewer's.

    It is counted over everybody's rows, by the same fair order in which workers claim.
    """
    place: int | None = await session.scalar(select(func.opentrace.place_of_document(document_id)))
    return place


async def num_of_projects(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many documents each project has."""
    statement = (
        select(Document.project_id, func.count())
        .where(col(Document.project_id).in_(project_ids))
        .group_by(col(Document.project_id))
    )
    return dict.fromkeys(project_ids, 0) | {id: count for id, count in await session.exec(statement)}


async def counts_by_status(
    session: AsyncSession, project_ids: Sequence[UUID]
) -> dict[UUID, dict[DocumentStatus, int]]:
    """How many documents each project has in each status; statuses without any are absent."""
    statement = (
        select(Document.project_id, Document.status, func.count())
        .where(col(Document.project_id).in_(project_ids))
        .group_by(col(Document.project_id), col(Document.status))
    )
    counts: dict[UUID, dict[DocumentStatus, int]] = {project_id: {} for project_id in project_ids}
    for project_id, status, count in await session.exec(statement):
        counts[project_id][DocumentStatus(status)] = count
    return counts
