"""The images of chunks: staged before the chunks that have them, described, and read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.errors import translate
from db.models import ChunkImage
from db.models.base import SCHEMA
from db.queries.chunks import Target, chunk_id, fenced


@dataclass(frozen=True)
class NewImage:
    """An image to stage; `box` is `[x0, y0, x1, y1]` in fractions of the page."""

    sha256: str
    content_type: str
    size_bytes: int
    width: int
    height: int
    alt: str
    page: int | None
    box: list[float] | None


_COLUMNS = (
    *("version_id", "position", "number", "chunk_id", "project_id", "document_id"),
    *("sha256", "content_type", "size_bytes", "width", "height", "alt", "page", "box"),
)


async def stage(database: Database, *, target: Target, images: Mapping[int, Sequence[NewImage]]) -> None:
    """Replace the version's images by these, by the position of their chunk, all or none.

    Their objects must be stored before. Raises Stale when the fence is lost.
    """
    records = [
        (
            *(target.version_id, position, number, chunk_id(target.version_id, position)),
            *(target.project_id, target.document_id),
            *(image.sha256, image.content_type, image.size_bytes, image.width, image.height),
            *(image.alt, image.page),
            orjson.dumps(image.box).decode() if image.box is not None else None,
        )
        for position, found in images.items()
        for number, image in enumerate(found)
    ]
    async with fenced(database, target) as connection:
        await connection.execute(
            f"DELETE FROM {SCHEMA}.chunk_images WHERE version_id = $1", target.version_id
        )
        await connection.copy_records_to_table(
            "chunk_images", schema_name=SCHEMA, columns=_COLUMNS, records=records
        )


async def of_version(session: AsyncSession, version_id: UUID) -> dict[int, list[ChunkImage]]:
    """The version's images by the position of their chunk, in order."""
    statement = (
        select(ChunkImage)
        .where(ChunkImage.version_id == version_id)
        .order_by(col(ChunkImage.position), col(ChunkImage.number))
    )
    images: dict[int, list[ChunkImage]] = {}
    for image in await session.exec(statement):
        images.setdefault(image.position, []).append(image)
    return images


async def of_chunks(session: AsyncSession, chunk_ids: Sequence[UUID]) -> dict[UUID, list[ChunkImage]]:
    """Each chunk's images in order, of those that the session's viewer may see."""
    statement = (
        select(ChunkImage)
        .where(col(ChunkImage.chunk_id).in_(chunk_ids))
        .order_by(col(ChunkImage.chunk_id), col(ChunkImage.number))
    )
    images: dict[UUID, list[ChunkImage]] = {id: [] for id in chunk_ids}
    for image in await session.exec(statement):
        images[image.chunk_id].append(image)
    return images


async def descriptions(database: Database, chunk_ids: Sequence[UUID]) -> dict[UUID, tuple[str, ...]]:
    """What was said of each chunk's images, in order; chunks without such are not in it.

    For the owner's role: whoever asks has found these chunks by the viewer's right.
    """
    with translate():
        rows = await database.pool.fetch(_DESCRIPTIONS, list(chunk_ids))
    return {row["chunk_id"]: tuple(row["said"]) for row in rows}


_DESCRIPTIONS = f"""
SELECT chunk_id, array_agg(description ORDER BY number) AS said FROM {SCHEMA}.chunk_images
 WHERE chunk_id = ANY($1::uuid[]) AND description IS NOT NULL
 GROUP BY chunk_id
"""


async def forget_others(session: AsyncSession, *, document_id: UUID, version_id: UUID) -> set[str]:
    """Delete the images of the document's other versions; returns the hashes that this one has not."""
    others = delete(ChunkImage).where(
        col(ChunkImage.document_id) == document_id, col(ChunkImage.version_id) != version_id
    )
    gone: set[str] = set((await session.exec(others.returning(col(ChunkImage.sha256)))).scalars())
    kept = select(ChunkImage.sha256).where(ChunkImage.version_id == version_id)
    return gone - set((await session.exec(kept)).all())
