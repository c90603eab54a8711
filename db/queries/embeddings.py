"""Embeddings by the hash of their text: a lookup that stages what is known, and a COPY of what was bought."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from db.engine import Database
from db.errors import Duplicate, translate
from db.models.base import SCHEMA, utc_now
from db.queries import vectors as vector_format
from db.queries.chunks import Target, fenced

_TRIES = 3
_COLUMNS = ("project_id", "model", "dimensions", "sha256", "document_id", "used_at", "embedding")


@dataclass(frozen=True)
class Source:
    """What makes the vectors of one generation; equal sources make equal vectors of equal texts."""

    generation_id: UUID
    model: str
    dimensions: int


async def stage_known(
    database: Database, *, target: Target, source: Source, positions: Sequence[int], sha256s: Sequence[bytes]
) -> set[int]:
    """Stage the vectors that the project has of these texts, and return the positions that have one now.

    `sha256s[i]` is the hash of the text at `positions[i]`. One statement; no vector leaves the database.
    Raises Stale when the fence is lost.
    """
    async with fenced(database, target) as connection:
        rows = await connection.fetch(
            _STAGE_KNOWN,
            target.project_id,
            source.model,
            source.dimensions,
            list(positions),
            list(sha256s),
            target.version_id,
            source.generation_id,
        )
    return {row["position"] for row in rows}


# Hashes are compared with arrays: joins are planned by guesses, and go through all that the project has.
KNOWN = f"""
WITH known AS (
    SELECT sha256, embedding, used_at FROM {SCHEMA}.cached_embeddings
     WHERE project_id = $1 AND model = $2 AND dimensions = $3 AND sha256 = ANY($5::bytea[])
), touched AS (
    UPDATE {SCHEMA}.cached_embeddings SET used_at = now()
     WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM {SCHEMA}.cached_embeddings
         WHERE project_id = $1 AND model = $2 AND dimensions = $3 AND sha256 = ANY(ARRAY(
            SELECT sha256 FROM known WHERE used_at < now() - interval '1 day'))
           FOR UPDATE SKIP LOCKED))
)
"""
_STAGE_KNOWN = f"""{KNOWN}
INSERT INTO {SCHEMA}.staged_vectors (version_id, generation_id, position, embedding)
SELECT $6, $7, w.position, k.embedding
  FROM unnest($4::int[], $5::bytea[]) AS w(position, sha256) JOIN known k ON k.sha256 = w.sha256
    ON CONFLICT DO NOTHING
RETURNING position
"""


@dataclass(frozen=True)
class Bought:
    """`vectors[i]`, of shape (n, dimensions), belongs to `sha256s[i]`, bought for `document_ids[i]`."""

    document_ids: Sequence[UUID]
    sha256s: Sequence[bytes]
    vectors: NDArray[np.float32]

    def only(self, places: Sequence[int]) -> "Bought":
        return Bought(
            [self.document_ids[place] for place in places],
            [self.sha256s[place] for place in places],
            self.vectors[list(places)],
        )


async def keep(database: Database, *, project_id: UUID, source: Source, bought: Bought) -> None:
    """Remember what was bought.

    It is not fenced, for what is paid for is paid for. What the project has already stays as it is; of
    documents that are gone nothing is kept.
    """
    # In one order for all writers, so that no two of them wait for each other.
    bought = bought.only(sorted(range(len(bought.sha256s)), key=bought.sha256s.__getitem__))
    for _ in range(_TRIES):
        try:
            with translate():
                async with database.pool.acquire() as connection, connection.transaction():
                    await _copy(connection, project_id, source, bought)
            return
        except Duplicate:
            # Somebody bought one of these texts at the same time, and was first.
            bought = bought.only(await _unknown(database, project_id, source, bought.sha256s))


async def _copy(connection: Any, project_id: UUID, source: Source, bought: Bought) -> None:
    # They may not go before this is written; in the order in which a whole project's are locked.
    alive = await connection.fetch(
        f"SELECT id FROM {SCHEMA}.documents WHERE id = ANY($1::uuid[]) ORDER BY id FOR KEY SHARE",
        list(set(bought.document_ids)),
    )
    there = {row["id"] for row in alive}
    bought = bought.only([place for place, id in enumerate(bought.document_ids) if id in there])
    if not bought.sha256s:
        return
    fields = [
        vector_format.identifier(project_id),
        vector_format.word(source.model),
        vector_format.integer(source.dimensions),
        vector_format.digests(bought.sha256s),
        vector_format.identifiers(bought.document_ids),
        vector_format.moment(utc_now()),
    ]
    await connection.copy_to_table(
        "cached_embeddings",
        schema_name=SCHEMA,
        columns=_COLUMNS,
        source=vector_format.copy_rows(fields, bought.vectors),
        format="binary",
    )


async def _unknown(
    database: Database, project_id: UUID, source: Source, sha256s: Sequence[bytes]
) -> list[int]:
    """The places of `sha256s` that the project has no vector of."""
    statement = (
        f"SELECT sha256 FROM {SCHEMA}.cached_embeddings"
        " WHERE project_id = $1 AND model = $2 AND dimensions = $3 AND sha256 = ANY($4::bytea[])"
    )
    values = (project_id, source.model, source.dimensions, list(sha256s))
    with translate():
        async with database.pool.acquire() as connection, connection.transaction():
            known = {row["sha256"] for row in await connection.fetch(statement, *values)}
    return [place for place, sha256 in enumerate(sha256s) if sha256 not in known]


async def prune(database: Database, *, older_than_seconds: float, max_entries: int, limit: int) -> int:
    """Forget at most `limit` entries, the longest unused first: old ones, and those beyond `max_entries`.

    Returns how many went.
    """
    with translate():
        async with database.pool.acquire() as connection, connection.transaction():
            status: str = await connection.execute(_PRUNE, older_than_seconds, max_entries, limit)
    return int(status.rpartition(" ")[2])


_PRUNE = f"""
DELETE FROM {SCHEMA}.cached_embeddings WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM {SCHEMA}.cached_embeddings
     WHERE used_at <= greatest(
               now() - make_interval(secs => $1),
               (SELECT used_at FROM {SCHEMA}.cached_embeddings ORDER BY used_at DESC OFFSET $2 LIMIT 1))
     ORDER BY used_at LIMIT $3))
"""
