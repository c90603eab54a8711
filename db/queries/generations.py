"""Embedding generations: which serves, which is being built, which served before, and the switch."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import EmbeddingGeneration, GenerationStatus
from db.models.base import utc_now
from db.queries import work

# Everyone who locks several of these locks the serving one first, then the one being built, then the project.

_COUNT = text(
    "SELECT count(*) AS num_chunks, count(v.chunk_id) AS num_embedded"
    " FROM opentrace.chunks c LEFT JOIN opentrace.chunk_vectors v"
    " ON v.project_id = c.project_id AND v.generation_id = :generation_id AND v.chunk_id = c.id"
    " WHERE c.project_id = :project_id"
)
_HOLD_SERVING = text(
    "SELECT id FROM opentrace.embedding_generations WHERE id = :id AND status = 'ACTIVE' FOR SHARE"
)
# Of no use to anybody: given up, or older than the one to go back to; not while a search may still be there.
_FORSAKEN = text(
    "SELECT g.id FROM opentrace.embedding_generations g"
    " WHERE g.updated_at <= now() - make_interval(secs => :older_than_seconds)"
    " AND (g.status IN ('FAILED', 'CANCELLED') OR (g.status = 'RETIRED' AND EXISTS ("
    "   SELECT FROM opentrace.embedding_generations n WHERE n.project_id = g.project_id"
    "   AND n.status = 'RETIRED' AND n.retired_at > g.retired_at)))"
    " ORDER BY g.updated_at LIMIT 1 FOR UPDATE OF g SKIP LOCKED"
)
_FORGET = text(
    "DELETE FROM opentrace.chunk_vectors v WHERE (v.project_id, v.generation_id, v.chunk_id) IN ("
    " SELECT w.project_id, w.generation_id, w.chunk_id FROM opentrace.chunk_vectors w"
    " WHERE w.project_id = :project_id AND w.generation_id = :generation_id LIMIT :limit)"
)


async def hold_active(session: AsyncSession, project_id: UUID) -> EmbeddingGeneration | None:
    """The serving generation, held until the transaction ends: no switch and no publication beside it."""
    statement = (
        select(EmbeddingGeneration)
        .where(
            EmbeddingGeneration.project_id == project_id,
            EmbeddingGeneration.status == GenerationStatus.ACTIVE,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).first()


async def hold_serving(session: AsyncSession, generation_id: UUID) -> bool:
    """Whether this generation serves; if so, it does until the transaction ends."""
    found = await (await session.connection()).execute(_HOLD_SERVING, {"id": generation_id})
    return found.first() is not None


async def hold_building(session: AsyncSession, project_id: UUID) -> EmbeddingGeneration | None:
    """The generation that is being built, held until the transaction ends."""
    statement = (
        select(EmbeddingGeneration)
        .where(
            EmbeddingGeneration.project_id == project_id,
            EmbeddingGeneration.status == GenerationStatus.BUILDING,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).first()


async def find(
    session: AsyncSession, project_id: UUID, *, model: str, dimensions: int
) -> EmbeddingGeneration | None:
    """The project's generation of this model, whatever became of it."""
    statement = select(EmbeddingGeneration).where(
        EmbeddingGeneration.project_id == project_id,
        EmbeddingGeneration.model == model,
        EmbeddingGeneration.dimensions == dimensions,
    )
    return (await session.exec(statement.with_for_update())).first()


async def insert(session: AsyncSession, generation: EmbeddingGeneration) -> None:
    session.add(generation)
    await session.flush()


async def changes_of(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, EmbeddingGeneration]:
    """The generation that each project's members asked for last, whatever became of it."""
    statement = (
        select(EmbeddingGeneration)
        .where(
            col(EmbeddingGeneration.project_id).in_(project_ids),
            col(EmbeddingGeneration.requested_at).is_not(None),
        )
        .order_by(col(EmbeddingGeneration.requested_at))
    )
    return {row.project_id: row for row in await session.exec(statement)}


async def former_of(session: AsyncSession, project_ids: Sequence[UUID]) -> dict[UUID, EmbeddingGeneration]:
    """The generation that served each project before the present one."""
    statement = (
        select(EmbeddingGeneration)
        .where(
            col(EmbeddingGeneration.project_id).in_(project_ids),
            EmbeddingGeneration.status == GenerationStatus.RETIRED,
        )
        .order_by(col(EmbeddingGeneration.retired_at))
    )
    return {row.project_id: row for row in await session.exec(statement)}


async def recount(session: AsyncSession, generation: EmbeddingGeneration) -> bool:
    """Count the project's chunks and those that have their vector; whether all have."""
    values = {"project_id": generation.project_id, "generation_id": generation.id}
    counted = (await (await session.connection()).execute(_COUNT, values)).one()
    generation.num_chunks, generation.num_embedded = counted.num_chunks, counted.num_embedded
    return bool(counted.num_chunks == counted.num_embedded)


async def switch(session: AsyncSession, generation: EmbeddingGeneration) -> EmbeddingGeneration | None:
    """Let the generation serve in the place of the present one, at once; returns it as it is then.

    None while a chunk lacks its vector. No version is published between the count and the commit. Raises
    Stale when the fence is lost.
    """
    active = await hold_active(session, generation.project_id)
    row = await work.fence(session, EmbeddingGeneration, generation.id, generation.attempt)
    row.is_indexing = False
    if not await recount(session, row):
        return None
    now = utc_now()
    if active is not None:
        active.status, active.retired_at, active.updated_at = GenerationStatus.RETIRED, now, now
        # Before the other: only one may be ACTIVE.
        await session.flush()
    row.status = GenerationStatus.ACTIVE
    row.activated_at = row.finished_at = row.updated_at = now
    row.leased_until = None
    await session.flush()
    return row


async def forget_forsaken(session: AsyncSession, *, older_than_seconds: float, limit: int) -> int | None:
    """Delete at most `limit` vectors of a generation that nobody goes back to, and its row with the last.

    Returns how many, or None when there is no such generation.
    """
    connection = await session.connection()
    id = await connection.scalar(_FORSAKEN, {"older_than_seconds": older_than_seconds})
    if id is None:
        return None
    row = await session.get_one(EmbeddingGeneration, id)
    values = {"project_id": row.project_id, "generation_id": row.id, "limit": limit}
    num_gone = (await connection.execute(_FORGET, values)).rowcount
    if num_gone < limit:
        await session.delete(row)
    return num_gone
