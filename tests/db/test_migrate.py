"""Migrations: started twice at once, repeated without effect, and equal to what the models say."""

import asyncio
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from db import engine, migrate, migrations
from db.engine import engine_url
from db.errors import Unreachable
from db.queries import search
from db.queries.search import Cut, Scope
from tests.db import seed
from tests.fixtures.databases import DatabaseAddress

NEWEST = max(path.name for path in Path(migrations.__path__[0], "versions").glob("*.py"))[:4]
_STATE = """
SELECT (SELECT version_num FROM opentrace.alembic_version) AS version,
       obj_description(to_regnamespace('opentrace')) AS digest,
       (SELECT count(*) FROM pg_policies WHERE schemaname = 'opentrace') AS num_policies,
       (SELECT array_agg(xmin::text ORDER BY oid) FROM pg_proc
         WHERE pronamespace = to_regnamespace('opentrace')) AS functions
"""


async def state(url: str) -> dict[str, object]:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow(_STATE)
    finally:
        await connection.close()
    assert row is not None
    return dict(row)


async def test_two_processes_may_migrate_one_database_at_once(empty_database: str) -> None:
    await asyncio.gather(*(migrate.upgrade(empty_database) for _ in range(3)))
    found = await state(empty_database)
    assert found["version"] == NEWEST
    assert found["num_policies"] == 40


async def test_a_second_run_touches_nothing(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    before = await state(empty_database)
    await migrate.upgrade(empty_database)
    assert await state(empty_database) == before


async def test_functions_are_applied_again_when_their_files_have_changed(empty_database: str) -> None:
    await migrate.upgrade(empty_database)
    before = await state(empty_database)
    connection = await asyncpg.connect(empty_database)
    await connection.execute("COMMENT ON SCHEMA opentrace IS 'older'")
    await connection.execute("DROP POLICY self ON opentrace.users")
    await connection.close()
    await migrate.upgrade(empty_database)
    after = await state(empty_database)
    assert (after["digest"], after["num_policies"]) == (before["digest"], before["num_policies"])
    assert after["functions"] != before["functions"]


async def test_the_tables_are_what_the_models_say(database_address: DatabaseAddress) -> None:
    connecting = create_async_engine(engine_url(database_address.url))
    async with connecting.connect() as connection:
        assert await connection.run_sync(migrate.differences) == []
    await connecting.dispose()


async def test_no_server_is_said_in_our_words(unused_tcp_port: int) -> None:
    with pytest.raises(Unreachable):
        await migrate.upgrade(f"postgresql://nobody:x@127.0.0.1:{unused_tcp_port}/nothing")


async def test_pgvector_may_live_in_a_schema_closed_to_the_api(
    hosted_database: DatabaseAddress,
) -> None:
    await migrate.upgrade(hosted_database.url)
    owner = await engine.open(hosted_database.url, pool_size=2, transaction_pooler=False)
    api = await engine.open(hosted_database.api_url, pool_size=2, transaction_pooler=False)
    try:
        home = await seed.home(owner)
        await seed.published(owner, home, seed.vectors(3))
        scope = Scope(home.user_id, home.project_id, home.generation_id)
        hits = await search.basic(api, scope=scope, query=seed.vectors(1)[0], cut=Cut(-1, 9))
        assert sorted(hit.position for hit in hits) == [0, 1, 2]
        assert hits[0].position == 0
        async with owner.engine.connect() as connection:
            assert await connection.run_sync(migrate.differences) == []
    finally:
        await engine.close(api)
        await engine.close(owner)
