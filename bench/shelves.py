"""Many projects of many sizes, laid out by COPY: clustered vectors, words as often as in real texts."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import numpy as np
from numpy.typing import NDArray

from db.engine import Database
from db.models import Document, DocumentStatus, DocumentVersion, User
from db.models.base import utc_now
from db.queries import projects
from db.queries import vectors as vector_format
from db.queries.projects import NewProject
from db.queries.vectors import Field

SIZES = (100, 1_000, 10_000, 50_000, 200_000)
NUM_QUERIES = 40
_PER_DOCUMENT = 5_000
_PER_SUBJECT, _PER_PROJECT_SUBJECT = 50, 10
_NUM_WORDS, _PER_CHUNK, _PER_QUERY = 30_000, 60, 6
_COLUMNS = (
    "id",
    "project_id",
    "document_id",
    "version_id",
    "position",
    "text",
    "title_path",
    "kinds",
    "regions",
    "sha256",
)
VECTOR_COLUMNS = ("project_id", "generation_id", "chunk_id", "document_id", "embedding")


@dataclass(frozen=True)
class Shelf:
    """One project; its queries are near to chunks of it, and ask with some of their words."""

    user_id: UUID
    project_id: UUID
    generation_id: UUID
    num_chunks: int
    queries: NDArray[np.float32]
    wordings: list[str]


@dataclass(frozen=True)
class Pile:
    """Some chunks of one document."""

    project_id: UUID
    generation_id: UUID
    document_id: UUID
    version_id: UUID
    ids: list[UUID]
    texts: list[str]
    vectors: NDArray[np.float32]


def sizes(num_chunks: int) -> list[int]:
    """Project sizes that add up to about `num_chunks`, as many chunks for every size; largest first."""
    some = [size for size in SIZES if size <= max(num_chunks // 2, SIZES[0])]
    found: list[int] = []
    for place in range(len(some), 0, -1):
        size = some[place - 1]
        found += [size] * max(1, round((num_chunks - sum(found)) / place / size))
    return found


class Library:
    """Makes projects one after the other, the same ones for the same seed.

    All are about the same subjects, so what is nearest to a query lies in many projects.
    """

    def __init__(self, database: Database, *, dimensions: int, num_chunks: int, seed: int = 7) -> None:
        self._database = database
        self._dimensions = dimensions
        self._rng = np.random.default_rng(seed)
        self._centres = self._normal(max(1, num_chunks // _PER_SUBJECT))
        syllables = [a + b for a in "bcdfgklmnprstvz" for b in "aeiou"]
        letters = self._rng.integers(0, len(syllables), (_NUM_WORDS, 4))
        self._words = np.array(["".join(syllables[n] for n in row) for row in letters], dtype=object)
        often = 1 / (np.arange(_NUM_WORDS) + 2.7)
        self._often = np.cumsum(often / often.sum())

    async def user(self) -> UUID:
        row = User(subject=f"bench_{uuid4().hex}")
        async with self._database.sessions.begin() as session:
            session.add(row)
        return row.id

    async def shelf(self, user_id: UUID, num_chunks: int) -> tuple[Shelf, list[Pile]]:
        """A project with documents of up to 5,000 chunks, and the chunks that are still to be written."""
        num_subjects = min(max(1, num_chunks // _PER_PROJECT_SUBJECT), len(self._centres))
        centres = self._rng.permutation(self._centres)[:num_subjects]
        async with self._database.sessions.begin() as session:
            new = NewProject(user_id, f"{num_chunks} chunks", "", "bench", self._dimensions)
            project = await projects.insert(session, project=new)
            generation = await projects.active_generation(session, project.id)
            assert generation is not None
            piles = [self._pile(project.id, generation.id, centres, size) for size in _parts(num_chunks)]
            for pile in piles:
                session.add(_document(user_id, pile))
                await session.flush()
                session.add(
                    DocumentVersion(
                        id=pile.version_id, document_id=pile.document_id, number=1, published_at=utc_now()
                    )
                )
        shelf = Shelf(user_id, project.id, generation.id, num_chunks, *self._asked(piles))
        return shelf, piles

    def _pile(self, project_id: UUID, generation_id: UUID, centres: NDArray[np.float32], size: int) -> Pile:
        vectors = centres[self._rng.integers(0, len(centres), size)] + 0.9 * self._normal(size)
        drawn = np.searchsorted(self._often, self._rng.random((size, _PER_CHUNK)))
        texts = [" ".join(row) for row in self._words[np.minimum(drawn, _NUM_WORDS - 1)]]
        document, version, *ids = (UUID(bytes=self._rng.bytes(16)) for _ in range(size + 2))
        return Pile(project_id, generation_id, document, version, ids, texts, _unit(vectors))

    def _asked(self, piles: Sequence[Pile]) -> tuple[NDArray[np.float32], list[str]]:
        near, wordings = [], []
        for number in self._rng.integers(0, 1 << 30, NUM_QUERIES):
            pile = piles[number % len(piles)]
            place = number % len(pile.ids)
            near.append(pile.vectors[place])
            wordings.append(" ".join(self._rng.choice(pile.texts[place].split(), _PER_QUERY)))
        noise = _unit(self._normal(NUM_QUERIES))
        return _unit(np.stack(near) + 0.5 * noise), wordings

    def _normal(self, num: int) -> NDArray[np.float32]:
        return self._rng.standard_normal((num, self._dimensions), dtype=np.float32)


async def write(connection: asyncpg.Connection, pile: Pile) -> None:
    """Chunks and vectors as a publication leaves them, without their words."""
    rows: list[tuple[Any, ...]] = [
        (
            id,
            pile.project_id,
            pile.document_id,
            pile.version_id,
            place,
            text,
            [],
            ["paragraph"],
            "[]",
            "0" * 64,
        )
        for place, (id, text) in enumerate(zip(pile.ids, pile.texts, strict=True))
    ]
    await connection.copy_records_to_table("chunks", schema_name="opentrace", columns=_COLUMNS, records=rows)
    await connection.copy_to_table(
        "chunk_vectors",
        schema_name="opentrace",
        columns=VECTOR_COLUMNS,
        source=vector_format.copy_rows(fields_of(pile), pile.vectors),
        format="binary",
    )


def fields_of(pile: Pile) -> list[Field]:
    return [
        vector_format.identifier(pile.project_id),
        vector_format.identifier(pile.generation_id),
        vector_format.identifiers(pile.ids),
        vector_format.identifier(pile.document_id),
    ]


async def index_words(database: Database, piles: Sequence[UUID]) -> None:
    """What a publication and upkeep do for the keyword arm, two documents at a time."""
    waiting = iter(piles)

    async def one_after_the_other(documents: Iterator[UUID]) -> None:
        for document in documents:
            await database.pool.execute("SELECT opentrace.index_keywords($1)", document)

    await asyncio.gather(*(one_after_the_other(waiting) for _ in range(2)))
    while await database.pool.fetchval("SELECT opentrace.tend_keywords(1000000)"):
        pass


def _parts(num_chunks: int) -> list[int]:
    edges = [*range(0, num_chunks, _PER_DOCUMENT), num_chunks]
    return [end - start for start, end in pairwise(edges)]


def _document(user_id: UUID, pile: Pile) -> Document:
    return Document(
        id=pile.document_id,
        project_id=pile.project_id,
        uploaded_by=user_id,
        name="bench.md",
        content_type="text/markdown",
        size_bytes=1,
        sha256="0" * 64,
        storage_key=f"bench/{pile.document_id}",
        status=DocumentStatus.COMPLETED,
        version=1,
        num_chunks=len(pile.ids),
    )


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths
