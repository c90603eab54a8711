"""A worker process: Celery hears the doorbell in the main thread, one event loop beside it does the work."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import structlog
from celery import Celery
from celery.signals import worker_shutting_down

from backend import logging, metrics, runtime, tracing
from backend.errors import AppError, Invalid
from backend.queue import Job, celery_app
from backend.runtime import Runtime
from backend.services import orphans, people, upkeep, vector_indexes
from backend.services.documents import expire, parts, reuse
from backend.settings import Settings
from backend.tasks import documents, messages
from backend.tasks.seats import Seats
from db import engine

log = structlog.get_logger()

PRUNE_SECONDS = 600.0
REPAIR_ASKED_SECONDS = 60.0
"""How often a process asks whether orphans are to be searched for or vectors to be indexed: one does it."""

KINDS: dict[str, ModuleType] = {kind.JOB.queue: kind for kind in (documents, messages)}


def run(settings: Settings, queue: str) -> None:
    """Work on one queue until SIGTERM or SIGINT; rows under way are then handed back at once.

    Messages only ring: the work is what the rows say. So it goes on while the broker is away, found by the
    sweep. Raises Invalid when there is no such queue.
    """
    kind = KINDS.get(queue)
    if kind is None:
        raise Invalid(f"There is no queue `{queue}`; there are {', '.join(KINDS)}.")
    logging.configure(settings.log_level)
    app = celery_app(broker_url(settings))
    with _traces_of(settings, queue), _metrics_of(settings), Workshop(settings, kind) as workshop:
        worker_shutting_down.connect(workshop.stop, weak=False)
        for job in Job:
            if job.queue == queue:
                app.task(name=job.value)(workshop.answer)
        _consume(app, queue, kind.num_seats(settings))


async def repair(settings: Settings) -> dict[str, int] | None:
    """Search for orphans now, whenever that was done last: what was found, or None while another is at it."""
    opened = await runtime.open(settings, role="worker")
    try:
        now = replace(patience(settings), every_seconds=0.0)
        return await orphans.repair(opened.transactions, opened.storage, now)
    finally:
        await opened.close()


def patience(settings: Settings) -> orphans.Patience:
    limits = settings.upkeep
    return orphans.Patience(
        every_seconds=limits.orphans_every_seconds,
        object_seconds=limits.orphan_object_seconds,
        staging_seconds=limits.staging_kept_seconds,
    )


def broker_url(settings: Settings) -> str:
    return (settings.redis.broker_url or settings.redis.url).get_secret_value()


@contextmanager
def _metrics_of(settings: Settings) -> Iterator[None]:
    """`/metrics` on a port of its own while the block runs, if there is to be one."""
    port = settings.work.metrics_port
    close = None if port is None else metrics.serve(settings.work.metrics_host, port)
    try:
        yield
    finally:
        if close is not None:
            close()


@contextmanager
def _traces_of(settings: Settings, queue: str) -> Iterator[None]:
    """What the block does is recorded, if there is a collector."""
    end = tracing.start(runtime.collector(settings.tracing), service=f"opentrace-{queue}")
    try:
        yield
    finally:
        end()


def _consume(app: Celery, queue: str, concurrency: int) -> None:
    """Listen until a signal ends it; however long the broker is away, it is tried again."""
    app.conf.broker_connection_max_retries = None
    app.Worker(
        pool="threads",
        concurrency=concurrency,
        queues=[queue],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
    ).start()


class Workshop:
    """A thread with the process's event loop: the runtime, the seats and the sweep live in it."""

    def __init__(self, settings: Settings, kind: ModuleType) -> None:
        self._settings = settings
        self._kind = kind
        self._loop = asyncio.new_event_loop()
        self._pruned_at = float("-inf")
        self._thread = threading.Thread(target=self._loop.run_forever, name="work", daemon=True)

    def __enter__(self) -> "Workshop":
        self._thread.start()
        self._call(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def answer(self, row_id: str) -> None:
        """Somebody rang: work until nothing waits. Which row it was rung for does not matter."""
        with suppress(CancelledError):
            self._call(self._seats.drain())

    def stop(self, **_: object) -> None:
        """End the work under way, so that Celery's threads are free to stop."""
        asyncio.run_coroutine_threadsafe(self._seats.close(), self._loop)

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open(self) -> None:
        self._runtime: Runtime = await runtime.open(
            self._settings, role="worker", is_urgent=self._kind.IS_URGENT
        )
        run_next = partial(self._kind.run_next, self._runtime)
        self._seats = Seats(run_next, self._kind.num_seats(self._settings))
        self._chores = [
            asyncio.create_task(chore)
            for chore in (
                _outlived(partial(asyncio.to_thread, self._kind.prepare)),
                self._sweep_for_ever(),
                self._repair_for_ever(),
                self._index_for_ever(),
            )
        ]

    async def _close(self) -> None:
        for chore in self._chores:
            chore.cancel()
        await asyncio.wait(self._chores)
        await self._seats.close()
        await self._runtime.close()

    async def _sweep_for_ever(self) -> None:
        while True:
            for step in (self._ring, self._expire, self._prune, self._tend):
                await _outlived(step)
            if self._settings.work.metrics_port is not None:
                await _outlived(self._measure)
            self._seats.fill()
            await asyncio.sleep(self._settings.work.sweep_seconds)

    async def _repair_for_ever(self) -> None:
        """Beside the sweep, which must not wait for it."""
        every = self._settings.upkeep.orphans_every_seconds
        while True:
            for step in (self._erase, self._repair):
                await _outlived(step)
            await asyncio.sleep(min(every, REPAIR_ASKED_SECONDS))

    async def _index_for_ever(self) -> None:
        """Beside the others: an index of a very large project takes minutes."""
        while True:
            await _outlived(self._index)
            await asyncio.sleep(REPAIR_ASKED_SECONDS)

    async def _ring(self) -> None:
        limits = self._settings.work
        await upkeep.sweep(
            self._runtime.transactions, max_tries=limits.max_tries, quiet_seconds=2 * limits.sweep_seconds
        )

    async def _prune(self) -> None:
        """Seldom: it goes through all there are."""
        now = asyncio.get_running_loop().time()
        if now < self._pruned_at + PRUNE_SECONDS:
            return
        self._pruned_at = now
        limits = self._settings.ingestion
        await reuse.prune(
            self._runtime.database,
            max_entries=limits.embedding_cache_entries,
            older_than_seconds=limits.embedding_cache_days * 86_400,
        )
        await upkeep.forget_generations(
            self._runtime.transactions,
            older_than_seconds=self._settings.upkeep.generations_kept_seconds,
        )

    async def _expire(self) -> None:
        for kind in (expire.uploads, expire.replacements):
            await kind(
                self._runtime.transactions,
                self._runtime.storage,
                older_than_seconds=self._settings.ingestion.upload_expires_seconds,
            )
        await parts.give_up(self._runtime.transactions, self._runtime.storage)

    async def _measure(self) -> None:
        await upkeep.measure(self._runtime.transactions)
        for (pool, state), num in engine.connections(self._runtime.database).items():
            metrics.pool(pool, state, num)

    async def _tend(self) -> None:
        await upkeep.tend_keywords(self._runtime.transactions)

    async def _erase(self) -> None:
        await people.erase(self._runtime.transactions, self._runtime.storage)

    async def _repair(self) -> None:
        runtime = self._runtime
        await orphans.repair(runtime.transactions, runtime.storage, patience(self._settings))

    async def _index(self) -> None:
        rules = vector_indexes.Rules(num_chunks=self._settings.upkeep.indexed_from_chunks)
        await vector_indexes.tend(self._runtime.transactions, self._runtime.direct, rules)


async def _outlived(step: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A chore that fails is logged and tried again in its next turn."""
    try:
        await step()
    except AppError as error:
        log.warning("sweep.failed", code=error.code, reason=error.message)
    except Exception:
        log.exception("sweep.failed")
