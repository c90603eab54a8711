"""From staged chunks to a version that search sees: embed batch by batch, then publish at once."""

import asyncio
from typing import Any, Self

import structlog

from backend.errors import Conflict
from backend.rag import embed
from backend.rag.embed import Batch, Vectors
from backend.services import paid, removal
from backend.services.documents import events, failures, images, reuse
from backend.services.documents.run import Run
from db.models import DocumentStatus, Usage, UsageKind
from db.models.base import utc_now
from db.queries import chunks
from db.queries import images as image_rows

log = structlog.get_logger()

VECTORIZATION = DocumentStatus.VECTORIZATION


async def stage_vectors(run: Run) -> None:
    """Embed the staged chunks that have no vector yet; each batch is remembered before the next is bought.

    Raises Unavailable when the provider does not answer, Conflict when the project's model is not served.
    """
    _check_model(run)
    await run.start(VECTORIZATION)
    async with run.doors.transactions.unit_of_work() as session:
        texts = await chunks.staged_texts(session, run.target.version_id)
        kept = await chunks.staged_positions(session, run.target.version_id, run.generation.id)
    done, total = len(kept), len(texts)
    if done:
        await _advance(run, done, total)
    missing = [(position, text) for position, text in texts if position not in kept]
    known = await reuse.stage_known(run, missing)
    if known:
        done += len(known)
        await _advance(run, done, total)
    missing = [(position, text) for position, text in missing if position not in known]
    async with _Stager(run, done, total) as stager:
        for batch in embed.batches(missing, run.limits.embedding):
            bought = await _buy(run, batch)
            await reuse.keep(run, bought)
            await stager.stage(bought)


async def publish(run: Run) -> None:
    """Put the version in the place of the one before and complete the document, in one transaction.

    Raises Superseded when the project has changed its embedding model meanwhile.
    """
    async with run.step() as (session, document):
        key_before = document.storage_key
        num_chunks = await chunks.publish_version(session, target=run.target, generation_id=run.generation.id)
        gone = await image_rows.forget_others(
            session, document_id=document.id, version_id=run.target.version_id
        )
        detail: dict[str, Any] = {"num_embedded": num_chunks}
        await run.close(session, document, VECTORIZATION, detail)
        document.status = DocumentStatus.COMPLETED
        document.num_chunks_embedded = num_chunks
        document.leased_until = None
        document.finished_at = utc_now()
        events.record(session, document, events.COMPLETED)
    log.info("document.completed", num_chunks=num_chunks)
    if run.file.storage_key != key_before:
        await removal.late_keys(run.doors.storage, [key_before])
    if gone:
        await images.forget(run, gone)


async def _buy(run: Run, batch: Batch) -> Vectors:
    def call() -> Usage:
        return Usage(
            user_id=run.document.uploaded_by,
            project_id=run.document.project_id,
            document_id=run.document.id,
            attempt=run.target.attempt,
            kind=UsageKind.EMBEDDING,
            model=run.generation.model,
            num_input_tokens=batch.num_tokens,
        )

    doors = run.doors
    return await paid.embed_batch(doors.database, doors.models, batch, run.embedding, call=call)


class _Stager:
    """Stages batches one behind: each is written, and told of, while the next is bought.

    Leaving the block waits for the last. An error in writing is raised with the next batch, or then. A block
    that is cancelled gives the batch in hand up: a later attempt finds it among what the project remembers.
    """

    def __init__(self, run: Run, done: int, total: int) -> None:
        self._run = run
        self._done = done
        self._total = total
        self._writing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._writing is None:
            return
        if kind is asyncio.CancelledError:
            self._writing.cancel()
        [ended] = await asyncio.gather(self._writing, return_exceptions=True)
        if kind is None and ended is not None:
            raise ended

    async def stage(self, bought: Vectors) -> None:
        if self._writing is not None:
            await self._writing
        self._writing = asyncio.create_task(self._write(bought))

    async def _write(self, bought: Vectors) -> None:
        run, places = self._run, bought.batch.places
        await chunks.stage_vectors(
            run.doors.database,
            target=run.target,
            generation_id=run.generation.id,
            positions=places,
            vectors=bought.by_place,
        )
        self._done += len(places)
        if len(places) < self._total:  # else publication, which is next, tells that all are there
            await _advance(run, self._done, self._total)


async def _advance(run: Run, done: int, total: int) -> None:
    await run.advance(VECTORIZATION, done=done, total=total, num_chunks_embedded=done)


def _check_model(run: Run) -> None:
    wanted = run.embedding
    if wanted not in run.doors.models.embeddings:
        raise Conflict(
            f"This project's chunks are embedded by {wanted.name} ({wanted.dimensions} dimensions), which is "
            "not offered here. Change the project's embedding model.",
            code=failures.EMBEDDING_MODEL_MISSING,
        )
