"""Rings the workers' doorbells; the only producer of Celery messages.

A message says no more than "there is work": rows are the truth, and workers claim them by themselves.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from celery import Celery
from kombu.exceptions import OperationalError

from backend import tracing
from backend.errors import Unavailable
from backend.tracing import Side

if TYPE_CHECKING:
    from db.engine import Session

JOBS = "opentrace.jobs"
NUM_THREADS = 2
RING_SECONDS = 3.0
"""Rows are found by the sweep as well, so nobody waits long for a doorbell."""
_ONCE_MORE = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
"""The first bell after a broker came back would else be lost on a connection that died with it."""


class Job(StrEnum):
    """What can be asked of the workers, and on which queue it waits."""

    INGEST_DOCUMENT = "document.ingest"
    CRAWL_SITE = "site.crawl"
    BUILD_GENERATION = "generation.build"
    ANSWER_MESSAGE = "message.answer"

    @property
    def queue(self) -> str:
        return "answers" if self is Job.ANSWER_MESSAGE else "ingestion"


def enqueue(session: "Session", job: Job, row_id: UUID) -> None:
    """Ring for this row once the session's transaction has committed; a rollback forgets it."""
    session.info.setdefault(JOBS, []).append((job, row_id))


def celery_app(broker_url: str) -> Celery:
    """The one Celery configuration, for the producer and the workers.

    Messages are acknowledged early and have no result: losing one costs the seconds until the next sweep.
    """
    app = Celery("opentrace", broker=broker_url)
    app.conf.update(
        task_ignore_result=True,
        task_acks_late=False,
        task_routes={job.value: {"queue": job.queue} for job in Job},
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=3,
        broker_transport_options=_transport_options(broker_url),
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        enable_utc=True,
    )
    return app


def _transport_options(broker_url: str) -> dict[str, float]:
    """Patience with Redis; other brokers do not know these words."""
    is_redis = broker_url.startswith(("redis", "valkey"))
    return {"socket_connect_timeout": 3, "socket_timeout": 5, "max_retries": 0} if is_redis else {}


class Queue:
    """Sends doorbells from threads of its own, since the broker's client blocks."""

    def __init__(self, broker_url: str) -> None:
        self._app = celery_app(broker_url)
        self._threads = ThreadPoolExecutor(NUM_THREADS, thread_name_prefix="queue")

    async def ring(self, job: Job, row_id: UUID) -> None:
        """Tell a worker that this row waits; raises Unavailable when the broker does not answer in time."""
        loop = asyncio.get_running_loop()
        try:
            with tracing.span("queue.ring", {"opentrace.job": job.value}, side=Side.RINGING):
                async with asyncio.timeout(RING_SECONDS):
                    await loop.run_in_executor(self._threads, self._send, job, row_id)
        except (OperationalError, OSError) as error:
            raise Unavailable("The queue does not answer.", retry_after=5) from error

    def close(self) -> None:
        """Let go of the broker; a doorbell that hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._app.close()

    def _send(self, job: Job, row_id: UUID) -> None:
        self._app.send_task(job.value, args=(str(row_id),), retry=True, retry_policy=_ONCE_MORE)
