"""The embedded PostgreSQL: who may do what in it, and that a wrong password is refused."""

import os
import pwd
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from backend.local import unprivileged
from backend.local.installation import Installation
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


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may pass through, unlike `tmp_path`."""
    with tempfile.TemporaryDirectory(prefix="opentrace-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def user_of(pid: int) -> str:
    return pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another user")
async def test_where_root_has_no_user_namespaces_it_runs_as_nobody(open_folder: Path) -> None:
    server = Postgres(Installation(open_folder / "home"), durable=False, prefix=unprivileged.NOBODY)
    await server.start()
    try:
        assert server.child is not None
        assert user_of(server.child.pid) == "nobody"
        assert await server.answers()
    finally:
        await server.stop()


async def test_version_16_has_the_vector_extension_too(tmp_path: Path) -> None:
    server = Postgres(Installation(tmp_path), major=16, durable=False)
    await server.start()
    try:
        connection = await asyncpg.connect(server.url)
        try:
            version = await connection.fetchval("SHOW server_version_num")
            found = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        finally:
            await connection.close()
    finally:
        await server.stop()
    assert (int(version) // 10_000, found) == (16, "0.8.5")


async def test_setting_up_again_changes_nothing(postgres_server: Postgres) -> None:
    await postgres_server.settle()
    connection = await asyncpg.connect(postgres_server.admin_url)
    try:
        found = await connection.fetch("SELECT datname FROM pg_database WHERE datname = 'opentrace'")
    finally:
        await connection.close()
    assert len(found) == 1
