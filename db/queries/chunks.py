"""The chunk store: staging a version aside under the worker's fence, and publishing it at once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.errors import Incomplete, Stale, Superseded, translate
from db.models import Document, DocumentVersion, StagedChunk, StagedVector
from db.models.base import SCHEMA, utc_now
from db.queries import generations, work
from db.queries import vectors as vector_format


@dataclass(frozen=True)
class NewChunk:
    """A chunk to stage.

    `regions` are `[start, end, page, x0, y0, x1, y1]`: characters, page from 1, box in fractions of the page.
    """

    position: int
    text: str
    title_path: list[str]
    kinds: list[str]
    page_first: int | None
    page_last: int | None
    regions: list[Any]
    sha256: str
    context: str | None = None


@dataclass(frozen=True)
class Target:
    """What is being built, and by which attempt; every write checks that the attempt still holds the row."""

    project_id: UUID
    document_id: UUID
    version_id: UUID
    attempt: int


_COLUMNS = (
    *("id", "project_id", "document_id", "version_id", "position", "text", "title_path", "kinds"),
    *("page_first", "page_last", "regions", "sha256", "context"),
)


def chunk_id(version_id: UUID, position: int) -> UUID:
    """The same for the same place of the same version, so a repeated publication makes the same ids."""
    return uuid5(version_id, str(position))


async def stage_chunks(database: Database, *, target: Target, rows: Sequence[NewChunk]) -> None:
    """Replace the version's staged chunks by `rows`, all or none; raises Stale when the fence is lost."""
    async with fenced(database, target) as connection:
        await connection.execute(
            f"DELETE FROM {SCHEMA}.staged_chunks WHERE version_id = $1", target.version_id
        )
        await connection.copy_records_to_table(
            "staged_chunks",
            schema_name=SCHEMA,
            columns=_COLUMNS,
            records=[_record(target, row) for row in rows],
        )


async def stage_vectors(
    database: Database,
    *,
    target: Target,
    generation_id: UUID,
    positions: Sequence[int],
    vectors: NDArray[np.float32],
) -> None:
    """Keep one batch, all or none: `vectors[i]`, of shape (n, dimensions), belongs to `positions[i]`.

    A batch that is already there is replaced. Raises Stale when the fence is lost.
    """
    fields = [
        vector_format.identifier(target.version_id),
        vector_format.identifier(generation_id),
        vector_format.integer(positions),
    ]
    rows = vector_format.copy_rows(fields, vectors)
    async with fenced(database, target) as connection:
        await connection.execute(
            f"DELETE FROM {SCHEMA}.staged_vectors"
            " WHERE version_id = $1 AND generation_id = $2 AND position = ANY($3::int[])",
            target.version_id,
            generation_id,
            list(positions),
        )
        await connection.copy_to_table(
            "staged_vectors",
            schema_name=SCHEMA,
            columns=["version_id", "generation_id", "position", "embedding"],
            source=rows,
            format="binary",
        )


async def staged_positions(session: AsyncSession, version_id: UUID, generation_id: UUID) -> set[int]:
    """Positions whose vectors are already paid for and kept."""
    statement = select(StagedVector.position).where(
        StagedVector.version_id == version_id, StagedVector.generation_id == generation_id
    )
    return set((await session.exec(statement)).all())


async def staged_texts(session: AsyncSession, version_id: UUID) -> list[tuple[int, str]]:
    """Position of the version's staged chunks and what is embedded of them: context, then summary or text."""
    words = func.coalesce(func.nullif(StagedChunk.summary, ""), StagedChunk.text)
    embedded = func.concat_ws("\n\n", StagedChunk.context, words)
    statement = (
        select(StagedChunk.position, embedded)
        .where(StagedChunk.version_id == version_id)
        .order_by(col(StagedChunk.position))
    )
    return [(position, text) for position, text in await session.exec(statement)]


