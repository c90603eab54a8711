"""Versions of a document and the ledger of the stages that each has been through."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import DocumentStage, DocumentStatus, DocumentVersion
from db.models.base import utc_now


async def current_version(session: AsyncSession, document_id: UUID) -> DocumentVersion | None:
    """The version that search sees; None before the first is published."""
    statement = (
        select(DocumentVersion)
        .where(DocumentVersion.document_id == document_id, col(DocumentVersion.published_at).is_not(None))
        .order_by(col(DocumentVersion.number).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def working_version(session: AsyncSession, document_id: UUID) -> DocumentVersion:
    """The version being built: the unpublished one that an earlier attempt left, else a new one.

    Call it under the document's fence; two callers without it could meet in a Duplicate.
    """
    newest = select(DocumentVersion).where(DocumentVersion.document_id == document_id)
    found = (await session.exec(newest.order_by(col(DocumentVersion.number).desc()).limit(1))).first()
    if found is not None and found.published_at is None:
        return found
    version = DocumentVersion(document_id=document_id, number=found.number + 1 if found else 1)
    session.add(version)
    await session.flush()
    return version


async def start(
    session: AsyncSession, *, version: DocumentVersion, stage: DocumentStatus, attempt: int
) -> DocumentStage:
    """Enter a stage in the ledger; a finished stage stays as it is, an unfinished one starts again."""
    row = {
        "version_id": version.id,
        "stage": stage,
        "document_id": version.document_id,
        "attempt": attempt,
        "detail": {},
        "started_at": utc_now(),
        "finished_at": None,
    }
    statement = insert(DocumentStage).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["version_id", "stage"],
        set_={name: statement.excluded[name] for name in ("attempt", "detail", "started_at")},
        where=col(DocumentStage.finished_at).is_(None),
    )
    await session.exec(statement)
    return await _get(session, version.id, stage)


async def finish(
    session: AsyncSession, *, version_id: UUID, stage: DocumentStatus, detail: dict[str, Any]
) -> DocumentStage:
    """Close a stage that was started; later attempts skip it."""
    row = await _get(session, version_id, stage)
    row.detail = detail
    row.finished_at = utc_now()
    await session.flush()
    return row


async def of_version(session: AsyncSession, version_id: UUID) -> dict[DocumentStatus, DocumentStage]:
    rows = await session.exec(select(DocumentStage).where(DocumentStage.version_id == version_id))
    return {row.stage: row for row in rows}


async def of_documents(
    session: AsyncSession, document_ids: Sequence[UUID]
) -> dict[UUID, list[DocumentStage]]:
    """Each document's stages of its newest version, in the order in which they began."""
    newest = (
        select(DocumentVersion.id)
        .ext(distinct_on(col(DocumentVersion.document_id)))
        .where(col(DocumentVersion.document_id).in_(document_ids))
        .order_by(col(DocumentVersion.document_id), col(DocumentVersion.number).desc())
    )
    rows = await session.exec(
        select(DocumentStage)
        .where(col(DocumentStage.version_id).in_(newest))
        .order_by(col(DocumentStage.started_at), _rank())
    )
    stages: dict[UUID, list[DocumentStage]] = {document_id: [] for document_id in document_ids}
    for row in rows:
        stages[row.document_id].append(row)
    return stages


def _rank() -> Any:
    """Stages that began within one microsecond still come in the order of the work."""
    return func.array_position([str(stage) for stage in DocumentStatus], col(DocumentStage.stage))


async def _get(session: AsyncSession, version_id: UUID, stage: DocumentStatus) -> DocumentStage:
    return await session.get_one(DocumentStage, (version_id, stage), populate_existing=True)
