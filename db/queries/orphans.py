"""What belongs to nothing any more: found by what is missing beside it, and deleted."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import ChunkImage, Document, DocumentReplacement, DocumentVersion, Message

# Versions that nobody builds on: their documents ended without them, and the time for a retry is over.
_IDLE = """
WITH idle AS (
    SELECT v.id FROM opentrace.document_versions v
      JOIN opentrace.documents d ON d.id = v.document_id
     WHERE v.published_at IS NULL AND d.status IN ('FAILED', 'CANCELLED')
       AND d.finished_at <= now() - make_interval(secs => :older_than_seconds)
       AND EXISTS (SELECT FROM opentrace.document_stages s WHERE s.version_id = v.id)
     ORDER BY d.finished_at
       FOR UPDATE OF d SKIP LOCKED
     LIMIT :limit
), vectors AS (
    DELETE FROM opentrace.staged_vectors s USING idle WHERE s.version_id = idle.id RETURNING 1
), chunks AS (
    DELETE FROM opentrace.staged_chunks s USING idle WHERE s.version_id = idle.id RETURNING 1
), images AS (
    DELETE FROM opentrace.chunk_images s USING idle WHERE s.version_id = idle.id RETURNING 1
), stages AS (
    DELETE FROM opentrace.document_stages s USING idle WHERE s.version_id = idle.id RETURNING 1
)
SELECT (SELECT count(*) FROM idle) AS num_versions,
       (SELECT count(*) FROM vectors) + (SELECT count(*) FROM chunks) + (SELECT count(*) FROM images)
         AS num_staged
"""

# The next project of either table, found on their indexes without reading the rows between.
_NEXT_PROJECT = """
SELECT least(
    (SELECT v.project_id FROM opentrace.chunk_vectors v WHERE v.project_id > :after ORDER BY 1 LIMIT 1),
    (SELECT c.project_id FROM opentrace.chunks c WHERE c.project_id > :after ORDER BY 1 LIMIT 1)
)
"""

# Search sees one version of a document, whole or not at all.
_CHUNKS = """
DELETE FROM opentrace.chunks c
 WHERE c.project_id = :project_id
   AND NOT EXISTS (
    SELECT FROM opentrace.document_versions v JOIN opentrace.documents d ON d.id = v.document_id
     WHERE v.id = c.version_id AND v.number = d.version AND d.id = c.document_id
       AND d.project_id = c.project_id
   )
"""

_VECTORS = """
DELETE FROM opentrace.chunk_vectors v
 WHERE v.project_id = :project_id
   AND NOT EXISTS (
    SELECT FROM opentrace.chunks c
     WHERE c.id = v.chunk_id AND c.project_id = v.project_id AND c.document_id = v.document_id
   )
"""


async def known_documents(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Which of the documents there are."""
    return set(await session.exec(select(Document.id).where(col(Document.id).in_(ids))))


async def named_keys(session: AsyncSession, ids: Collection[UUID]) -> set[str]:
    """The keys of these documents' files that a row names: their own, awaited ones, ones being taken in."""
    statements = (
        select(Document.storage_key).where(col(Document.id).in_(ids)),
        select(DocumentReplacement.storage_key).where(col(DocumentReplacement.document_id).in_(ids)),
        select(DocumentVersion.storage_key).where(
            col(DocumentVersion.document_id).in_(ids),
            col(DocumentVersion.storage_key).is_not(None),
            col(DocumentVersion.published_at).is_(None),
        ),
    )
    return {key for statement in statements for key in await session.exec(statement) if key}


async def known_messages(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Which of the messages there are."""
    return set(await session.exec(select(Message.id).where(col(Message.id).in_(ids))))


async def forget_idle_versions(
    session: AsyncSession, *, older_than_seconds: float, limit: int
) -> tuple[int, int]:
    """Empty the staging of versions (at most `limit`) whose documents ended without them so long ago.

    A retry after that begins with the first stage. Returns the number of versions, and of staged rows.
    """
    values = {"older_than_seconds": older_than_seconds, "limit": limit}
    row = (await (await session.connection()).execute(text(_IDLE), values)).one()
    return row.num_versions, row.num_staged


async def next_project(session: AsyncSession, after: UUID) -> UUID | None:
    """The project after `after`, by id, that the chunk store has anything of; it need not exist."""
    found: UUID | None = await session.scalar(text(_NEXT_PROJECT), {"after": after})
    return found


async def delete_stray_chunks(session: AsyncSession, *, project_id: UUID) -> tuple[int, int]:
    """Delete the project's chunks of no published version and its vectors of no chunk; returns how many."""
    connection = await session.connection()
    chunks = await connection.execute(text(_CHUNKS), {"project_id": project_id})
    vectors = await connection.execute(text(_VECTORS), {"project_id": project_id})
    return chunks.rowcount, vectors.rowcount


async def named_images(session: AsyncSession, ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """Document and hash of every image that some version of these documents has."""
    statement = select(ChunkImage.document_id, ChunkImage.sha256).where(col(ChunkImage.document_id).in_(ids))
    return {(id, sha256) for id, sha256 in await session.exec(statement)}
