"""The base of all tables: one schema, named constraints, identifiers made by the application."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import DateTime, MetaData
from sqlmodel import Field, SQLModel

SCHEMA = "opentrace"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Table(SQLModel):
    """A row of the product; every table lives in the schema `opentrace`, away from `public`."""

    metadata = MetaData(schema=SCHEMA, naming_convention=NAMING)


def utc_now() -> datetime:
    return datetime.now(UTC)


def identifier() -> Any:
    """A random primary key, known before the row is written."""
    return Field(default_factory=uuid4, primary_key=True)


def reference(target: str, **options: Any) -> Any:
    """A foreign key to `target` (`table.column`) that goes with the row it names."""
    return Field(foreign_key=f"{SCHEMA}.{target}", ondelete="CASCADE", **options)


def time(**options: Any) -> Any:
    """A moment with its time zone; `None` unless a default is given."""
    return Field(sa_type=DateTime(timezone=True), **options)


def now() -> Any:
    return time(default_factory=utc_now)


__all__ = ["SCHEMA", "UUID", "Table", "identifier", "now", "reference", "time", "utc_now"]
