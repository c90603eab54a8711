"""A large project's own index for approximate search: which are wanted, built beside what serves, dropped."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from asyncpg.pool import PoolConnectionProxy
from sqlalchemy import text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from db import engine
from db.engine import Database
from db.errors import translate
from db.models import VectorIndex, VectorIndexStatus
from db.models.base import SCHEMA

_MAX_BUILD_BYTES = 512 * 1024**2
_BYTES_PER_LINKED = 400

# Documents say about how many chunks a project has; what is due is then counted.
_DUE = text("""
SELECT g.project_id, g.id AS generation_id, g.dimensions,
       (SELECT count(*) FROM opentrace.chunk_vectors v
         WHERE v.project_id = g.project_id AND v.generation_id = g.id) AS num_chunks,
       (SELECT v.tableoid::regclass::text FROM opentrace.chunk_vectors v
         WHERE v.project_id = g.project_id AND v.generation_id = g.id LIMIT 1) AS partition,
       coalesce(i.status, 'BUILDING') AS status, coalesce(i.breadth, 0) AS breadth,
       i.built_at, i.build_seconds
  FROM (
    SELECT d.project_id, sum(d.num_chunks) AS num
      FROM opentrace.documents d GROUP BY d.project_id HAVING sum(d.num_chunks) >= :num_chunks
  ) AS large
  JOIN opentrace.embedding_generations g ON g.project_id = large.project_id
   AND CASE WHEN CAST(:next_id AS uuid) IS NULL THEN g.status = 'ACTIVE' ELSE g.id = :next_id END
  LEFT JOIN opentrace.vector_indexes i ON i.generation_id = g.id
 WHERE i.generation_id IS NULL OR i.status = 'BUILDING'
    OR (i.status IN ('READY', 'REFUSED') AND large.num > 2 * i.num_chunks)
 ORDER BY large.num DESC, g.id
""")
_IS_SURPLUS = """
i.status = 'LEAVING'
    OR NOT EXISTS (SELECT FROM opentrace.embedding_generations g
                    WHERE g.id = i.generation_id AND g.status IN ('ACTIVE', 'BUILDING'))
    OR (SELECT count(*) FROM (SELECT FROM opentrace.chunk_vectors v
                               WHERE v.project_id = i.project_id AND v.generation_id = i.generation_id
                               LIMIT :num_chunks) AS few) < :num_chunks
