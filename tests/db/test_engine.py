"""Connections: they survive a restart, work behind a transaction pooler, and fail in our words."""

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlmodel import select

from db import engine, errors
from db.engine import Database
from db.errors import Duplicate, Missing, Unreachable
from db.models import Chat, Project, User
from db.queries import search
from db.queries.search import Cut, Scope
from tests.db import seed
from tests.fixtures.databases import DatabaseAddress

_CUT_ALL = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def cut_all_connections(address: DatabaseAddress) -> None:
    connection = await asyncpg.connect(address.url)
    assert await connection.fetchval(_CUT_ALL) > 0
    await connection.close()


async def test_a_pool_of_dead_connections_heals_itself(
    database: Database, database_address: DatabaseAddress
) -> None:
    bare = []
    async with database.sessions() as one, database.sessions() as two, database.sessions() as three:
        for session in (one, two, three):
            connection = await (await session.connection()).get_raw_connection()
            driver: Any = connection.driver_connection
            bare.append(driver)
    await cut_all_connections(database_address)
    async with asyncio.timeout(10):
        while not all(connection.is_closed() for connection in bare):  # noqa: ASYNC110 - a socket's end
            await asyncio.sleep(0.01)
    async with database.sessions() as session:
        assert (await session.exec(select(User))).all() == []


async def test_a_connection_cut_in_the_middle_is_unreachable(
    database: Database, database_address: DatabaseAddress
) -> None:
    with pytest.raises(Unreachable), errors.translate():
        async with database.sessions() as session:
            await session.exec(select(User))
            await cut_all_connections(database_address)
            await session.exec(select(User))


async def test_opening_works_while_the_server_is_away(unused_tcp_port: int) -> None:
    opened = await engine.open(
        f"postgresql://a:b@127.0.0.1:{unused_tcp_port}/c", pool_size=1, transaction_pooler=False
    )
    with pytest.raises(Unreachable), errors.translate():
        async with opened.sessions() as session:
            await session.exec(select(User))
    with pytest.raises(Unreachable), errors.translate():
        await opened.pool.fetch("SELECT 1")
    await engine.close(opened)


async def test_a_second_row_with_the_same_key_is_a_duplicate(database: Database) -> None:
    await seed.add(database, User(subject="same"))
    with pytest.raises(Duplicate) as refused, errors.translate():
        await seed.add(database, User(subject="same"))
    assert refused.value.constraint == "uq_users_subject"


async def test_a_reference_to_nothing_is_missing(database: Database) -> None:
    home = await seed.home(database)
    with pytest.raises(Missing) as refused, errors.translate():
        await seed.add(database, Chat(project_id=home.user_id, created_by=home.user_id))
    assert refused.value.constraint == "fk_chats_project_id"


async def test_other_errors_pass_unchanged(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), errors.translate():
        raise ZeroDivisionError
    with pytest.raises(asyncpg.UndefinedTableError), errors.translate():
        await database.pool.fetch("SELECT * FROM nowhere")
    with pytest.raises(asyncpg.DataError), errors.translate():
        await database.pool.fetch("SELECT $1::int", "one")
    async with database.pool.acquire() as connection:
        with pytest.raises(asyncpg.InterfaceError, match="another operation"), errors.translate():
            await asyncio.gather(connection.fetch("SELECT pg_sleep(0.1)"), connection.fetch("SELECT 1"))


async def test_a_pool_that_was_closed_is_unreachable(database: Database) -> None:
    await database.pool.fetch("SELECT 1")
    await database.pool.close()
    with pytest.raises(Unreachable), errors.translate():
        await database.pool.fetch("SELECT 1")


async def test_a_lock_that_is_not_had_in_time_is_unreachable(database: Database) -> None:
    home = await seed.home(database)
    async with database.sessions() as one, database.sessions() as two:
        await one.get_one(Project, home.project_id, with_for_update=True)
        await (await two.connection()).execute(text("SET LOCAL lock_timeout = '10ms'"))
        with pytest.raises(Unreachable), errors.translate():
            await two.get_one(Project, home.project_id, with_for_update=True)


async def test_behind_a_transaction_pooler_no_statement_is_kept_on_the_connection(
    database: Database, database_address: DatabaseAddress
) -> None:
    home = await seed.home(database)
    await seed.published(database, home, seed.vectors(2))
    pooled = await engine.open(database_address.url, pool_size=1, transaction_pooler=True)
    async with pooled.sessions() as session:
        await session.exec(select(User))
        connection = await session.connection()
        kept = await connection.execute(text("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''"))
        assert kept.scalar_one() == 0
    scope = Scope(home.user_id, home.project_id, home.generation_id)
    hits = await search.basic(pooled, scope=scope, query=seed.vectors(1)[0], cut=Cut(-1, 9))
    assert len(hits) == 2
    assert await pooled.pool.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''") == 0
    await engine.close(pooled)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("postgres://u:p@h:1/d", "postgresql+asyncpg://u:p@h:1/d"),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+asyncpg://u:p@h/d?ssl=require"),
        ("postgresql+asyncpg://u@h/d", "postgresql+asyncpg://u@h/d"),
    ],
)
def test_addresses_are_read_whatever_their_scheme(given: str, expected: str) -> None:
    assert engine.engine_url(given).render_as_string(hide_password=False) == expected


def test_the_plain_address_keeps_libpqs_own_options() -> None:
    assert engine.plain_url("postgres://u:p@h/d?sslmode=require") == "postgresql://u:p@h/d?sslmode=require"
