"""API keys: written and read as their person, and looked up by their hash before anybody is known."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database, fetch
from db.errors import translate
from db.models import ApiKey
from db.queries import paging
from db.queries.paging import Page

_USE = text("SELECT * FROM opentrace.use_key(:hash)")
_SPENT = text("""
SELECT k.line_id, coalesce(sum(u.cost_usd), 0)
  FROM opentrace.api_keys k LEFT JOIN opentrace.usage u ON u.api_key_id = k.id
 WHERE k.line_id = ANY(:lines) GROUP BY 1
""")
_ENDED = "SELECT * FROM opentrace.ended_access($1, $2)"


@dataclass(frozen=True)
class Used:
    """A key that holds, with whose it is."""

    id: UUID
    user_id: UUID
    subject: str
    capabilities: Sequence[str]
    project_ids: Sequence[UUID] | None
    expires_at: datetime | None
    is_exhausted: bool


async def use(session: AsyncSession, *, sha256: bytes) -> Used | None:
    """The key with this hash, its use written down; None when there is none that holds.

    Works before any viewer is set.
    """
    row = (await (await session.connection()).execute(_USE, {"hash": sha256})).first()
    return None if row is None else Used(**row._mapping)


async def ended(database: Database, *, user_ids: Collection[UUID], key_ids: Collection[UUID]) -> set[UUID]:
    """Which of these people were deleted and which of these keys hold no more; in one round trip."""
    with translate():
        rows = await fetch(database, _ENDED, list(user_ids), list(key_ids))
    return {row[0] for row in rows}


async def insert(session: AsyncSession, *, key: ApiKey) -> None:
    session.add(key)
    await session.flush()


async def lock(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    """The key, if it is the viewer's, held until the transaction ends."""
    return await session.get(ApiKey, key_id, populate_existing=True, with_for_update=True)


async def get(session: AsyncSession, key_id: UUID) -> ApiKey | None:
    return await session.get(ApiKey, key_id)


async def spent_by_lines(session: AsyncSession, line_ids: Sequence[UUID]) -> dict[UUID, Decimal]:
    """What each line of keys has spent in US dollars; calls of models without a price count nothing."""
    values = {"lines": list(line_ids)}
    return {line: spent for line, spent in await (await session.connection()).execute(_SPENT, values)}


async def page(session: AsyncSession, user_id: UUID, *, first: int, after: str | None) -> Page[ApiKey]:
    """The person's keys, those that hold no more too, newest first."""
    rows = select(ApiKey).where(col(ApiKey.user_id) == user_id)
    request = paging.Request(
        rows, ApiKey.created_at, ApiKey.id, lambda row: (row.created_at, row.id), first, after
    )
    return await paging.fetch(session, request)
