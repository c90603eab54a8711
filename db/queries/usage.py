"""Paid calls: written as they happen, added up when somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.errors import translate
from db.models import Usage, UsageKind
from db.models.base import SCHEMA
from db.models.usage import UsageOf

_COLUMNS = tuple(Usage.model_fields)
_KNOWN_LATER = ("num_input_tokens", "num_output_tokens", "cost_usd")
_SAVE = (
    f"INSERT INTO {SCHEMA}.usage ({', '.join(_COLUMNS)})"
    f" VALUES ({', '.join(f'${place}' for place in range(1, len(_COLUMNS) + 1))})"
    f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _KNOWN_LATER)}"
)


async def insert(session: AsyncSession, *, usage: Usage) -> None:
    session.add(usage)
    await session.flush()


async def save(database: Database, *, rows: Sequence[Usage]) -> None:
    """Write calls, or over them what is known by now of their tokens and cost; all or none.

    On the bare pool: it happens twice per call of a model, beside work that somebody waits for.
    """
    values = [tuple(getattr(row, name) for name in _COLUMNS) for row in rows]
    with translate():
        async with database.pool.acquire() as connection:
            if database.transaction_pooler:
                async with connection.transaction():
                    await connection.executemany(_SAVE, values)
            else:
                await connection.executemany(_SAVE, values)


async def spent(
    session: AsyncSession, *, document_id: UUID, kind: UsageKind, since: datetime
) -> dict[str, int | float | None]:
    """Tokens and cost of a document's calls of one kind; the cost is None unless it is known of each."""
    statement = select(
        func.coalesce(func.sum(Usage.num_input_tokens), 0),
        func.coalesce(func.sum(Usage.num_output_tokens), 0),
        func.sum(Usage.cost_usd),
        func.count() - func.count(col(Usage.cost_usd)),
    ).where(Usage.document_id == document_id, Usage.kind == kind, col(Usage.created_at) >= since)
    given, written, cost, num_unknown = (await session.exec(statement)).one()
    return {
        "num_input_tokens": int(given),
        "num_output_tokens": int(written),
        "cost_usd": None if cost is None or num_unknown else float(cost),
    }


async def of_messages(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, list[Usage]]:
    """Each message's calls, oldest first, those of lost attempts too."""
    rows = await session.exec(
        select(Usage).where(col(Usage.message_id).in_(message_ids)).order_by(col(Usage.created_at))
    )
    usage: dict[UUID, list[Usage]] = {message_id: [] for message_id in message_ids}
    for row in rows:
        if row.message_id is not None:
            usage[row.message_id].append(row)
    return usage


@dataclass(frozen=True)
class ModelTotal:
    """All calls of one model: `cost_usd` of those whose cost is known, and the tokens of the others."""

    model: str
    num_calls: int
    num_input_tokens: int
    num_output_tokens: int
    cost_usd: Decimal
    num_unpriced: int
    num_unpriced_input_tokens: int
    num_unpriced_output_tokens: int


_TOTALS = """
SELECT {owner} AS owner, u.model, count(*), sum(u.num_input_tokens), sum(u.num_output_tokens),
       coalesce(sum(u.cost_usd), 0), count(*) FILTER (WHERE u.cost_usd IS NULL),
       coalesce(sum(u.num_input_tokens) FILTER (WHERE u.cost_usd IS NULL), 0),
       coalesce(sum(u.num_output_tokens) FILTER (WHERE u.cost_usd IS NULL), 0)
  FROM opentrace.usage u LEFT JOIN opentrace.messages m ON m.id = u.message_id
 WHERE {owner} = ANY(:ids) AND u.user_id = :user_id
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_OWNERS = {
    UsageOf.MESSAGE: "u.message_id",
    UsageOf.CHAT: "m.chat_id",
    UsageOf.PROJECT: "u.project_id",
    UsageOf.USER: "u.user_id",
    UsageOf.KEY: "u.api_key_id",
}


async def totals(
    session: AsyncSession, of: UsageOf, owner_ids: Sequence[UUID], *, user_id: UUID
) -> dict[UUID, list[ModelTotal]]:
    """What this person spent for each owner, by model; calls of lost attempts were paid for as well."""
    statement = text(_TOTALS.format(owner=_OWNERS[of]))
    values = {"ids": list(owner_ids), "user_id": user_id}
    found: dict[UUID, list[ModelTotal]] = {owner_id: [] for owner_id in owner_ids}
    for owner_id, *row in (await (await session.connection()).execute(statement, values)).all():
        found[owner_id].append(ModelTotal(*row))
    return found
