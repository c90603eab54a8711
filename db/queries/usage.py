"""Paid calls: written as they happen, added up when somebody asks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.engine import Database
from db.errors import translate
from db.models import Usage, UsageKind
from db.models.base import SCHEMA

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
