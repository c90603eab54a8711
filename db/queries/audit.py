"""The audit log: written and read, never changed."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import AuditEntry
from db.queries import paging
from db.queries.paging import Page


async def insert(session: AsyncSession, *, entry: AuditEntry) -> None:
    session.add(entry)
    await session.flush()


async def page(session: AsyncSession, user_id: UUID, *, first: int, after: str | None) -> Page[AuditEntry]:
    """What was done in this person's name, newest first."""
    rows = select(AuditEntry).where(col(AuditEntry.user_id) == user_id)
    request = paging.Request(
        rows, AuditEntry.created_at, AuditEntry.id, lambda row: (row.created_at, row.id), first, after
    )
    return await paging.fetch(session, request)
