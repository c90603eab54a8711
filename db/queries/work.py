"""Work held under a lease: claiming the fairest row, keeping it, and being fenced off when it is lost.

A row may be worked on by whoever claimed it last: `attempt` grows with every claim, and a writer that
carries an older one is Stale. All functions are for the owner's role; the API never claims.
"""

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, text
from sqlmodel.ext.asyncio.session import AsyncSession

from db.errors import Stale
from db.models import Crawl, Document, EmbeddingGeneration, Message
from db.queries import work_sql
from db.queries.work_sql import CRAWLS, DOCUMENTS, GENERATIONS, MESSAGES, Kind

Row = TypeVar("Row", Document, Message, Crawl, EmbeddingGeneration)


async def claim_document(
    session: AsyncSession, *, lease_seconds: float, per_user: int, max_tries: int
) -> Document | None:
    """Take the fairest runnable document, or None; a QUEUED one becomes PARTITIONING."""
    return await _claim(session, Document, lease_seconds, per_user, max_tries)


async def claim_message(
    session: AsyncSession, *, lease_seconds: float, per_user: int, max_tries: int
) -> Message | None:
    """Take the fairest runnable answer, or None; it becomes RUNNING with an empty text."""
    return await _claim(session, Message, lease_seconds, per_user, max_tries)


async def claim_crawl(
    session: AsyncSession, *, lease_seconds: float, per_user: int, max_tries: int
) -> Crawl | None:
    """Take the crawl that was served longest ago, or None; it becomes RUNNING."""
    return await _claim(session, Crawl, lease_seconds, per_user, max_tries)


async def claim_generation(
    session: AsyncSession, *, lease_seconds: float, per_user: int, max_tries: int
) -> EmbeddingGeneration | None:
    """Take the BUILDING generation that was served longest ago, or None."""
    return await _claim(session, EmbeddingGeneration, lease_seconds, per_user, max_tries)


async def renew(
    session: AsyncSession, table: type[Row], id: UUID, attempt: int, lease_seconds: float
) -> bool:
    """Hold the row for `lease_seconds` from now; False when it is no longer this attempt's."""
    values = {"id": id, "attempt": attempt, "lease_seconds": lease_seconds}
    return await _changed(session, table, work_sql.RENEW, values)


async def fence(session: AsyncSession, table: type[Row], id: UUID, attempt: int) -> Row:
    """Lock the row for this transaction; raises Stale when it has changed hands or is gone.

    Every write of a worker begins with this: without the lock, a claim could pass between check and write.
    """
    row = await session.get(table, id, populate_existing=True, with_for_update=True)
    if row is None or row.attempt != attempt:
        raise Stale(f"{table.__name__} {id} is no longer held by attempt {attempt}")
    return row


async def release(session: AsyncSession, table: type[Row], id: UUID, attempt: int) -> bool:
    """Hand the row back at once, at a graceful shutdown: the try does not count against it."""
    return await _changed(session, table, work_sql.RELEASE, {"id": id, "attempt": attempt})


async def ring_documents(session: AsyncSession, *, limit: int, quiet_seconds: float) -> list[UUID]:
    """Runnable documents that nobody was rung for within `quiet_seconds`; they count as rung now."""
    return await _ring(session, DOCUMENTS, limit, quiet_seconds)


async def ring_messages(session: AsyncSession, *, limit: int, quiet_seconds: float) -> list[UUID]:
    """Runnable answers that nobody was rung for within `quiet_seconds`; they count as rung now."""
    return await _ring(session, MESSAGES, limit, quiet_seconds)


async def ring_crawls(session: AsyncSession, *, limit: int, quiet_seconds: float) -> list[UUID]:
    """Runnable crawls that nobody was rung for within `quiet_seconds`; they count as rung now."""
    return await _ring(session, CRAWLS, limit, quiet_seconds)


