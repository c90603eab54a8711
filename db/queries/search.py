"""Search in the chunk store, through the database's own functions that check the viewer's membership."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import orjson
from numpy.typing import NDArray

from db import engine
from db.engine import Database
from db.errors import translate


@dataclass(frozen=True)
class Hit:
    """A chunk that was found; `score` is the cosine of query and chunk."""

    chunk_id: UUID
    document_id: UUID
    document_name: str
    position: int
    text: str
    title_path: list[str]
    page_first: int | None
    page_last: int | None
    regions: list[Any]
    """`[start, end, page, x0, y0, x1, y1]` per line of `text`."""
    score: float


@dataclass(frozen=True)
class Scope:
    """Who searches where: the chunks of a project, by the vectors of one of its generations."""

    viewer_id: UUID
    project_id: UUID
    generation_id: UUID


_BASIC = "SELECT * FROM opentrace.search_basic_as($1, $2, $3, $4::real[], $5, $6)"


async def basic(
    database: Database, *, scope: Scope, query: NDArray[np.float32], threshold: float, limit: int
) -> list[Hit]:
    """The `limit` chunks nearest to `query` whose cosine is at least `threshold`, best first.

    Exact: every chunk of the project is looked at. A viewer who is no member gets an empty list.
    """
    values = (scope.viewer_id, scope.project_id, scope.generation_id, query.tolist(), threshold, limit)
    with translate():
        rows = await engine.fetch(database, _BASIC, *values)
    return [_hit(row) for row in rows]


def _hit(row: asyncpg.Record) -> Hit:
    return Hit(**{**dict(row), "regions": orjson.loads(row["regions"])})
