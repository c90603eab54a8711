"""Summaries of chunks with tables or images: which are wanted, which are bought, and keeping both."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.errors import translate
from db.models import StagedChunk, Summary
from db.models.base import SCHEMA, utc_now
from db.queries.chunks import Target, fenced

SUMMARISED = frozenset({"TABLE", "IMAGE"})
"""Kinds of elements that call for a summary of their chunk."""

NONE_TO_BE_HAD = ""
"""A staged summary that was asked for in vain; publication makes it NULL."""


@dataclass(frozen=True)
class Wanted:
    """A staged chunk that calls for a summary and has none yet."""

    position: int
    text: str
    title_path: list[str]


@dataclass(frozen=True)
class Key:
    """What a bought summary is found by, beside the content that it is about."""

    model: str
    prompt_version: int


async def wanted(session: AsyncSession, version_id: UUID) -> list[Wanted]:
    """The version's staged chunks whose summary is still to be made, in order."""
    statement = (
        select(StagedChunk.position, StagedChunk.text, StagedChunk.title_path)
        .where(StagedChunk.version_id == version_id, _calls_for_summary())
        .where(col(StagedChunk.summary).is_(None))
        .order_by(col(StagedChunk.position))
    )
    return [Wanted(position, text, list(path)) for position, text, path in await session.exec(statement)]


async def num_staged(session: AsyncSession, version_id: UUID) -> tuple[int, int]:
    """How many of the version's staged chunks have a summary, and how many were asked for in vain."""
    summary = col(StagedChunk.summary)
    in_vain = func.count().filter(summary == NONE_TO_BE_HAD)
    statement = select(func.count(summary), in_vain).where(StagedChunk.version_id == version_id)
    num_asked, num_in_vain = (await session.exec(statement)).one()
    return num_asked - num_in_vain, num_in_vain


async def known(
    session: AsyncSession, *, project_id: UUID, key: Key, content_sha256s: Sequence[str]
) -> dict[str, Summary]:
    """What was bought for any document of the project, by the content's hash."""
    statement = select(Summary).where(
        Summary.project_id == project_id,
        col(Summary.content_sha256).in_(content_sha256s),
        Summary.model == key.model,
        Summary.prompt_version == key.prompt_version,
    )
    return {summary.content_sha256: summary for summary in await session.exec(statement)}


async def keep(database: Database, *, summary: Summary) -> None:
    """Keep what was bought, whoever holds the document now; of a deleted document nothing is kept."""
    with translate():
        async with database.pool.acquire() as connection, connection.transaction():
            await connection.execute(
                _KEEP,
                summary.document_id,
                summary.content_sha256,
                summary.model,
                summary.prompt_version,
                summary.project_id,
                summary.text,
                summary.descriptions,
                utc_now(),
            )


async def stage(
    database: Database,
    *,
    target: Target,
    positions: Sequence[int],
    text: str,
    descriptions: Sequence[str] = (),
) -> None:
    """Give staged chunks their summary, and their images what is said of them, in order.

    Raises Stale when the fence is lost.
    """
    async with fenced(database, target) as connection:
        await connection.execute(
            f"UPDATE {SCHEMA}.staged_chunks SET summary = $3"
            " WHERE version_id = $1 AND position = ANY($2::int[])",
            target.version_id,
            list(positions),
            text,
        )
        if descriptions:
            await connection.execute(_DESCRIBE, target.version_id, list(positions), list(descriptions))


_DESCRIBE = f"""
UPDATE {SCHEMA}.chunk_images i SET description = nullif(told.description, '')
  FROM unnest($3::text[]) WITH ORDINALITY AS told (description, number)
 WHERE i.version_id = $1 AND i.position = ANY($2::int[]) AND i.number = told.number - 1
"""

# The lock keeps the document from going between the look and the write.
_KEEP = f"""
INSERT INTO {SCHEMA}.summaries
    (document_id, content_sha256, model, prompt_version, project_id, text, descriptions, created_at)
SELECT d.id, $2, $3, $4, $5, $6, $7, $8 FROM {SCHEMA}.documents d WHERE d.id = $1 FOR KEY SHARE
ON CONFLICT DO NOTHING
"""


def _calls_for_summary() -> ColumnElement[bool]:
    return col(StagedChunk.kinds).op("&&")(cast(sorted(SUMMARISED), ARRAY(Text)))
