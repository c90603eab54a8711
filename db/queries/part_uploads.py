"""Uploads in parts: found by the key of their object, and given up when nobody awaits it any more."""

from uuid import UUID

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import PartUpload
from db.models.base import utc_now

_UNWANTED = text("""
SELECT p.storage_key FROM opentrace.part_uploads p
 WHERE NOT EXISTS (SELECT FROM opentrace.documents d
                    WHERE d.id = p.document_id AND d.storage_key = p.storage_key AND d.status = 'UPLOADING')
   AND NOT EXISTS (SELECT FROM opentrace.document_replacements r
                    WHERE r.document_id = p.document_id AND r.storage_key = p.storage_key)
 ORDER BY p.created_at LIMIT :limit
""")


async def get(session: AsyncSession, storage_key: str) -> PartUpload | None:
    return await session.get(PartUpload, storage_key, populate_existing=True)


async def begin(session: AsyncSession, *, storage_key: str, document_id: UUID, part_bytes: int) -> PartUpload:
    """The object's upload: the one that there is, or a new one that the store does not know yet."""
    values = {"storage_key": storage_key, "document_id": document_id, "part_bytes": part_bytes}
    statement = insert(PartUpload).values(**values, created_at=utc_now()).on_conflict_do_nothing()
    await (await session.connection()).execute(statement)
    return await session.get_one(PartUpload, storage_key, populate_existing=True)


async def settle(session: AsyncSession, storage_key: str, *, was: str | None, upload_id: str) -> str | None:
    """Name the store's upload, unless another was named since; returns the one that counts, if any does."""
    statement = (
        update(PartUpload)
        .where(
            col(PartUpload.storage_key) == storage_key, col(PartUpload.upload_id).is_not_distinct_from(was)
        )
        .values(upload_id=upload_id)
    )
    await session.exec(statement)
    row = await get(session, storage_key)
    return None if row is None else row.upload_id


async def unwanted(session: AsyncSession, *, limit: int) -> list[str]:
    """Keys (at most `limit`) of uploads whose file has arrived, or is awaited no more."""
    return list((await (await session.connection()).execute(_UNWANTED, {"limit": limit})).scalars())


async def forget(session: AsyncSession, storage_key: str) -> None:
    await session.exec(delete(PartUpload).where(col(PartUpload.storage_key) == storage_key))
