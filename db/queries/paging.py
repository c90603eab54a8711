"""Keyset pages: newest first, stable while rows come and go, with cursors that clients cannot read."""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows of a list; `cursors[i]` belongs to `rows[i]`; `total_count` is None when nobody asked."""

    rows: list[T]
    has_next_page: bool
    has_previous_page: bool
    total_count: int | None
    cursors: list[str]


@dataclass(frozen=True)
class Request(Generic[T]):
    """Which page: `first` rows of `rows` after the cursor, ordered by (`at`, `id`), both descending."""

    rows: SelectOfScalar[T]
    at: datetime
    """The column, for instance `Document.created_at`."""
    id: UUID
    key: Callable[[T], tuple[datetime, UUID]]
    first: int
    after: str | None
    count: bool = True


async def fetch(session: AsyncSession, request: Request[T]) -> Page[T]:
    """Read one page; raises ValueError when the cursor is not one of ours."""
    at, id = col(request.at), col(request.id)
    statement = request.rows.order_by(at.desc(), id.desc()).limit(request.first + 1)
    if request.after is not None:
        statement = statement.where(tuple_(at, id) < _position(request.after))
    found = list((await session.exec(statement)).all())
    rows = found[: request.first]
    return Page(
        rows=rows,
        has_next_page=len(found) > request.first,
        has_previous_page=request.after is not None,
        total_count=await _count(session, request.rows) if request.count else None,
        cursors=[encode(*request.key(row)) for row in rows],
    )


def encode(at: datetime, id: UUID) -> str:
    """The cursor of a row: opaque to clients, exact to the microsecond."""
    return base64.urlsafe_b64encode(f'["{at.isoformat()}","{id}"]'.encode()).decode().rstrip("=")


def decode(cursor: str) -> tuple[datetime, UUID]:
    """What `encode` put in; raises ValueError for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, id = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError("no time zone")
        return moment, UUID(id)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise ValueError("This cursor is not one that this list has given out.") from error


def _position(cursor: str) -> ColumnElement[tuple[datetime, UUID]]:
    return tuple_(*decode(cursor))


async def _count(session: AsyncSession, rows: SelectOfScalar[T]) -> int:
    return (await session.exec(select(func.count()).select_from(rows.subquery()))).one()
