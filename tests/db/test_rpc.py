"""Search as RPC, as Supabase serves it: the request's token says who is looking, and nothing else does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from backend.local.postgres import OWNER, Postgres
from db import migrate
from db.engine import Database
from db.models import User
from tests.db import seed
from tests.fixtures.databases import DatabaseAddress, run_as_admin

# What Supabase brings: the role of whoever signed in, and a function that gives the claims of their token.
_ROLE = """
DO $$ BEGIN
    IF to_regrole('authenticated') IS NULL THEN CREATE ROLE authenticated NOLOGIN; END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
_AUTH = f"""
CREATE SCHEMA auth;
GRANT USAGE ON SCHEMA auth TO authenticated, {OWNER};
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
"""
NEEDLE = "array_fill(1::real, ARRAY[8])"
BASIC = f"SELECT * FROM opentrace.rpc_search_basic($1, {NEEDLE}, -1, 100)"
FUSED = (
    f"SELECT * FROM opentrace.rpc_search_fused($1, ARRAY['text'], {NEEDLE}, threshold => -1, num_hits => 2)"
)


@asynccontextmanager
async def signed_in(
    database: Database, subject: str | None, role: str = "authenticated"
) -> AsyncIterator[Any]:
    """A transaction as the HTTP server in front of the database opens one for a request with this token."""
    claims = "" if subject is None else orjson.dumps({"sub": subject, "role": role}).decode()
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {role}")
        await connection.execute("SELECT set_config('request.jwt.claims', $1, true)", claims)
        yield connection


async def subject_of(database: Database, user_id: UUID) -> str:
    async with database.sessions() as session:
        user = await session.get(User, user_id)
    assert user is not None
    return user.subject


@pytest.fixture
async def hosted(
    postgres_server: Postgres, database_address: DatabaseAddress, database: Database
) -> Database:
    """A database with Supabase's parts, brought up to date after they were there."""
    await run_as_admin(postgres_server, _ROLE)
    await run_as_admin(
        postgres_server, f"GRANT authenticated TO {OWNER}", _AUTH, database=database_address.name
    )
    await database.pool.execute("COMMENT ON SCHEMA opentrace IS NULL")
    await migrate.upgrade(database_address.url)
    return database


async def test_a_member_finds_what_the_api_would_find(hosted: Database) -> None:
    home = await seed.home(hosted)
    await seed.published(hosted, home, seed.vectors(3))
    async with signed_in(hosted, await subject_of(hosted, home.user_id)) as connection:
        basic = await connection.fetch(BASIC, home.project_id)
        fused = await connection.fetch(FUSED, home.project_id)
    assert [row["vector_rank"] for row in basic] == [1, 2, 3]
    assert len(fused) == 2
    assert {row["text"] for row in basic} == {"text 0", "text 1", "text 2"}
    assert all(row["fused_score"] is not None for row in fused)


@pytest.mark.parametrize("statement", [BASIC, FUSED])
async def test_a_stranger_and_nobody_get_no_rows(hosted: Database, statement: str) -> None:
    home = await seed.home(hosted)
    await seed.published(hosted, home, seed.vectors(3))
    stranger = await subject_of(hosted, await seed.user(hosted))
    for subject in (stranger, f"user_{uuid4().hex}", None):
        async with signed_in(hosted, subject) as connection:
            # Whoever can say who is looking could look as anybody: the functions do not listen.
            await connection.execute("SELECT set_config('opentrace.viewer', $1, true)", str(home.user_id))
            assert await connection.fetch(statement, home.project_id) == []


async def test_a_call_leaves_nobody_behind_as_the_viewer(hosted: Database) -> None:
    home = await seed.home(hosted)
    await seed.published(hosted, home, seed.vectors(1))
    async with signed_in(hosted, await subject_of(hosted, home.user_id)) as connection:
        assert len(await connection.fetch(BASIC, home.project_id)) == 1
        assert await connection.fetchval("SELECT current_setting('opentrace.viewer', true)") in (None, "")


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM opentrace.chunks",
        "SELECT * FROM opentrace.users",
        f"SELECT * FROM opentrace.search_basic(gen_random_uuid(), gen_random_uuid(), {NEEDLE}, -1, 5)",
        f"SELECT * FROM opentrace.search_basic_as("
        f"gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), {NEEDLE}, -1, 5)",
        "SELECT opentrace.viewer_of_token()",
        "SELECT opentrace.ensure_user('user', NULL, NULL)",
    ],
)
async def test_a_signed_in_person_reaches_nothing_else(hosted: Database, statement: str) -> None:
    async with signed_in(hosted, "user") as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(statement)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (BASIC.replace("100", "101"), "1 to 100 passages"),
        (BASIC.replace("100", "NULL"), "1 to 100 passages"),
        (FUSED.replace("ARRAY['text']", "ARRAY[]::text[]"), "1 to 9 wordings"),
        (FUSED.replace("ARRAY['text']", "array_fill('a'::text, ARRAY[10])"), "1 to 9 wordings"),
        (FUSED.replace("ARRAY['text']", "ARRAY['a', 'b', 'c']"), "1 to 9 wordings"),
    ],
)
async def test_what_makes_no_search_is_refused(hosted: Database, statement: str, said: str) -> None:
    home = await seed.home(hosted)
    await seed.published(hosted, home, seed.vectors(1))
    async with signed_in(hosted, await subject_of(hosted, home.user_id)) as connection:
        with pytest.raises(asyncpg.InvalidParameterValueError, match=said):
            await connection.fetch(statement, home.project_id)


async def test_without_a_token_function_nobody_is_looking(database: Database) -> None:
    home = await seed.home(database)
    await seed.published(database, home, seed.vectors(1))
    await database.pool.execute("SELECT set_config('opentrace.viewer', $1, false)", str(home.user_id))
    assert await database.pool.fetch(BASIC, home.project_id) == []
