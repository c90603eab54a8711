"""Documents: rows, pages of them, and their place in the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Document, DocumentReplacement, DocumentStatus, DocumentVersion
from db.models.documents import ENDED, STAGES
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


async def stalled(session: AsyncSession, project_id: UUID, *, limit: int) -> Sequence[Document]:
    """The project's documents that a worker has, but has not been heard of for a lease.

    Followers ask this every few seconds: the statuses stand in the statement, so that the index of all work
    under way answers, however many documents the project has.
    """
    running: BindParameter[tuple[DocumentStatus, ...]] = bindparam(
        "running", STAGES, expanding=True, literal_execute=True
    )
    statement = (
        select(Document)
        .where(
            Document.project_id == project_id,
            col(Document.status).in_(running),
            col(Document.leased_until) < func.now(),
        )
        .order_by(col(Document.leased_until), col(Document.id))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def take_upload_turn(session: AsyncSession, *, user_id: UUID, project_id: UUID) -> None:
    """Requests for uploads of one user, and of one project, go one at a time until the transaction ends.

    The user's turn comes first for everyone, so that two requests never wait for each other.
    """
    for key in (f"uploads of user {user_id}", f"uploads of project {project_id}"):
        await session.scalar(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def awaited_of_bytes(
    session: AsyncSession, *, project_id: UUID, sha256s: Sequence[str]
) -> list[Document]:
    """The project's documents that wait for these bytes, held until the end of the transaction.

    One that upkeep has taken, to fail it, is left out.
    """
    statement = (
        select(Document)
        .where(
            Document.project_id == project_id,
            col(Document.sha256).in_(sha256s),
            Document.status == DocumentStatus.UPLOADING,
            col(Document.leased_until).is_(None),
        )
        .order_by(col(Document.id))
        .with_for_update()
    )
    return list(await session.exec(statement))


async def arrived_of_bytes(
    session: AsyncSession, *, project_id: UUID, sha256s: Sequence[str]
) -> list[Document]:
    """The project's documents that have these bytes and have not failed, or whose earlier version is found.

    The oldest of the same bytes comes last.
    """
    statement = (
        select(Document)
        .where(
            Document.project_id == project_id,
            col(Document.sha256).in_(sha256s),
            or_(
                col(Document.status).in_([DocumentStatus.QUEUED, *STAGES, DocumentStatus.COMPLETED]),
                col(Document.version) > 0,
            ),
        )
        .order_by(col(Document.created_at).desc(), col(Document.id).desc())
        .execution_options(populate_existing=True)
    )
    return list(await session.exec(statement))


async def of_source_url(session: AsyncSession, *, project_id: UUID, url: str) -> Document | None:
    """The project's newest document of this page."""
    statement = (
        select(Document)
        .where(Document.project_id == project_id, Document.source_url == url)
        .order_by(col(Document.created_at).desc(), col(Document.id).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def newest_sha256(session: AsyncSession, document: Document) -> str:
    """The hash of the file that the work of the document is about: of its newest version, or its own."""
    statement = select(DocumentVersion.sha256).where(
        DocumentVersion.document_id == document.id, DocumentVersion.number == document.newest_version
    )
    return (await session.exec(statement)).first() or document.sha256


@dataclass(frozen=True)
class Totals:
    """What a project has: all documents, and the bytes of all their files that are stored or on their way."""

    num_documents: int
    num_bytes: int


async def totals(session: AsyncSession, *, project_id: UUID, but_awaited_of: UUID | None = None) -> Totals:
    """What is awaited to replace the file of `but_awaited_of` is left out: another is to take its place."""
    is_stored = or_(col(Document.queued_at).is_not(None), col(Document.status) == DocumentStatus.UPLOADING)
    first = select(func.count(), func.coalesce(func.sum(Document.size_bytes).filter(is_stored), 0))
    num_documents, num_bytes = (await session.exec(first.where(col(Document.project_id) == project_id))).one()
    awaited = (
        select(func.coalesce(func.sum(DocumentReplacement.size_bytes), 0))
        .join(Document, col(Document.id) == col(DocumentReplacement.document_id))
        .where(col(Document.project_id) == project_id)
    )
    if but_awaited_of is not None:
        awaited = awaited.where(col(Document.id) != but_awaited_of)
    building = (
        select(func.coalesce(func.sum(DocumentVersion.size_bytes), 0))
        .join(Document, col(Document.id) == col(DocumentVersion.document_id))
        .where(col(Document.project_id) == project_id, col(DocumentVersion.published_at).is_(None))
    )
    beside = [(await session.exec(statement)).one() or 0 for statement in (awaited, building)]
    return Totals(num_documents, int(num_bytes) + sum(int(num) for num in beside))


async def num_unfinished(session: AsyncSession, *, user_id: UUID) -> int:
    """How many of the user's documents are being uploaded, wait or are being taken in."""
    statement = select(func.count()).where(
        Document.uploaded_by == user_id, col(Document.status).not_in(ENDED)
    )
    return (await session.exec(statement)).one()


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
