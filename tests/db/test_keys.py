"""The second wall for API keys: what a transaction that names one reaches, whatever the API forgets."""

from typing import Any

import asyncpg
import pytest

from db.engine import Database
from db.models import ApiKey
from tests.db import seed
from tests.db.furnished import furnished, key_of

EMPTY_FOR_KEYS = {"api_keys", "audit_log"}
PERSONAL = {"users", "idempotency_keys"}
"""Rows of the person, not of a project."""
TABLES = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'opentrace'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
"""


async def rows_seen(database: Database, key: ApiKey, statement: str, *values: Any) -> int:
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(
                "SELECT set_config('opentrace.viewer', $1, true), set_config('opentrace.key', $2, true)",
                str(key.user_id),
                str(key.id),
            )
            return len(await connection.fetch(statement, *values))
        finally:
            await transaction.rollback()


async def seen(database: Database, api_database: Database, key: ApiKey) -> set[str]:
    """The tables of which the key sees any row."""
    names = [row[0] for row in await database.pool.fetch(TABLES)]
    counts = {name: await rows_seen(api_database, key, f"SELECT FROM opentrace.{name}") for name in names}
    return {name for name, count in counts.items() if count}


async def test_a_key_reaches_the_rows_of_its_projects_and_no_others(
    database: Database, api_database: Database
) -> None:
    home, _ = await furnished(database)
    other = await seed.project_of(database, home.user_id)
    everywhere = key_of(home)
    here = key_of(home, project_ids=[home.project_id])
    elsewhere = key_of(home, project_ids=[other.id])
    await seed.add(database, everywhere, here, elsewhere)
    all_tables = {row[0] for row in await database.pool.fetch(TABLES)}
    assert await seen(database, api_database, everywhere) == all_tables - EMPTY_FOR_KEYS
    assert await seen(database, api_database, here) == all_tables - EMPTY_FOR_KEYS
    # The other project's own row, its member, settings and generation.
    bare = {"projects", "project_members", "retrieval_settings", "embedding_generations"}
    assert await seen(database, api_database, elsewhere) == PERSONAL | bare


@pytest.mark.parametrize("end", ["revoked_at", "expires_at"])
async def test_a_key_that_has_ended_reaches_nothing(
    database: Database, api_database: Database, end: str
) -> None:
    home, _ = await furnished(database)
    key = key_of(home, **{end: seed.START})
    await seed.add(database, key)
    assert await seen(database, api_database, key) == PERSONAL


async def test_anothers_key_opens_nothing(database: Database, api_database: Database) -> None:
    home, _ = await furnished(database)
    key = key_of(await seed.home(database))
    await seed.add(database, key)
    assert await seen(database, api_database, ApiKey(**{**key.model_dump(), "user_id": home.user_id})) == (
        PERSONAL
    )


@pytest.mark.parametrize(
    "act",
    [
        "INSERT INTO opentrace.projects (id, created_by, name, description, change_seq,"
        " created_at, updated_at)"
        " VALUES (gen_random_uuid(), opentrace.viewer_id(), 'x', '', 0, now(), now()) RETURNING 1",
        "INSERT INTO opentrace.api_keys (id, user_id, line_id, name, hint, secret_sha256, capabilities,"
        " created_at) VALUES (gen_random_uuid(), opentrace.viewer_id(), gen_random_uuid(), 'x', 'x', 'x',"
        " ARRAY['READ'], now())",
        "UPDATE opentrace.audit_log SET act = 'CHAT_DELETED'",
        "DELETE FROM opentrace.audit_log",
        "INSERT INTO opentrace.audit_log (id, user_id, act, detail, created_at)"
        " VALUES (gen_random_uuid(), opentrace.viewer_id(), 'CHAT_DELETED', '{}', now())",
    ],
)
async def test_a_key_cannot(act: str, database: Database, api_database: Database) -> None:
    home, _ = await furnished(database)
    key = key_of(home, project_ids=[home.project_id])
    await seed.add(database, key)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await rows_seen(api_database, key, act)


async def test_nothing_is_deleted_beyond_a_keys_reach(database: Database, api_database: Database) -> None:
    home, ids = await furnished(database)
    other = await seed.project_of(database, home.user_id)
    key = key_of(home, project_ids=[other.id])
    await seed.add(database, key)
    for noun in ("document", "chat", "project"):
        statement = f"SELECT * FROM opentrace.delete_{noun}($1)"
        assert await rows_seen(api_database, key, statement, ids[noun]) == 0
    assert await rows_seen(api_database, key, "SELECT * FROM opentrace.delete_project($1)", other.id) == 1
