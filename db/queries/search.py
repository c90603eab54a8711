"""Search in the chunk store, through the database's own functions that check the viewer's membership."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import numpy as np
import orjson
from numpy.typing import NDArray

from db import engine
from db.engine import Database
from db.errors import translate
from db.models import Fusion


@dataclass(frozen=True)
class Hit:
    """A chunk that was found; `score` is the cosine of query and chunk, the best of several wordings."""

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
    keyword_score: float | None = None
    """BM25 of the query's words; None where words were not searched."""
    fused_score: float | None = None
    """What it was ordered by, comparable within one search only; None where there was one list."""
    vector_rank: int | None = None
    """Its place among the nearest, from 1; None if it was not among their first hundred."""
    keyword_rank: int | None = None
    """Its place by its words, from 1; None if it was not among the first hundred."""
    pictures: tuple[str, ...] = ()
    """What a model says of its images, in order; for a reader of the passage, not part of its text."""


@dataclass(frozen=True)
class Scope:
    """Who searches where: the chunks of a project, by the vectors of one of its generations."""

    viewer_id: UUID
    project_id: UUID
    generation_id: UUID


@dataclass(frozen=True)
class Filters:
    """Which documents are searched at all; what is None does not matter."""

    document_ids: tuple[UUID, ...] | None = None
    content_types: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    created_from: datetime | None = None
    created_before: datetime | None = None

    def as_json(self) -> str:
        """As the database's functions take them: only what is given."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        return orjson.dumps(given).decode()


EVERYTHING = Filters()


@dataclass(frozen=True)
class Arms:
    """What is fused: the lists by meaning and, if `by_words`, those by words, with these weights."""

    by_words: bool
    fusion: Fusion
    vector_weight: float
    keyword_weight: float


@dataclass(frozen=True)
class Cut:
    """What is left: at most `limit` hits whose cosine is at least `threshold`."""

    threshold: float
    limit: int


@dataclass(frozen=True)
class Reach:
    """How many chunks a search could find at all, and how many of them pass its filters."""

    num_chunks: int
    num_passing: int


_BASIC = "SELECT * FROM opentrace.search_basic_as($1, $2, $3, $4::real[], $5, $6, $7::jsonb)"
_FUSED = (
    "SELECT * FROM opentrace.search_fused_as"
    "($1, $2, $3, $4::text[], $5::real[], $6, $7, $8, $9, $10, $11, $12::jsonb)"
)
_BESIDE = "SELECT * FROM opentrace.chunks_beside_as($1, $2, $3::uuid[], $4)"
_REACH = "SELECT * FROM opentrace.search_reach_as($1, $2, $3, $4::jsonb)"


async def basic(
    database: Database,
    *,
    scope: Scope,
    query: NDArray[np.float32],
    cut: Cut,
    filters: Filters = EVERYTHING,
) -> list[Hit]:
    """The chunks nearest to `query`, best first.

    Exact in small projects; in large ones by their index, and never fewer than there are.
    A viewer who is no member gets an empty list.
    """
    values = (*_place(scope), query.tolist(), cut.threshold, cut.limit, filters.as_json())
    with translate():
        rows = await engine.fetch(database, _BASIC, *values)
    return [_hit(row) for row in rows]


@dataclass(frozen=True)
class Wordings:
    """The ways a question is put, each with its vector: `vectors` are of shape (n, dimensions)."""

    texts: Sequence[str]
    vectors: NDArray[np.float32]


async def fused(
    database: Database,
    *,
    scope: Scope,
    wordings: Wordings,
    arms: Arms,
    cut: Cut,
    filters: Filters = EVERYTHING,
) -> list[Hit]:
    """The chunks that fit the wordings best over all arms, in one statement.

    A hundred candidates of each arm and wording are fused. A viewer who is no member gets an empty list.
    """
    needles = wordings.vectors.ravel().tolist()
    weighed = (arms.by_words, arms.fusion.value, arms.vector_weight, arms.keyword_weight)
    values = (
        *(*_place(scope), list(wordings.texts), needles, *weighed),
        *(cut.threshold, cut.limit, filters.as_json()),
    )
    with translate():
        rows = await engine.fetch(database, _FUSED, *values)
    return [_hit(row) for row in rows]


async def reach(database: Database, *, scope: Scope, filters: Filters) -> Reach:
    """What a search with these filters could find; nothing for a viewer who is no member."""
    with translate():
        rows = await engine.fetch(database, _REACH, *_place(scope), filters.as_json())
    return Reach(*rows[0]) if rows else Reach(0, 0)


async def beside(database: Database, *, scope: Scope, hits: Sequence[Hit], reach: int) -> list[Hit]:
    """Chunks at most `reach` places away from a hit in its document, without the hits, in reading order.

    They were not found: their `score` is that of the best hit of their document. None for a stranger.
    """
    ids = [hit.chunk_id for hit in hits]
    scores: dict[UUID, float] = {}
    for hit in hits:
        scores[hit.document_id] = max(hit.score, scores.get(hit.document_id, hit.score))
    with translate():
        rows = await engine.fetch(database, _BESIDE, scope.viewer_id, scope.project_id, ids, reach)
    return [_hit(row, score=scores[row["document_id"]]) for row in rows]


def _place(scope: Scope) -> tuple[UUID, UUID, UUID]:
    return scope.viewer_id, scope.project_id, scope.generation_id


def _hit(row: asyncpg.Record, **values: float) -> Hit:
    return Hit(**{**dict(row), **values, "regions": orjson.loads(row["regions"])})
