"""The base of all tables: one schema, named constraints, identifiers made by the application."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, DateTime, Dialect, MetaData, String, TypeDecorator
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


class Choice(TypeDecorator[StrEnum]):
    """A member of an enum, stored as its word; a row read back holds the member again, not a string."""

    impl = String
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        super().__init__()
        self.members = members

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.members(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.members(value)


def choice(members: type[StrEnum], **options: Any) -> Any:
    """A column that holds one of `members`; pair it with `one_of` so that the database refuses others."""
    return Field(sa_type=Choice(members), **options)


def one_of(column: str, members: type[StrEnum]) -> CheckConstraint:
    words = ", ".join(f"'{member}'" for member in members)
    return CheckConstraint(f"{column} IN ({words})", name=column)


def check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


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


__all__ = [
    "SCHEMA",
    "UUID",
    "Table",
    "check",
    "choice",
    "identifier",
    "now",
    "one_of",
    "reference",
    "time",
    "utc_now",
]
