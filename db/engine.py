"""Connections: sessions for rows, and a bare asyncpg pool for COPY and hot reads."""

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import URL, ExceptionContext, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

Session: TypeAlias = AsyncSession
Sessions: TypeAlias = async_sessionmaker[AsyncSession]

_CONNECT_SECONDS = 10.0
_SET_KEY = "SELECT set_config('opentrace.key', $1, true)"


@dataclass(frozen=True)
class Database:
    """One role's way to one database; two pools of up to `pool_size` connections each, opened lazily."""

    engine: AsyncEngine
    sessions: Sessions
    pool: asyncpg.Pool
    transaction_pooler: bool = False
    """Single statements on `pool` must be wrapped in a transaction: the pooler hands out one at a time."""
    key_id: UUID | None = None
    """The API key whose reach bounds what single statements on `pool` see."""


async def open(url: str, *, pool_size: int, transaction_pooler: bool) -> Database:
    """Prepare both pools; the first connection is made at first use, so this works while the server is away.

    `transaction_pooler` (PgBouncer, Supabase): no prepared statement is kept and none has a name.
    """
    address = engine_url(url)
    engine = create_async_engine(
        address,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        pool_timeout=_CONNECT_SECONDS,
        connect_args=connect_args(transaction_pooler),
    )
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    event.listen(engine.sync_engine, "handle_error", _know_a_farewell)
    pool = await asyncpg.create_pool(
        plain_url(url),
        min_size=0,
        max_size=pool_size,
        timeout=_CONNECT_SECONDS,
        reset=_reset,
        statement_cache_size=0 if transaction_pooler else 100,
    )
    sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    return Database(engine, sessions, pool, transaction_pooler)


async def close(database: Database) -> None:
    """Close both pools; connections still in use are closed as they come back."""
    await database.pool.close()
    await database.engine.dispose()


async def fetch(database: Database, statement: str, *values: Any) -> list[asyncpg.Record]:
    """One statement in one round trip; behind a transaction pooler or for a key, in one transaction."""
    if not database.transaction_pooler and database.key_id is None:
        return await database.pool.fetch(statement, *values)
    async with database.pool.acquire() as connection, connection.transaction():
        if database.key_id is not None:
            await connection.execute(_SET_KEY, str(database.key_id))
        return await connection.fetch(statement, *values)


def connections(database: Database) -> dict[tuple[str, str], int]:
    """How many connections each pool has, by `(pool, state)`; `sessions` for rows, `single` for the rest."""
    sessions: Any = database.engine.pool
    idle = database.pool.get_idle_size()
    return {
        ("sessions", "used"): sessions.checkedout(),
        ("sessions", "idle"): sessions.checkedin(),
        ("single", "used"): database.pool.get_size() - idle,
        ("single", "idle"): idle,
    }


async def ping(database: Database) -> None:
    """Return when the database answers; raises what the driver raises when it does not."""
    await database.pool.execute("SELECT 1")


def engine_url(url: str) -> URL:
    """The address as SQLAlchemy wants it: libpq's `sslmode` is `ssl` there."""
    address = make_url(url).set(drivername="postgresql+asyncpg")
    if "sslmode" in address.query:
        mode = address.query["sslmode"]
        address = address.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
    return address


def plain_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def connect_args(transaction_pooler: bool) -> dict[str, Any]:
    """What the driver of a session's connection is told; behind a pooler no statement has a name."""
    if not transaction_pooler:
        return {"timeout": _CONNECT_SECONDS}
    return {
        "timeout": _CONNECT_SECONDS,
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: "",
    }


def _refuse_closed(dbapi_connection: Any, *_: Any) -> None:
    """After a restart of the server all pooled connections are dead: take fresh ones, without a ping each."""
    if dbapi_connection.driver_connection.is_closed():
        raise InvalidatePoolError()


def _know_a_farewell(context: ExceptionContext) -> None:
    """A server that ends an idle connection leaves asyncpg between two states: that is a disconnect too."""
    if isinstance(getattr(context.original_exception, "__cause__", None), asyncpg.InternalClientError):
        context.is_disconnect = True


async def _reset(connection: asyncpg.Connection) -> None:
    """Nothing here outlives a transaction, so the reset's round trip is saved unless one was left open."""
    if connection.is_in_transaction():
        await connection.reset()


__all__ = [
    "Database",
    "Session",
    "Sessions",
    "close",
    "connect_args",
    "connections",
    "engine_url",
    "fetch",
    "open",
    "ping",
    "plain_url",
]
