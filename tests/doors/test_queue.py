"""The queue: doorbells reach the right queue, and a broker that is away or hangs holds nobody up for long."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from backend import queue
from backend.errors import Unavailable
from backend.queue import Job, Queue, celery_app


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


@pytest.mark.parametrize(
    ("job", "name"), [(Job.INGEST_DOCUMENT, "ingestion"), (Job.ANSWER_MESSAGE, "answers")]
)
async def test_a_doorbell_waits_on_the_queue_of_its_job(
    redis_url: str, redis: Redis, job: Job, name: str
) -> None:
    row_id = uuid4()
    bell = Queue(redis_url)
    await bell.ring(job, row_id)
    waiting: Any = await redis.lrange(name, 0, -1)  # type: ignore[misc]  # typed for both kinds of client
    message = json.loads(waiting[0])
    assert (len(waiting), message["headers"]["task"], message["headers"]["argsrepr"]) == (
        1,
        job.value,
        f"('{row_id}',)",
    )
    bell.close()


async def test_many_ring_at_once(redis_url: str, redis: Redis) -> None:
    bell = Queue(redis_url)
    await asyncio.gather(*(bell.ring(Job.ANSWER_MESSAGE, uuid4()) for _ in range(50)))
    assert await redis.llen("answers") == 50  # type: ignore[misc]  # typed for both kinds of client
    bell.close()


async def test_a_broker_that_is_away_is_unavailable() -> None:
    bell = Queue("redis://127.0.0.1:1/0")
    with pytest.raises(Unavailable):
        await bell.ring(Job.ANSWER_MESSAGE, uuid4())
    bell.close()


async def test_a_broker_that_hangs_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "RING_SECONDS", 0.2)
    held: list[asyncio.StreamWriter] = []

    def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    silent = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    bell = Queue(f"redis://127.0.0.1:{port}/0")
    for _ in range(3):
        with pytest.raises(Unavailable):
            await bell.ring(Job.ANSWER_MESSAGE, uuid4())
    for writer in held:
        writer.close()
    silent.close()
    bell.close()


def test_messages_are_acknowledged_early_and_have_no_results() -> None:
    settings = celery_app("redis://127.0.0.1:1/0").conf
    assert (settings.task_acks_late, settings.task_ignore_result, settings.result_backend) == (
        False,
        True,
        None,
    )


def test_every_job_has_a_queue_of_its_own() -> None:
    assert {job.value: job.queue for job in Job} == {
        "document.ingest": "ingestion",
        "generation.build": "ingestion",
        "message.answer": "answers",
        "site.crawl": "ingestion",
    }
