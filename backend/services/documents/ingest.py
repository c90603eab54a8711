"""Taking a document in: claim it, hold it, and go through the stages that are not finished yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from backend import tracing
from backend.events import Hub, Publisher
from backend.events.hub import Subscription
from backend.llm import Models
from backend.services import removal, work
from backend.services.documents import events, partition, summarise, vectorise
from backend.services.documents.pace import Pace
from backend.services.documents.run import Doors, Limits, Run
from backend.services.work import Lease
from backend.storage import Storage
from backend.tracing import Side
from backend.transactions import Transactions
from backend.web import Web
from db.engine import Database, Session
from db.errors import Superseded
from db.models import Document, DocumentStatus, EmbeddingGeneration
from db.models.documents import STAGES
from db.queries import documents, paces, projects, stages
from db.queries import work as work_queries
from db.queries.chunks import Target

log = structlog.get_logger()

PARTITIONING = DocumentStatus.PARTITIONING


async def run_next(
    *,
    transactions: Transactions,
    database: Database,
    storage: Storage,
    models: Models,
    web: Web,
    publisher: Publisher,
    hub: Hub,
    limits: Limits,
) -> bool:
    """Take in the fairest waiting document; False when there is none.

    The document ends COMPLETED or FAILED, or belongs to another attempt by then (cancelled, deleted, lease
    lost). While the database does not answer nothing can be written: Unavailable is raised and the lease
    runs out. Cancelling hands the document back.
    """
    doors = Doors(transactions, database, storage, models, web)
    run = await _claim(doors, limits)
    if run is None:
        return False
    ids = {"document_id": str(run.document.id), "attempt": run.target.attempt}
    told = {f"opentrace.{name}": str(value) for name, value in ids.items()}
    with (
        bound_contextvars(**ids),
        tracing.span("document.ingest", told, side=Side.FETCHING, parent=run.document.traceparent),
    ):
        run.trace.begin()
        log.info("document.claimed", finished=sorted(run.finished), num_tries=run.document.num_tries)
        await _hold(run, hub)
    return True


async def _claim(doors: Doors, limits: Limits) -> Run | None:
    held = limits.hold
    async with doors.transactions.unit_of_work() as session:
        document = await work_queries.claim_document(
            session, lease_seconds=held.lease_seconds, per_user=held.per_user, max_tries=held.max_tries
        )
        if document is None:
            return None
        generation = await _serving(session, document.project_id)
        abandoned = await stages.drop_abandoned(session, document)
        version = await stages.working_version(session, document)
        ledger = await stages.of_version(session, version.id)
        finished = frozenset(stage for stage, row in ledger.items() if row.finished_at is not None)
        target = Target(document.project_id, document.id, version.id, document.attempt)
        document.status = next(stage for stage in STAGES if stage not in finished)
        history = await paces.of_project(session, document.project_id)
        document.estimate = None
        # A claim begins its attempt's events at 0, which is what `record` makes of a row that has none.
        document.event_seq = -1
        events.record(session, document, events.SNAPSHOT)
        run = Run(doors, limits, document, version, target, generation, finished, Pace(history))
        if PARTITIONING not in finished:
            await run.enter(session, document, PARTITIONING)
    await removal.late_keys(doors.storage, abandoned)
    return run


async def _serving(session: Session, project_id: UUID) -> EmbeddingGeneration:
    generation = await projects.active_generation(session, project_id)
    assert generation is not None, "every project has an active generation"
    return generation


async def _hold(run: Run, hub: Hub) -> None:
    limits = run.limits.hold
    async with (
        work.hold(
            run.doors.transactions,
            Document,
            run.document.id,
            run.target.attempt,
            lease_seconds=limits.lease_seconds,
            renew_seconds=limits.renew_seconds,
        ) as lease,
        _listening(hub, run, lease),
    ):
        await _work(run)
    if lease.lost:
        await _clear_if_deleted(run)


async def _clear_if_deleted(run: Run) -> None:
    """What this attempt stored or told while its document was deleted came too late for the deletion."""
    document = run.document
    async with run.doors.transactions.unit_of_work() as session:
        if await documents.get(session, document.id) is not None:
            return
    await removal.late_objects(run.doors.storage, removal.document_prefix(document.project_id, document.id))
    await removal.streams(run.doors.transactions.publisher, document_ids=[document.id], message_ids=[])


async def _work(run: Run) -> None:
    try:
        async with work.failing("document", run.fail):
            await partition.stage_chunks(run)
            await summarise.stage_summaries(run)
            await _embed(run)
    finally:
        run.trace.leave()


async def _embed(run: Run) -> None:
    """Embed the version for the generation that serves when it is published, and publish it."""
    while True:
        await vectorise.stage_vectors(run)
        try:
            return await vectorise.publish(run)
        except Superseded:
            async with run.step() as (session, _):
                run = replace(run, generation=await _serving(session, run.target.project_id))
            log.info("document.superseded", model=run.generation.model)


@asynccontextmanager
async def _listening(hub: Hub, run: Run, lease: Lease) -> AsyncIterator[None]:
    """Hear of a newer attempt (a cancel, a deletion, a takeover) at once, not at the next renewal."""
    async with hub.subscribe(events.topic(run.document.id)) as subscription:
        listener = asyncio.create_task(_listen(subscription, lease))
        try:
            yield
        finally:
            listener.cancel()


async def _listen(subscription: Subscription, lease: Lease) -> None:
    while True:
        event = await subscription.take(60)
        if event is not None and event.cursor.attempt > lease.attempt:
            lease.lose()
            return
