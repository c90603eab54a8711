"""The embedded PostgreSQL: who may do what in it, and that a wrong password is refused."""

import asyncpg
import pytest

from backend.local.postgres import Postgres


async def test_the_owner_owns_the_database_and_is_no_superuser(postgres_server: Postgres) -> None:
    connection = await asyncpg.connect(postgres_server.url)
    try:
        row = await connection.fetchrow(
            """SELECT current_user AS name, rolsuper, rolcreaterole, rolcreatedb,
                      pg_get_userbyid(datdba) AS owner
                 FROM pg_roles, pg_database
                WHERE rolname = current_user AND datname = current_database()"""
        )
    finally:
        await connection.close()
    assert row is not None
    assert dict(row) == {
        "name": "opentrace_owner",
        "rolsuper": False,
        "rolcreaterole": True,
        "rolcreatedb": False,
        "owner": "opentrace_owner",
    }


async def test_the_vector_extension_is_there(postgres_server: Postgres) -> None:
    connection = await asyncpg.connect(postgres_server.url)
    try:
        assert await connection.fetchval("SELECT '[3,4]'::vector <-> '[0,0]'::vector") == 5.0
    finally:
        await connection.close()


async def test_the_api_role_may_connect_and_nothing_else(postgres_server: Postgres) -> None:
    connection = await asyncpg.connect(postgres_server.api_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE mine (id int)")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TEMP TABLE mine (id int)")
    finally:
        await connection.close()


async def test_a_wrong_password_is_refused(postgres_server: Postgres) -> None:
    wrong = postgres_server.url.replace("opentrace_owner:", "opentrace_owner:x")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


async def test_setting_up_again_changes_nothing(postgres_server: Postgres) -> None:
    await postgres_server.settle()
    connection = await asyncpg.connect(postgres_server.admin_url)
    try:
        found = await connection.fetch("SELECT datname FROM pg_database WHERE datname = 'opentrace'")
    finally:
        await connection.close()
    assert len(found) == 1
