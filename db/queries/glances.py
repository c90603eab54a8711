"""What every screen begins with, in one round trip and without a session: see `db/functions/glances.sql`."""

from enum import StrEnum
from functools import cache
from typing import TypeVar
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
    rows = [_row(Document, record) for record in found[:first]]
    return Page(
        rows=rows,
        has_next_page=len(found) > first,
        has_previous_page=after is not None,
        total_count=None,
        cursors=[paging.encode(row.created_at, row.id) for row in rows],
    )


def _row(table: type[Row], record: asyncpg.Record) -> Row:
    """The model's own object as a session would load it, but of no session."""
    row: Row = _mapper(table).class_manager.new_instance()
    row.__dict__.update(record)
    for name, members in _choices(table).items():
        row.__dict__[name] = members(record[name])
    for name in _documents(table):
        row.__dict__[name] = orjson.loads(record[name] or "null")
    return row


@cache
def _mapper(table: type[Row]) -> Mapper[Row]:
    return inspect(table)


@cache
def _choices(table: type[Row]) -> dict[str, type[StrEnum]]:
    columns = _mapper(table).columns
    return {column.name: column.type.members for column in columns if isinstance(column.type, Choice)}


@cache
def _documents(table: type[Row]) -> list[str]:
    """Columns of JSON, which the bare connection gives as text."""
    return [column.name for column in _mapper(table).columns if isinstance(column.type, JSONB)]
