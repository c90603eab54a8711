"""Paid calls: written as they happen, added up when somebody asks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as sql_insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Usage


async def insert(session: AsyncSession, *, usage: Usage) -> None:
    session.add(usage)
    await session.flush()


async def save(session: AsyncSession, *, rows: Sequence[Usage]) -> None:
    """Write calls, or over them what is known by now of their tokens and cost."""
    known = ("num_input_tokens", "num_output_tokens", "cost_usd")
    statement = sql_insert(Usage).values([row.model_dump() for row in rows])
    changes = {name: statement.excluded[name] for name in known}
    await session.exec(statement.on_conflict_do_update(index_elements=["id"], set_=changes))


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
