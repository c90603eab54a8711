"""Building a generation beside the one that serves: in slices, batch by batch, until it takes its place."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from backend.errors import Conflict, Unavailable
from backend.events.publish import ring
from backend.llm import EmbeddingModel
from backend.queue import Job, enqueue
from backend.rag import embed
from backend.rag.embed import Batch, Vectors
from backend.services import changes, paid, vector_indexes, work
from backend.services.documents import failures
from backend.services.documents.reuse import digest
from backend.services.documents.run import Doors
from backend.services.generations import begin
from db.engine import Session
from db.errors import Stale, Unreachable
from db.models import EmbeddingGeneration, GenerationStatus, Usage, UsageKind
from db.models.base import utc_now
from db.queries import embeddings, generation_vectors, generations, projects
from db.queries import work as work_queries
from db.queries.embeddings import Bought, Source
from db.queries.generation_vectors import Bare, Site

log = structlog.get_logger()

SLICE = 1000
"""Chunks that are looked up at once; the project is held for as long as what is known of them is put in."""
GAVE_UP = "This change stopped its worker several times and was given up. Ask for it again."
_FIRST = UUID(int=0)


@dataclass(frozen=True)
class Limits:
    """How generations are held, what one request may hold, and how long one is worked on at a time."""

    hold: work.Limits = field(default_factory=work.Limits)
    embedding: embed.Capacity = field(default_factory=embed.Capacity)
    slice_seconds: float = 20.0
    indexes: vector_indexes.Rules = field(default_factory=vector_indexes.Rules)


@dataclass(frozen=True)
class Build:
    """A claimed generation; `generation` is the row as it was claimed, `payer` whose calls they are."""

    doors: Doors
    limits: Limits
    generation: EmbeddingGeneration
    payer: UUID
    until: float

    @cached_property
    def site(self) -> Site:
        row = self.generation
        return Site(row.project_id, Source(row.id, row.model, row.dimensions), row.attempt)

    @property
    def model(self) -> EmbeddingModel:
        return EmbeddingModel(self.generation.model, self.generation.dimensions)

    @property
    def is_over(self) -> bool:
        return asyncio.get_running_loop().time() > self.until

    @asynccontextmanager
    async def step(self) -> AsyncIterator[tuple[Session, EmbeddingGeneration]]:
        """A transaction that holds the row; raises Stale when it has changed hands."""
        row = self.generation
        async with self.doors.transactions.unit_of_work() as session:
            yield session, await work_queries.fence(session, EmbeddingGeneration, row.id, row.attempt)

    async def fail(self, error: Exception) -> None:
        """End the change with the reason; what was embedded is kept for a retry."""
        code, message = failures.explained(error)
        async with self.step() as (session, row):
            begin.end(session, row, GenerationStatus.FAILED, code=code, message=message)

    async def tell(self) -> None:
        """Say that there is news of the project, whose rows tell what."""
        async with self.doors.transactions.unit_of_work() as session:
            ring(session, changes.topic(self.generation.project_id))


async def run_next(doors: Doors, limits: Limits) -> bool:
    """Work for one slice on the generation that was served longest ago; False when none waits.

    It ends ACTIVE, FAILED, or BUILDING still, with what was embedded kept. While the database does not
    answer nothing can be written: Unavailable is raised and the lease runs out.
    """
    build = await _claim(doors, limits)
    if build is None:
        return False
    row, held = build.generation, limits.hold
    with bound_contextvars(generation_id=str(row.id), attempt=row.attempt):
        async with (
            work.hold(
                doors.transactions,
                EmbeddingGeneration,
                row.id,
                row.attempt,
                lease_seconds=held.lease_seconds,
                renew_seconds=held.renew_seconds,
            ),
            work.failing("generation", build.fail),
        ):
            await _slice(build)
    return True


async def _claim(doors: Doors, limits: Limits) -> Build | None:
    held = limits.hold
    async with doors.transactions.unit_of_work() as session:
        row = await work_queries.claim_generation(
            session, lease_seconds=held.lease_seconds, per_user=held.per_user, max_tries=held.max_tries
        )
        if row is None:
            return None
        project = await projects.get(session, row.project_id)
        assert project is not None, "a generation goes with its project"
        payer = row.requested_by or project.created_by
    log.info("generation.claimed", generation_id=str(row.id), model=row.model, num_tries=row.num_tries)
    return Build(doors, limits, row, payer, asyncio.get_running_loop().time() + limits.slice_seconds)


async def _slice(build: Build) -> None:
    """Embed what is missing, and switch when nothing is; documents may come and go beside it.

    A large project is indexed before, or its searches would look at everything for a while.
    """
    while not (await _is_whole(build) and await _is_indexed(build) and await _switch(build)):
        async for chunks in _missing(build):
            if not await _fill(build, chunks):
                await _hand_on(build)
                return


async def _is_whole(build: Build) -> bool:
    """Count anew, beside publications: only a switch keeps those waiting."""
    async with build.step() as (session, row):
        ring(session, changes.topic(row.project_id))
        is_whole = await generations.recount(session, row)
        row.is_indexing = is_whole and row.num_chunks >= build.limits.indexes.num_chunks
        return is_whole


async def _is_indexed(build: Build) -> bool:
    """True, as far as it can be helped: nothing depends on an index, and upkeep tries again."""

    @asynccontextmanager
    async def writing() -> AsyncIterator[Session]:
        async with build.step() as (session, _):
            yield session

    try:
        await vector_indexes.prepare(build.doors.database, build.limits.indexes, build.generation.id, writing)
    except (Stale, Unreachable, Unavailable):
        raise
    except Exception:
        log.exception("generation.unindexed")
    return True


async def _switch(build: Build) -> bool:
    async with build.doors.transactions.unit_of_work() as session:
        row = await generations.switch(session, build.generation)
        if row is not None:
            ring(session, changes.topic(row.project_id))
    if row is not None:
        log.info("generation.active", model=row.model, num_chunks=row.num_chunks)
    return row is not None


async def _missing(build: Build) -> AsyncIterator[list[Bare]]:
    after = _FIRST
    while True:
        found = await generation_vectors.missing(
            build.doors.database, site=build.site, after=after, limit=SLICE
        )
        if not found:
            return
        after = found[-1].chunk_id
        yield found


async def _fill(build: Build, chunks: Sequence[Bare]) -> bool:
    """Give these chunks their vectors; False when the slice of time was over before."""
    placed = await _place(build, chunks)
    left = [(at, chunk.text) for at, chunk in enumerate(chunks) if chunk.chunk_id not in placed]
    for batch in embed.batches(left, build.limits.embedding):
        if build.is_over:
            return False
        bought = await _buy(build, batch)
        owners = [chunks[places[0]].document_id for places in batch.positions]
        kept = Bought(owners, [digest(text) for text in batch.texts], bought.vectors)
        await embeddings.keep(
            build.doors.database,
            project_id=build.generation.project_id,
            source=build.site.source,
            bought=kept,
        )
        await _place(build, [chunks[place] for place in batch.places])
    return True


async def _place(build: Build, chunks: Sequence[Bare]) -> set[UUID]:
    placed = await generation_vectors.place_known(
        build.doors.database,
        site=build.site,
        chunk_ids=[chunk.chunk_id for chunk in chunks],
        sha256s=[digest(chunk.text) for chunk in chunks],
    )
    if placed:
        await build.tell()
    return placed


async def _buy(build: Build, batch: Batch) -> Vectors:
    doors = build.doors
    if build.model not in doors.models.embeddings:
        raise Conflict(
            f"{build.model.name} ({build.model.dimensions} dimensions) is not offered here any more.",
            code=failures.EMBEDDING_MODEL_MISSING,
        )

    def call() -> Usage:
        return Usage(
            user_id=build.payer,
            project_id=build.generation.project_id,
            attempt=build.generation.attempt,
            kind=UsageKind.EMBEDDING,
            model=build.model.name,
            num_input_tokens=batch.num_tokens,
        )

    return await paid.embed_batch(doors.database, doors.models, batch, build.model, call=call)


async def _hand_on(build: Build) -> None:
    """Free the worker for others' documents, and ring for the next slice."""
    async with build.step() as (session, row):
        row.leased_until = None
        row.rung_at = row.updated_at = utc_now()
        row.num_tries = max(row.num_tries - 1, 0)
        enqueue(session, Job.BUILD_GENERATION, row.id)
