"""The searches that answers were written from, in their order."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import RetrievalRun


async def replace(session: AsyncSession, *, message_id: UUID, runs: Sequence[RetrievalRun]) -> None:
    """Give a message exactly these runs; call it under the message's fence."""
    await session.exec(delete(RetrievalRun).where(col(RetrievalRun.message_id) == message_id))
    session.add_all(runs)
    await session.flush()


async def of_messages(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, list[RetrievalRun]]:
    """Each message's searches by position; a message without any has an empty list."""
    statement = select(RetrievalRun).where(col(RetrievalRun.message_id).in_(message_ids))
    runs: dict[UUID, list[RetrievalRun]] = {message_id: [] for message_id in message_ids}
    for run in await session.exec(statement.order_by(col(RetrievalRun.position))):
        runs[run.message_id].append(run)
    return runs
