"""Paid calls: written as they happen, added up when somebody asks."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Usage


async def insert(session: AsyncSession, *, usage: Usage) -> None:
    session.add(usage)
    await session.flush()


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
