"""What most people build: texts and vectors in one wide table, with one HNSW index over all projects."""

import time
from collections.abc import Sequence
from uuid import UUID

import asyncpg

_CREATE = """
CREATE UNLOGGED TABLE wide (
    id uuid PRIMARY KEY, project_id uuid NOT NULL, document_id uuid NOT NULL, position integer NOT NULL,
    text text NOT NULL, title_path text[] NOT NULL, regions jsonb NOT NULL,
    embedding vector({dimensions}) NOT NULL
)
"""
# Uploads of many people arrive in turns, so a project's rows lie among all others'.
_FILL = """
INSERT INTO wide
SELECT c.id, c.project_id, c.document_id, c.position, c.text, c.title_path, c.regions, v.embedding::vector
  FROM opentrace.chunk_vectors v JOIN opentrace.chunks c ON c.id = v.chunk_id
 WHERE c.document_id = ANY ($1)
 ORDER BY uuid_hash(c.id)
"""
NEAREST = "SELECT id FROM wide WHERE project_id = $1 ORDER BY embedding <=> $2::real[]::vector LIMIT 10"


async def fill(connection: asyncpg.Connection, dimensions: int, documents: Sequence[UUID]) -> None:
    """The chunks of these documents, as the product's tables have them, and an index of projects."""
    await connection.execute("DROP TABLE IF EXISTS wide")
    await connection.execute(_CREATE.format(dimensions=dimensions))
    await connection.execute(_FILL, documents)
    await connection.execute("CREATE INDEX ON wide (project_id)")
    await connection.execute("VACUUM ANALYZE wide")


async def index(connection: asyncpg.Connection) -> tuple[float, int]:
    """One HNSW index over everything: seconds and bytes."""
    start = time.perf_counter()
    await connection.execute("SET maintenance_work_mem = '2GB'; SET max_parallel_maintenance_workers = 0")
    await connection.execute("CREATE INDEX wide_hnsw ON wide USING hnsw (embedding vector_cosine_ops)")
    seconds = time.perf_counter() - start
    return seconds, await connection.fetchval("SELECT pg_relation_size('wide_hnsw')")
