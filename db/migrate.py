"""Bringing a database up to date: tables by Alembic, then functions, policies and grants as they are now.

Everything happens in one transaction under an advisory lock, so two processes may start it at once, and a
failure leaves the database as it was. Functions and policies are not history: their files are applied whole
whenever they differ from what the database was last given (a digest in the schema's comment).
"""

import hashlib
from pathlib import Path
from typing import Any

import structlog
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from db.engine import connect_args, engine_url
from db.errors import translate
from db.models import Table
from db.models.base import SCHEMA

log = structlog.get_logger()

_FOLDER = Path(__file__).parent
_LOCK_KEY = 720_001


async def upgrade(url: str) -> None:
    """Bring the database at `url` to this version; a second run changes nothing.

    The role needs CREATE on the database and CREATEROLE; pgvector must be installed or installable. Raises
    `db.errors.Unreachable` when there is no connection.
    """
    # Even a pooler's connection is left as it was found: it may be lent to the next migration.
    engine = create_async_engine(
        engine_url(url), poolclass=NullPool, connect_args=connect_args(transaction_pooler=True)
    )
    try:
        with translate():
            async with engine.begin() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[Any]:
    """What Alembic would have to do to make the tables equal the models; empty when nothing has drifted."""
    _find_vector_types(connection)
    context = MigrationContext.configure(connection, opts=comparison())
    return list(compare_metadata(context, Table.metadata))


def comparison() -> dict[str, Any]:
    """How Alembic looks at this database: one schema, and partitions are no tables of their own."""
    return {
        "version_table_schema": SCHEMA,
        "include_schemas": True,
        "include_name": _is_ours,
        "compare_type": True,
        "transaction_per_migration": False,
    }


def _is_ours(name: str | None, kind: str, _: Any) -> bool:
    if kind == "schema":
        return name == SCHEMA
    return not (kind == "table" and name is not None and name.startswith("chunk_vectors_p"))


def _upgrade(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    _prepare(connection)
    config = Config()
    config.set_main_option("script_location", str(_FOLDER / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _apply_sources(connection)


def _prepare(connection: Connection) -> None:
    """The schema, pgvector and the API's role, where they are missing."""
    if not connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": SCHEMA}):
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    if _vector_schema(connection) is None:
        home = "extensions" if connection.scalar(text("SELECT to_regnamespace('extensions')")) else "public"
        connection.execute(text(f"CREATE EXTENSION vector WITH SCHEMA {home}"))
    connection.execute(text(_ROLE))
    _find_vector_types(connection)


def _find_vector_types(connection: Connection) -> None:
    """For this transaction only: tables are declared and read with pgvector's types without their schema."""
    connection.execute(text(f"SET LOCAL search_path = {_vector_schema(connection)}, pg_catalog"))


def _apply_sources(connection: Connection) -> None:
    schema = _vector_schema(connection)
    sources = [path.read_text() for path in _source_files()]
    digest = hashlib.sha256("\0".join([schema or "", *sources]).encode()).hexdigest()
    known = connection.scalar(text("SELECT obj_description(to_regnamespace(:name))"), {"name": SCHEMA})
    if known == digest:
        return
    # Only a library that is loaded lets functions be given its settings.
    connection.execute(text("SELECT CAST('[1]' AS vector)"))
    connection.exec_driver_sql("SET LOCAL check_function_bodies = off")
    for source in sources:
        _run_script(connection, source.replace("{vector}", schema or ""))
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{digest}'")
    log.info("database.sources_applied", num_files=len(sources), digest=digest[:12])


def _run_script(connection: Connection, script: str) -> None:
    """Many statements at once, which a prepared statement cannot hold, in the same transaction."""
    driver: Any = connection.connection.dbapi_connection
    driver.run_async(lambda bare: bare.execute(script))


def _source_files() -> list[Path]:
    return [path for room in ("functions", "policies") for path in sorted((_FOLDER / room).glob("*.sql"))]


def _vector_schema(connection: Connection) -> str | None:
    """Where pgvector lives: `public` in most places, `extensions` on Supabase."""
    statement = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector'"
    name: str | None = connection.scalar(text(statement))
    return name


# Roles belong to the whole server: another database's migration may be making it at this moment.
_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'opentrace_api') THEN
        CREATE ROLE opentrace_api NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
