"""Chats of a project, the one with the latest message first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Chat
from db.models.base import utc_now
from db.queries import paging
from db.queries.paging import Page


async def insert(session: AsyncSession, *, chat: Chat) -> Chat:
    session.add(chat)
    await session.flush()
    return chat


async def get(session: AsyncSession, chat_id: UUID) -> Chat | None:
    return await session.get(Chat, chat_id, populate_existing=True)


async def by_ids(session: AsyncSession, chat_ids: Sequence[UUID]) -> dict[UUID, Chat]:
    rows = await session.exec(select(Chat).where(col(Chat.id).in_(chat_ids)))
    return {chat.id: chat for chat in rows}


async def page(
    session: AsyncSession,
    project_id: UUID,
    *,
    first: int,
    after: str | None = None,
    created_by: UUID | None = None,
    count: bool = True,
) -> Page[Chat]:
    """A project's chats, the latest used first: those of `created_by`, else all that the role may see."""
    rows = select(Chat).where(Chat.project_id == project_id)
    if created_by is not None:
        rows = rows.where(Chat.created_by == created_by)
    request = paging.Request(
        rows, Chat.updated_at, Chat.id, lambda row: (row.updated_at, row.id), first, after, count
    )
    return await paging.fetch(session, request)


async def rename(session: AsyncSession, chat_id: UUID, *, title: str) -> Chat | None:
    """Change the title; the chat keeps its place in the list."""
    statement = (
        update(Chat).where(col(Chat.id) == chat_id).values(title=title, is_titled=True).returning(Chat)
    )
    return await session.scalar(statement, execution_options={"populate_existing": True})


async def touch(session: AsyncSession, chat_id: UUID) -> None:
    """Move the chat to the top of the list."""
    await session.exec(update(Chat).where(col(Chat.id) == chat_id).values(updated_at=utc_now()))
