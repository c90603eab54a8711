"""What every screen begins with, in one round trip and without a session: see `db/functions/glances.sql`."""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import TypeVar, cast
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import inspect
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapper

from db import engine
from db.engine import Database
from db.errors import translate
from db.models import Document, Project
from db.models.base import Choice
from db.queries import paging
from db.queries.paging import Page

Row = TypeVar("Row", Document, Project)

_PROJECT = "SELECT * FROM opentrace.project_as($1, $2)"
_BOTH = "SELECT * FROM opentrace.project_and_documents_as($1, $2, $3, $4, $5)"
_DOCUMENTS = "SELECT * FROM opentrace.documents_as($1, $2, $3, $4, $5)"


async def project(database: Database, *, viewer_id: UUID, project_id: UUID) -> Project | None:
    """The project, to be looked at and not changed; None for a stranger and where there is none."""
    with translate():
        found = await engine.fetch(database, _PROJECT, viewer_id, project_id)
    return _row(Project, found[0]) if found else None


async def documents(
    database: Database, *, viewer_id: UUID, project_id: UUID, first: int, after: str | None
) -> Page[Document]:
    """A page of a project's documents, newest first, uncounted, to be looked at and not changed.

    It is empty for a stranger too. Raises ValueError when the cursor is not one of ours.
    """
    at, id = (None, None) if after is None else paging.decode(after)
    with translate():
        found = await engine.fetch(database, _DOCUMENTS, viewer_id, project_id, at, id, first + 1)
    return _page(found, first, after)


async def project_and_documents(
    database: Database, *, viewer_id: UUID, project_id: UUID, first: int, after: str | None
) -> tuple[Project, Page[Document]] | None:
    """Both of the above at once; None for a stranger and where there is no such project.

    Raises ValueError when the cursor is not one of ours.
    """
    at, id = (None, None) if after is None else paging.decode(after)
    with translate():
        found = await engine.fetch(database, _BOTH, viewer_id, project_id, at, id, first + 1)
    if not found:
        return None
    page = _page([record["document"] for record in found[1:]], first, after)
    return _row(Project, found[0]["project"]), page


def _page(found: Sequence[asyncpg.Record], first: int, after: str | None) -> Page[Document]:
    rows = [_row(Document, record) for record in found[:first]]
    return Page(
        rows=rows,
        has_next_page=len(found) > first,
        has_previous_page=after is not None,
        total_count=None,
        cursors=[paging.encode(row.created_at, row.id) for row in rows],
    )


def _row(table: type[Row], record: asyncpg.Record) -> Row:
    """What stands for the model's object that a session would load, for those who look at it only."""
    values = dict(record.items())
    for name, members in _choices(table).items():
        values[name] = members[values[name]]
    for name in _documents(table):
        values[name] = orjson.loads(values[name] or "null")
    row: Row = object.__new__(_plain(table))
    row.__dict__ = values
    return row


@cache
def _mapper(table: type[Row]) -> Mapper[Row]:
    return inspect(table)


@cache
def _plain(table: type[Row]) -> type[Row]:
    """The model's properties over columns that are plain attributes: a model's are read four times slower."""
    properties = {name: value for name, value in vars(table).items() if isinstance(value, property)}
    return cast(type[Row], type(table.__name__, (), properties))


@cache
def _choices(table: type[Row]) -> dict[str, dict[str, StrEnum]]:
    """The members by their words, of each column that holds them."""
    types = {column.name: column.type for column in _mapper(table).columns}
    return {
        name: {str(member): member for member in kind.members}
        for name, kind in types.items()
        if isinstance(kind, Choice)
    }


@cache
def _documents(table: type[Row]) -> list[str]:
    """Columns of JSON, which the bare connection gives as text."""
    return [column.name for column in _mapper(table).columns if isinstance(column.type, JSONB)]