async def publish_version(session: AsyncSession, *, target: Target, generation_id: UUID) -> int:
    """Let search see this version in place of the one before, at once, and return its number of chunks.

    Repeating it changes nothing. The document's `version` and `num_chunks` follow, and so does its file when
    the version has one of its own. Raises Stale when the
    fence is lost, Superseded when another generation serves by now, and Incomplete when a chunk has no vector
    of the generation.
    """
    document = await work.fence(session, Document, target.document_id, target.attempt)
    version = await session.get_one(DocumentVersion, target.version_id, populate_existing=True)
    if version.published_at is not None:
        return document.num_chunks or 0
    if not await generations.hold_serving(session, generation_id):
        raise Superseded(generation_id)
    num_chunks = await _complete(session, target.version_id, generation_id)
    _take_file(document, version)
    await session.flush()
    connection = await session.connection()
    values = {
        "document_id": target.document_id,
        "version_id": target.version_id,
        "generation_id": generation_id,
    }
    for statement in _PUBLISH:
        await connection.execute(statement, values)
    version.published_at = utc_now()
    document.version = version.number
    document.num_chunks = num_chunks
    await session.flush()
    return num_chunks


def _take_file(document: Document, version: DocumentVersion) -> None:
    """Before the chunks come, since the words in them are cut by the document's language."""
    document.language = version.language or document.language
    document.name = version.name or document.name
    if version.storage_key is not None:
        assert version.content_type and version.size_bytes is not None and version.sha256
        document.storage_key = version.storage_key
        document.content_type = version.content_type
        document.size_bytes = version.size_bytes
        document.sha256 = version.sha256


# Triggers on `chunks` take the old vectors, in every generation, and the old words with the old chunks.
_PUBLISH = [
    text(statement)
    for statement in (
        "DELETE FROM opentrace.chunks WHERE document_id = :document_id",
        f"INSERT INTO opentrace.chunks ({', '.join(_COLUMNS)}, summary)"
        f" SELECT {', '.join(_COLUMNS)}, nullif(summary, '') FROM opentrace.staged_chunks"
        " WHERE version_id = :version_id ORDER BY position",
        "INSERT INTO opentrace.chunk_vectors (project_id, generation_id, chunk_id, document_id, embedding)"
        " SELECT c.project_id, v.generation_id, c.id, c.document_id, v.embedding"
        " FROM opentrace.staged_vectors v"
        " JOIN opentrace.staged_chunks c ON c.version_id = v.version_id AND c.position = v.position"
        " WHERE v.version_id = :version_id AND v.generation_id = :generation_id ORDER BY v.position",
        "SELECT opentrace.index_keywords(:document_id)",
        "DELETE FROM opentrace.staged_vectors WHERE version_id = :version_id",
        "DELETE FROM opentrace.staged_chunks WHERE version_id = :version_id",
    )
]


@asynccontextmanager
async def fenced(database: Database, target: Target) -> AsyncIterator[Any]:
    """A transaction on the bare pool that holds the document's row; raises Stale when it changed hands.

    COPY must not go through a session's raw connection: there it can survive a rollback.
    """
    with translate():
        async with database.pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval(
                f"SELECT attempt FROM {SCHEMA}.documents WHERE id = $1 FOR UPDATE", target.document_id
            )
            if held != target.attempt:
                raise Stale(f"document {target.document_id} is no longer held by attempt {target.attempt}")
            yield connection


async def _complete(session: AsyncSession, version_id: UUID, generation_id: UUID) -> int:
    chunks = select(func.count()).where(col(StagedChunk.version_id) == version_id)
    paired = (
        select(func.count())
        .where(col(StagedVector.version_id) == version_id, col(StagedVector.generation_id) == generation_id)
        .where(col(StagedChunk.version_id) == col(StagedVector.version_id))
        .where(col(StagedChunk.position) == col(StagedVector.position))
    )
    num_chunks = (await session.exec(chunks)).one()
    num_vectors = (await session.exec(paired)).one()
    if num_chunks != num_vectors:
        raise Incomplete(num_chunks=num_chunks, num_vectors=num_vectors)
    return num_chunks


def _record(target: Target, row: NewChunk) -> tuple[Any, ...]:
    return (
        chunk_id(target.version_id, row.position),
        target.project_id,
        target.document_id,
        target.version_id,
        row.position,
        row.text,
        row.title_path,
        row.kinds,
        row.page_first,
        row.page_last,
        orjson.dumps(row.regions).decode(),
        row.sha256,
        row.context,
    )
