"""The vectors of a generation that is being built: what is missing, and putting in what is known."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from db.engine import Database
from db.errors import Stale, translate
from db.models.base import SCHEMA
from db.queries.embeddings import KNOWN, Source


@dataclass(frozen=True)
class Site:
    """The generation that is being built, and by which attempt; every write checks that it still is."""

    project_id: UUID
    source: Source
    attempt: int


@dataclass(frozen=True)
class Bare:
    """A published chunk that has no vector in the generation yet; `text` is what is embedded of it."""

    chunk_id: UUID
    document_id: UUID
    text: str


async def missing(database: Database, *, site: Site, after: UUID, limit: int) -> list[Bare]:
    """The first `limit` chunks after `after`, by id, that have no vector in the generation."""
    values = (site.project_id, site.source.generation_id, after, limit)
    with translate():
        async with database.pool.acquire() as connection, connection.transaction():
            return [Bare(*row) for row in await connection.fetch(_MISSING, *values)]


_MISSING = f"""
SELECT c.id, c.document_id, concat_ws(E'\n\n', c.context, coalesce(nullif(c.summary, ''), c.text))
  FROM {SCHEMA}.chunks c
 WHERE c.project_id = $1 AND c.id > $3
   AND NOT EXISTS (SELECT FROM {SCHEMA}.chunk_vectors v
                    WHERE v.project_id = $1 AND v.generation_id = $2 AND v.chunk_id = c.id)
 ORDER BY c.id LIMIT $4
"""


async def place_known(
    database: Database, *, site: Site, chunk_ids: Sequence[UUID], sha256s: Sequence[bytes]
) -> set[UUID]:
    """Give the chunks the vectors that the project has of their texts; returns those that have one now.

    `sha256s[i]` is the hash of the text of `chunk_ids[i]`. A chunk that is being deleted gets none. Raises
    Stale when the fence is lost.
    """
    source = site.source
    values = (site.project_id, source.model, source.dimensions, list(chunk_ids), list(sha256s))
    async with _fenced(database, site) as connection:
        rows = await connection.fetch(_PLACE_KNOWN, *values, source.generation_id)
        if rows:
            await connection.execute(_COUNT, source.generation_id, len(rows))
    return {row["chunk_id"] for row in rows}


# A chunk with a vector stays until this is committed, and whoever deletes it afterwards sees the vector.
# Nobody is waited for: what is being deleted is passed over.
_PLACE_KNOWN = f"""{KNOWN}, there AS (
    SELECT id, document_id FROM {SCHEMA}.chunks WHERE id = ANY($4::uuid[]) FOR KEY SHARE SKIP LOCKED
)
INSERT INTO {SCHEMA}.chunk_vectors (project_id, generation_id, chunk_id, document_id, embedding)
SELECT $1, $6, t.id, t.document_id, k.embedding
  FROM unnest($4::uuid[], $5::bytea[]) AS w(chunk_id, sha256)
  JOIN known k ON k.sha256 = w.sha256 JOIN there t ON t.id = w.chunk_id
    ON CONFLICT DO NOTHING
RETURNING chunk_id
"""
_COUNT = f"""
UPDATE {SCHEMA}.embedding_generations
   SET num_embedded = num_embedded + $2, num_chunks = greatest(num_chunks, num_embedded + $2)
 WHERE id = $1
"""


@asynccontextmanager
async def _fenced(database: Database, site: Site) -> AsyncIterator[Any]:
    """A transaction that holds the generation, and then the project whose next change this is."""
    id = site.source.generation_id
    with translate():
        async with database.pool.acquire() as connection, connection.transaction():
            held = await connection.fetchval(
                f"SELECT attempt FROM {SCHEMA}.embedding_generations WHERE id = $1 FOR UPDATE", id
            )
            if held != site.attempt:
                raise Stale(f"generation {id} is no longer held by attempt {site.attempt}")
            await connection.execute(
                f"SELECT FROM {SCHEMA}.projects WHERE id = $1 FOR NO KEY UPDATE", site.project_id
            )
            yield connection
