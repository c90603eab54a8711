"""Citations of answers, in the order of the text."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Citation


async def replace(session: AsyncSession, *, message_id: UUID, citations: Sequence[Citation]) -> None:
    """Give a message exactly these citations; call it under the message's fence."""
    await session.exec(delete(Citation).where(col(Citation.message_id) == message_id))
    session.add_all(citations)
    await session.flush()


async def of_messages(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, list[Citation]]:
    """Each message's citations by position; a message without any has an empty list."""
    rows = await session.exec(
        select(Citation).where(col(Citation.message_id).in_(message_ids)).order_by(col(Citation.position))
    )
    citations: dict[UUID, list[Citation]] = {message_id: [] for message_id in message_ids}
    for row in rows:
        citations[row.message_id].append(row)
    return citations
