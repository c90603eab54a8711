"""Large projects get an index for approximate search: built beside, checked, and only then searched by.

Nothing depends on an index for what is found: without one, search looks at all vectors. Upkeep tends the
indexes of generations that serve; one that is about to serve is indexed by whoever builds it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

import structlog

from backend.transactions import Transactions
from db.engine import Database, Session
from db.errors import Stale
from db.models import Chore, VectorIndex, VectorIndexStatus
from db.models.base import utc_now
from db.queries import chores, vector_indexes

log = structlog.get_logger()

CHORE = "vector_indexes.tend"


@dataclass(frozen=True)
class Rules:
    """From how many chunks a project is indexed, and how good its index must be."""

    num_chunks: int = 20_000
    """It loses its index when it has fewer than half as many."""
    min_recall: float = 0.98
    breadths: tuple[int, ...] = (200, 400, 1000)
    """How many candidates a walk may keep at the least, tried in this order; pgvector keeps 1,000 at most."""
    num_queries: int = 50
    per_partition: int = 50
    every_seconds: float = 60.0
    lease_seconds: float = 30.0


Writing: TypeAlias = Callable[[], AbstractAsyncContextManager[Session]]
"""A transaction in which the work is ours until its end; raises Stale when it is not."""


@dataclass
class _Turn:
    """One run; every write of it is fenced, and `counts` is what it has done so far."""

    database: Database
    rules: Rules
    writing: Writing
    counts: Counter[str] = field(default_factory=Counter)


async def tend(
    transactions: Transactions, database: Database, rules: Rules = Rules()
) -> dict[str, int] | None:
    """Drop the indexes that are of no use any more, and build those that are due, one after the other.

    Returns how many were dropped, built and refused; None when it was done lately or another process is at
    it. A run that is broken off anywhere is taken up by the next one. Raises Unavailable.
    """
    async with transactions.unit_of_work() as session:
        chore = await chores.claim(
            session, CHORE, every_seconds=rules.every_seconds, lease_seconds=rules.lease_seconds
        )
    if chore is None:
        return None
    counts = Counter(chore.report)
    turn = _Turn(database, rules, partial(_kept, transactions, chore, counts, rules.lease_seconds), counts)
    try:
        await _held(turn, _work(turn))
        async with transactions.unit_of_work() as session:
            await chores.finish(session, chore, report=counts)
    except Stale:
        log.warning("vector_indexes.taken_over", attempt=chore.attempt)
        return None
    return dict(counts)


async def prepare(database: Database, rules: Rules, generation_id: UUID, writing: Writing) -> None:
    """Index a generation that does not serve yet, if it is large; again at once when that was done.

    Every write goes through `writing`, the fence of whoever builds the generation. What is broken off here is
    taken up by the next call, and what it leaves behind of a generation that never serves goes with upkeep.
    """
    await _build_due(_Turn(database, rules, writing), generation_id)


async def _work(turn: _Turn) -> None:
    await _drop_surplus(turn)
    await _build_due(turn)


async def _drop_surplus(turn: _Turn) -> None:
    least = turn.rules.num_chunks // 2
    async with turn.writing() as session:
        found = await vector_indexes.surplus(session, num_chunks=least)
    for index in found:
        # Its model may have been asked for again since, and whoever builds that relies on the index.
        async with turn.writing() as session:
            is_leaving = await vector_indexes.leave(session, index, num_chunks=least)
        if not is_leaving:
            continue
        await vector_indexes.drop(turn.database, index)
        async with turn.writing() as session:
            await vector_indexes.forget(session, index)
        turn.counts["num_dropped"] += 1
        log.info("vector_index.dropped", generation_id=str(index.generation_id))


async def _build_due(turn: _Turn, next_id: UUID | None = None) -> None:
    async with turn.writing() as session:
        found = await vector_indexes.due(session, num_chunks=turn.rules.num_chunks, next_id=next_id)
    for index in found:
        if index.status is VectorIndexStatus.READY:
            await _check(turn, index)
        elif await _has_place(turn, index):
            await _build(turn, index)


async def _has_place(turn: _Turn, index: VectorIndex) -> bool:
    """Those that are there stay: a partition that is full keeps its other projects exact."""
    async with turn.writing() as session:
        num_others = await vector_indexes.num_others(session, index)
    if num_others >= turn.rules.per_partition:
        turn.counts["num_without_place"] += 1
    return num_others < turn.rules.per_partition


async def _build(turn: _Turn, index: VectorIndex) -> None:
    await _keep(turn, index, VectorIndexStatus.BUILDING)
    began_at = utc_now()
    await vector_indexes.build(turn.database, index)
    index.built_at = utc_now()
    index.build_seconds = (index.built_at - began_at).total_seconds()
    turn.counts["num_built"] += 1
    await _check(turn, index)


async def _check(turn: _Turn, index: VectorIndex) -> None:
    """Let search use the index, as broadly as it must; else drop it, until the project has grown."""
    is_good = False
    for index.breadth in turn.rules.breadths:
        index.recall = await vector_indexes.recall(turn.database, index, num_queries=turn.rules.num_queries)
        if is_good := index.recall >= turn.rules.min_recall:
            break
    await _keep(turn, index, VectorIndexStatus.READY if is_good else VectorIndexStatus.REFUSED)
    if not is_good:
        await vector_indexes.drop(turn.database, index)
    turn.counts["num_ready" if is_good else "num_refused"] += 1
    log.info(
        "vector_index.checked",
        generation_id=str(index.generation_id),
        status=index.status,
        num_chunks=index.num_chunks,
        breadth=index.breadth,
        recall=index.recall,
        build_seconds=index.build_seconds,
    )


async def _keep(turn: _Turn, index: VectorIndex, status: VectorIndexStatus) -> None:
    index.status, index.updated_at = status, utc_now()
    async with turn.writing() as session:
        await session.merge(index)


@asynccontextmanager
async def _kept(
    transactions: Transactions, chore: Chore, counts: Counter[str], lease_seconds: float
) -> AsyncIterator[Session]:
    """A transaction in which the chore is ours until its end; raises Stale when it is not."""
    async with transactions.unit_of_work() as session:
        await chores.keep(session, chore, position="", report=counts, lease_seconds=lease_seconds)
        yield session


async def _held(turn: _Turn, work: Coroutine[Any, Any, None]) -> None:
    """Do the work and renew the lease beside it; ends with whichever of the two fails first."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(turn.rules.lease_seconds / 3)
            async with turn.writing():
                pass

    tasks = [asyncio.create_task(each) for each in (work, beat())]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
