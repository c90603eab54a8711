"""What a vector costs to write: staged as ingestion does it, by bare COPY, and row by row by the ORM."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import numpy as np
from numpy.typing import NDArray
from sqlmodel import col, delete

from bench.results import Figure
from bench.shelves import Library
from db.engine import Database
from db.models import Document, DocumentStatus, DocumentVersion, StagedVector
from db.queries import chunks
from db.queries import vectors as vector_format
from db.queries.chunks import NewChunk, Target

NUM_ROWS, NUM_ROUNDS, NUM_SLOW = 2_000, 5, 500
DIMENSIONS = 384
GOAL_COPY = 1.1


async def measure(figures: list[Figure], database: Database, user_id: UUID) -> None:
    """Row 11: seconds per row; COPY and the product take turns. Staged rows go between rounds."""
    library = Library(database, dimensions=DIMENSIONS, num_chunks=NUM_ROWS, seed=11)
    shelf, (pile,) = await library.shelf(user_id, NUM_ROWS)
    place = await stage_target(database, user_id, shelf.project_id)
    ways = _Ways(database, place, shelf.generation_id, pile.vectors)
    rounds = [
        (
            await ways.timed(ways.bare, NUM_ROWS),
            await ways.timed(ways.ours, NUM_ROWS),
            await ways.timed(ways.one_by_one, NUM_SLOW),
        )
        for _ in range(NUM_ROUNDS + 1)
    ][1:]
    copied, staged, added = (statistics.median(each) for each in zip(*rounds, strict=True))
    await ways.timed(ways.ours, NUM_ROWS)
    published = await _publish(database, place, shelf.generation_id, pile.texts)

    def note(name: str, value: float, unit: str, goal: float | None = None) -> None:
        figures.append(Figure("retrieval", name, value, unit, goal, NUM_ROUNDS))

    note("vectors written by COPY", 1 / copied, "rows/s")
    note("vectors staged", 1 / staged, "rows/s")
    note("vectors staged: times COPY", staged / copied, "", GOAL_COPY)
    note("session.add_all: times COPY", added / copied, "")
    note("publication with its words", NUM_ROWS / published, "chunks/s")


@dataclass(frozen=True)
class _Ways:
    """Three ways of writing the same vectors."""

    database: Database
    place: Target
    generation: UUID
    vectors: NDArray[np.float32]

    async def bare(self) -> None:
        fields = [
            vector_format.identifier(self.place.version_id),
            vector_format.identifier(self.generation),
            vector_format.integer(range(NUM_ROWS)),
        ]
        rows = vector_format.copy_rows(fields, self.vectors)
        async with self.database.pool.acquire() as connection:
            await connection.copy_to_table(
                "staged_vectors",
                schema_name="opentrace",
                columns=["version_id", "generation_id", "position", "embedding"],
                source=rows,
                format="binary",
            )

    async def ours(self) -> None:
        await chunks.stage_vectors(
            self.database,
            target=self.place,
            generation_id=self.generation,
            positions=range(NUM_ROWS),
            vectors=self.vectors,
        )

    async def one_by_one(self) -> None:
        async with self.database.sessions.begin() as session:
            session.add_all(
                StagedVector(
                    version_id=self.place.version_id,
                    generation_id=self.generation,
                    position=n,
                    embedding=self.vectors[n].tolist(),
                )
                for n in range(NUM_SLOW)
            )

    async def timed(self, way: Callable[[], Awaitable[None]], num_rows: int) -> float:
        """Seconds a row, on a table without the rows of the time before."""
        staged = col(StagedVector.version_id) == self.place.version_id
        async with self.database.sessions.begin() as session:
            await session.exec(delete(StagedVector).where(staged))
        start = time.perf_counter()
        await way()
        return (time.perf_counter() - start) / num_rows


async def stage_target(database: Database, user_id: UUID, project_id: UUID) -> Target:
    """A document and its first version, which nothing is staged of yet."""
    document = Document(
        project_id=project_id,
        uploaded_by=user_id,
        name="staged.md",
        content_type="text/markdown",
        size_bytes=1,
        sha256="0" * 64,
        storage_key=f"bench/{uuid4()}",
        status=DocumentStatus.VECTORIZATION,
        attempt=1,
    )
    version = DocumentVersion(document_id=document.id, number=1)
    async with database.sessions.begin() as session:
        session.add(document)
        await session.flush()
        session.add(version)
    return Target(project_id, document.id, version.id, attempt=1)


async def _publish(database: Database, place: Target, generation_id: UUID, texts: list[str]) -> float:
    """Seconds from staged rows to chunks that search finds by their words too."""
    rows = [NewChunk(n, text, [], ["paragraph"], None, None, [], "0" * 64) for n, text in enumerate(texts)]
    await chunks.stage_chunks(database, target=place, rows=rows)
    start = time.perf_counter()
    async with database.sessions.begin() as session:
        await chunks.publish_version(session, target=place, generation_id=generation_id)
    return time.perf_counter() - start