"""
_SURPLUS = text(f"SELECT i.* FROM opentrace.vector_indexes i WHERE {_IS_SURPLUS} ORDER BY i.generation_id")
_HOLD_GENERATION = text("SELECT FROM opentrace.embedding_generations WHERE id = :generation_id FOR SHARE")
_LEAVE = text(
    "UPDATE opentrace.vector_indexes i SET status = 'LEAVING', updated_at = now()"
    f" WHERE i.generation_id = :generation_id AND ({_IS_SURPLUS})"
)
_FORGET = text(
    "DELETE FROM opentrace.vector_indexes WHERE generation_id = :generation_id AND status = 'LEAVING'"
)
_NUM_OTHERS = text(
    "SELECT count(*) FROM opentrace.vector_indexes"
    " WHERE partition = :partition AND generation_id <> :generation_id AND status <> 'REFUSED'"
)
_RECALL = "SELECT opentrace.index_recall($1, $2, $3, $4, $5)"
_VECTOR_SCHEMA = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector'"
_IS_WHOLE = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)"


async def due(session: AsyncSession, *, num_chunks: int, next_id: UUID | None = None) -> list[VectorIndex]:
    """Serving generations of so many chunks without an index, or twice as large as it was checked for.

    With `next_id` that generation alone, whether it serves or not. Largest first, with the number of chunks
    as it is now; the rows are not kept yet.
    """
    values = {"num_chunks": num_chunks, "next_id": next_id}
    rows = (await (await session.connection()).execute(_DUE, values)).mappings()
    return [
        VectorIndex(**{**row, "status": VectorIndexStatus(row["status"])})
        for row in rows
        if row["num_chunks"] >= num_chunks
    ]


async def surplus(session: AsyncSession, *, num_chunks: int) -> list[VectorIndex]:
    """Indexes of what neither serves nor is built to serve, or has fewer chunks than so many."""
    rows: Any = select(VectorIndex).from_statement(_SURPLUS)
    found = await session.exec(rows, params={"num_chunks": num_chunks})
    return list(found.scalars())


async def leave(session: AsyncSession, index: VectorIndex, *, num_chunks: int) -> bool:
    """Keep searches from the index if it still is surplus; whoever asks for its model meanwhile waits."""
    connection = await session.connection()
    await connection.execute(_HOLD_GENERATION, {"generation_id": index.generation_id})
    # A statement of its own, which sees what was committed before the lock was had.
    values = {"generation_id": index.generation_id, "num_chunks": num_chunks}
    return (await connection.execute(_LEAVE, values)).rowcount == 1


async def forget(session: AsyncSession, index: VectorIndex) -> None:
    """Delete the row of an index that has been dropped, unless it is being built again."""
    await (await session.connection()).execute(_FORGET, {"generation_id": index.generation_id})


async def num_others(session: AsyncSession, index: VectorIndex) -> int:
    """How many other indexes there are of its partition."""
    values = {"partition": index.partition, "generation_id": index.generation_id}
    found = await (await session.connection()).execute(_NUM_OTHERS, values)
    num: int = found.scalar_one()
    return num


async def build(database: Database, index: VectorIndex) -> None:
    """Build the index while others read and write, in place of what an earlier attempt has left of it.

    Takes as long as it takes; cancelled, it stops in the database too, and leaves what is of no use.
    """
    with translate():
        if any(row[0] for row in await engine.fetch(database, _IS_WHOLE, f"{SCHEMA}.{_name(index)}")):
            return
        home = (await engine.fetch(database, _VECTOR_SCHEMA))[0][0]
        async with database.pool.acquire() as connection, _room(database, connection, index):
            await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {SCHEMA}.{_name(index)}")
            await connection.execute(
                f"CREATE INDEX CONCURRENTLY {_name(index)} ON {index.partition} USING hnsw"
                f" ((embedding::{home}.halfvec({index.dimensions})) {home}.halfvec_cosine_ops)"
                f" WHERE project_id = '{index.project_id}' AND generation_id = '{index.generation_id}'"
            )


async def drop(database: Database, index: VectorIndex) -> None:
    """Drop the index when no search uses it any more; nothing happens when it is gone."""
    with translate():
        await database.pool.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {SCHEMA}.{_name(index)}")


async def recall(database: Database, index: VectorIndex, *, num_queries: int) -> float:
    """How many of the ten nearest it finds by its breadth, from 0 to 1, the mean over so many own vectors."""
    values = (index.project_id, index.generation_id, index.dimensions, index.breadth, num_queries)
    with translate():
        found: float | None = (await engine.fetch(database, _RECALL, *values))[0][0]
    return found or 0.0


@asynccontextmanager
async def _room(
    database: Database, connection: PoolConnectionProxy, index: VectorIndex
) -> AsyncIterator[None]:
    """Memory for the whole graph, up to a limit, and one process: the other cores are for those who search.

    Behind a transaction pooler nothing can be said for longer than a statement: the server's settings hold.
    """
    if database.transaction_pooler:
        yield
        return
    wanted = index.num_chunks * (2 * index.dimensions + _BYTES_PER_LINKED) * 5 // 4
    kilobytes = min(max(wanted, 64 * 1024**2), _MAX_BUILD_BYTES) // 1024
    await connection.execute(
        f"SET maintenance_work_mem = '{kilobytes}kB'; SET max_parallel_maintenance_workers = 0"
    )
    try:
        yield
    finally:
        await connection.execute("RESET maintenance_work_mem; RESET max_parallel_maintenance_workers")


def _name(index: VectorIndex) -> str:
    return f"chunk_vectors_near_{index.generation_id.hex}"