async def ring_generations(session: AsyncSession, *, limit: int, quiet_seconds: float) -> list[UUID]:
    """Generations to be built that nobody was rung for within `quiet_seconds`; they count as rung now."""
    return await _ring(session, GENERATIONS, limit, quiet_seconds)


async def exhausted_documents(session: AsyncSession, *, max_tries: int, limit: int = 100) -> list[Document]:
    """Documents that were claimed `max_tries` times and lost each time, locked so that they can be failed."""
    return await _rows(session, Document, work_sql.EXHAUSTED, {"max_tries": max_tries, "limit": limit})


async def exhausted_messages(session: AsyncSession, *, max_tries: int, limit: int = 100) -> list[Message]:
    """Answers that were claimed `max_tries` times and lost each time, locked so that they can be failed."""
    return await _rows(session, Message, work_sql.EXHAUSTED, {"max_tries": max_tries, "limit": limit})


async def exhausted_crawls(session: AsyncSession, *, max_tries: int, limit: int = 100) -> list[Crawl]:
    """Crawls that were claimed `max_tries` times and lost each time, locked so that they can be failed."""
    return await _rows(session, Crawl, work_sql.EXHAUSTED, {"max_tries": max_tries, "limit": limit})


async def exhausted_generations(
    session: AsyncSession, *, max_tries: int, limit: int = 100
) -> list[EmbeddingGeneration]:
    """Generations claimed `max_tries` times and lost each time, locked so that they can be failed."""
    return await _rows(
        session, EmbeddingGeneration, work_sql.EXHAUSTED, {"max_tries": max_tries, "limit": limit}
    )


async def take_expired_uploads(
    session: AsyncSession, *, older_than_seconds: float, lease_seconds: float, limit: int
) -> list[Document]:
    """Documents whose file has not arrived for so long; until the lease runs out nobody else takes them."""
    values = {"older_than_seconds": older_than_seconds, "lease_seconds": lease_seconds, "limit": limit}
    return await _rows(session, Document, work_sql.EXPIRED_UPLOADS, values)


async def sweep_lock(session: AsyncSession) -> bool:
    """Become the one sweeper until the transaction ends; False when another is at it."""
    return bool(await session.scalar(text(work_sql.SWEEP), {"key": work_sql.SWEEP_KEY}))


async def _claim(
    session: AsyncSession, table: type[Row], lease_seconds: float, per_user: int, max_tries: int
) -> Row | None:
    kind = _kind(table)
    await session.scalar(text(work_sql.TAKE_TURN), {"key": kind.lock_key})
    values = {"lease_seconds": lease_seconds, "per_user": per_user, "max_tries": max_tries}
    rows = await _rows(session, table, work_sql.CLAIM, values)
    return rows[0] if rows else None


async def _ring(session: AsyncSession, kind: Kind, limit: int, quiet_seconds: float) -> list[UUID]:
    values = {"limit": limit, "quiet_seconds": quiet_seconds}
    connection = await session.connection()
    return list((await connection.execute(text(kind.fill(work_sql.RING)), values)).scalars())


async def _rows(
    session: AsyncSession, table: type[Row], statement: str, values: Mapping[str, Any]
) -> list[Row]:
    # `exec` is typed for selects alone, and `scalars` goes through an `execute` that SQLModel deprecates.
    rows: Any = select(table).from_statement(text(_kind(table).fill(statement)))
    found = await session.exec(rows, params=values, execution_options={"populate_existing": True})
    return list(found.scalars())


async def _changed(
    session: AsyncSession, table: type[Row], statement: str, values: Mapping[str, Any]
) -> bool:
    connection = await session.connection()
    return (await connection.execute(text(_kind(table).fill(statement)), values)).rowcount == 1


def _kind(table: type[Row]) -> Kind:
    return _KINDS[table]


_KINDS: dict[type[Any], Kind] = {
    Document: DOCUMENTS,
    Message: MESSAGES,
    Crawl: CRAWLS,
    EmbeddingGeneration: GENERATIONS,
}
