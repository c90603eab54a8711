"""Versions of a document and the ledger of the stages that each has been through."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Document, DocumentStage, DocumentStatus, DocumentVersion
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


async def working_version(session: AsyncSession, document: Document) -> DocumentVersion:
    """The version that the work is about: the one that an earlier attempt left, else a new one.

    Call it under the document's fence; two callers without it could meet in a Duplicate.
    """
    statement = select(DocumentVersion).where(
        DocumentVersion.document_id == document.id, DocumentVersion.number == document.newest_version
    )
    found = (await session.exec(statement)).first()
    if found is not None:
        return found
    version = DocumentVersion(document_id=document.id, number=document.newest_version)
    session.add(version)
    await session.flush()
    return version


async def drop_abandoned(session: AsyncSession, document: Document) -> list[str]:
    """Delete versions that a newer one was begun instead of, with their staging; returns their files' keys.

    Call it under the document's fence.
    """
    statement = (
        delete(DocumentVersion)
        .where(
            col(DocumentVersion.document_id) == document.id,
            col(DocumentVersion.number) < document.newest_version,
            col(DocumentVersion.published_at).is_(None),
        )
        .returning(col(DocumentVersion.storage_key))
    )
    return [key for key in (await session.exec(statement)).scalars() if key is not None]


async def set_language(session: AsyncSession, *, version_id: UUID, language: str | None) -> None:
    """Note what the version is written in; the document learns it with the publication."""
    statement = update(DocumentVersion).where(col(DocumentVersion.id) == version_id)
    await session.exec(statement.values(language=language).execution_options(synchronize_session=False))


async def start(
    session: AsyncSession, *, version: DocumentVersion, stage: DocumentStatus, attempt: int
) -> None:
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


async def finish(
    session: AsyncSession, *, version_id: UUID, stage: DocumentStatus, detail: dict[str, Any]
) -> None:
    """Close a stage that was started; later attempts skip it."""
    statement = (
        update(DocumentStage)
        .where(col(DocumentStage.version_id) == version_id, col(DocumentStage.stage) == stage)
        .values(detail=detail, finished_at=utc_now())
        .execution_options(synchronize_session=False)
    )
    await session.exec(statement)


async def of_version(session: AsyncSession, version_id: UUID) -> dict[DocumentStatus, DocumentStage]:
    rows = await session.exec(select(DocumentStage).where(DocumentStage.version_id == version_id))
    return {row.stage: row for row in rows}


async def of_documents(
    session: AsyncSession, document_ids: Sequence[UUID]
) -> dict[UUID, list[DocumentStage]]:
    """Each document's stages of its newest version, in the order in which they began."""
    newest = (
        select(DocumentVersion.id)
        .join(Document, col(Document.id) == col(DocumentVersion.document_id))
        .where(
            col(Document.id).in_(document_ids), col(DocumentVersion.number) == col(Document.newest_version)
        )
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
