"""Upkeep: work that nobody was told of is rung for again, and work that kills its workers is given up."""

import structlog

from backend import metrics
from backend.queue import Job, enqueue
from backend.services.crawls import walk
from backend.services.documents import events, failures, run
from backend.services.generations import begin, build
from backend.services.messages import finish
from backend.transactions import Transactions
from db.engine import Session
from db.models import GenerationStatus
from db.queries import gauges, generations, keywords, work

log = structlog.get_logger()

RING_LIMIT = 100
TEND_LIMIT = 50_000
FORGET_LIMIT = 5000


async def sweep(transactions: Transactions, *, max_tries: int, quiet_seconds: float) -> None:
    """Ring for runnable rows that were not rung for within `quiet_seconds`; fail those out of tries.

    Any number of workers may sweep; one at a time does. Rows that a live worker holds are left alone.
    """
    async with transactions.unit_of_work() as session:
        if not await work.sweep_lock(session):
            return
        await _give_up_exhausted(session, max_tries)
        for document_id in await work.ring_documents(session, limit=RING_LIMIT, quiet_seconds=quiet_seconds):
            enqueue(session, Job.INGEST_DOCUMENT, document_id)
        for crawl_id in await work.ring_crawls(session, limit=RING_LIMIT, quiet_seconds=quiet_seconds):
            enqueue(session, Job.CRAWL_SITE, crawl_id)
        for generation_id in await work.ring_generations(
            session, limit=RING_LIMIT, quiet_seconds=quiet_seconds
        ):
            enqueue(session, Job.BUILD_GENERATION, generation_id)
        for message_id in await work.ring_messages(session, limit=RING_LIMIT, quiet_seconds=quiet_seconds):
            enqueue(session, Job.ANSWER_MESSAGE, message_id)


async def tend_keywords(transactions: Transactions) -> int:
    """Add up what publications and removals changed about words, some at a time; returns how much that was.

    Search counts what waits as well, so this changes how fast it is and never what it finds.
    """
    async with transactions.unit_of_work() as session:
        return await keywords.tend(session, num_rows=TEND_LIMIT)


async def forget_generations(transactions: Transactions, *, older_than_seconds: float) -> int:
    """Delete vectors of models that no project goes back to any more, some at a time; returns how many.

    Those are of changes that failed or were given up, and of models older than the former one, so long ago.
    """
    num_gone = 0
    while num_gone < TEND_LIMIT:
        async with transactions.unit_of_work() as session:
            num = await generations.forget_forsaken(
                session, older_than_seconds=older_than_seconds, limit=FORGET_LIMIT
            )
        if num is None:
            break
        num_gone += num
    return num_gone


async def measure(transactions: Transactions) -> None:
    """Count what waits in the whole installation, and how good its indexes are, for the operators."""
    async with transactions.unit_of_work() as session:
        for each in await gauges.waiting(session):
            metrics.waiting(each.kind, each.num, each.oldest_seconds)
        indexes = await gauges.indexes(session)
        metrics.vector_indexes(indexes.num, indexes.lowest_recall)


async def _give_up_exhausted(session: Session, max_tries: int) -> None:
    for document in await work.exhausted_documents(session, max_tries=max_tries):
        events.change_hands(document)
        run.give_up(session, document, code=failures.GAVE_UP, message=failures.sentence(failures.GAVE_UP))
        log.error("document.given_up", document_id=str(document.id), num_tries=document.num_tries)
    for crawl in await work.exhausted_crawls(session, max_tries=max_tries):
        walk.give_up(crawl, code=failures.GAVE_UP, message=walk.GAVE_UP)
        log.error("crawl.given_up", crawl_id=str(crawl.id), num_tries=crawl.num_tries)
    for row in await work.exhausted_generations(session, max_tries=max_tries):
        begin.end(session, row, GenerationStatus.FAILED, code=failures.GAVE_UP, message=build.GAVE_UP)
        log.error("generation.given_up", generation_id=str(row.id), num_tries=row.num_tries)
    for message in await work.exhausted_messages(session, max_tries=max_tries):
        await finish.give_up(session, message)
        log.error("message.given_up", message_id=str(message.id), num_tries=message.num_tries)
