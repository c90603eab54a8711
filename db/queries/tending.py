"""Chats whose title or memory is to be looked after: claimed under a lease, written under its fence."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.errors import Stale
from db.models import Chat, Memory

_DUE = text(
    "UPDATE opentrace.chats SET tend_at = now(), num_tend_tries = 0"
    " WHERE id = :id AND (NOT is_titled OR"
    " (SELECT count(*) FROM opentrace.messages m WHERE m.chat_id = :id) > :num_messages)"
)
_CLAIM = text(
    "UPDATE opentrace.chats SET tend_attempt = tend_attempt + 1, num_tend_tries = num_tend_tries + 1,"
    " tend_leased_until = now() + make_interval(secs => :lease_seconds)"
    " WHERE id = ("
    "   SELECT id FROM opentrace.chats"
    "    WHERE tend_at <= now() AND (tend_leased_until IS NULL OR tend_leased_until <= now())"
    "    ORDER BY tend_at FOR UPDATE SKIP LOCKED LIMIT 1)"
    " RETURNING *"
)
_LATER = text(
    "UPDATE opentrace.chats SET tend_leased_until = NULL,"
    " tend_at = now() + make_interval(secs => :seconds)"
    " WHERE id = :id AND tend_attempt = :attempt"
)


async def mark_due(session: AsyncSession, chat_id: UUID, *, num_messages: int) -> None:
    """Have a chat looked after, if it has no title or more messages than a prompt holds."""
    await (await session.connection()).execute(_DUE, {"id": chat_id, "num_messages": num_messages})


async def claim(session: AsyncSession, *, lease_seconds: float) -> Chat | None:
    """Take the chat that waits longest, or None."""
    rows: Any = select(Chat).from_statement(_CLAIM)
    values = {"lease_seconds": lease_seconds}
    found = await session.exec(rows, params=values, execution_options={"populate_existing": True})
    chat: Chat | None = found.scalars().first()
    return chat


async def fence(session: AsyncSession, chat: Chat) -> Chat:
    """Lock the row for this transaction; raises Stale when another has claimed it since, or it is gone."""
    row = await session.get(Chat, chat.id, populate_existing=True, with_for_update=True)
    if row is None or row.tend_attempt != chat.tend_attempt:
        raise Stale(f"Chat {chat.id} is no longer tended by attempt {chat.tend_attempt}")
    return row


async def put_off(session: AsyncSession, chat: Chat, *, seconds: float) -> None:
    """Let go of the chat and have it claimed again later."""
    values = {"id": chat.id, "attempt": chat.tend_attempt, "seconds": seconds}
    await (await session.connection()).execute(_LATER, values)


async def remember(session: AsyncSession, memory: Memory) -> None:
    """Keep a memory; the first one of a message stays."""
    statement = postgresql.insert(Memory).values(memory.model_dump())
    await session.exec(statement.on_conflict_do_nothing())


async def memories_of(session: AsyncSession, message_ids: Sequence[UUID]) -> dict[UUID, Memory]:
    """The memories that end with one of these messages."""
    rows = await session.exec(select(Memory).where(col(Memory.message_id).in_(message_ids)))
    return {memory.message_id: memory for memory in rows}
