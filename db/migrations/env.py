"""Alembic's entry: runs on the connection that `db.migrate` hands over, or on `alembic -x url=…`."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from db.engine import engine_url
from db.migrate import comparison
from db.models import Table


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Table.metadata, **comparison())
    with context.begin_transaction():
        context.run_migrations()


async def run_on(url: str) -> None:
    engine = create_async_engine(engine_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    asyncio.run(run_on(context.get_x_argument(as_dictionary=True)["url"]))
