"""Redis is flushed, Redis and PostgreSQL are killed, workers too: documents end as if nothing had happened.

CHAOS_ROUNDS sets the number of documents of the long form (100), CHAOS_SEED the order of the blows (0).
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import httpx
import pytest
from redis.asyncio import Redis as RedisClient

from backend.local.installation import Installation
from backend.local.postgres import Postgres
from backend.local.processes import Child
from backend.local.redis import Redis
from db import engine, migrate
from tests.chaos.undisturbed import BATCH, SMALL_BATCHES, num_bought_again, published, texts_of, write_pdf
from tests.e2e.product import Product, follow_document, new_project, upload

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "100"))
SEED = int(os.environ.get("CHAOS_SEED", "0"))
LONGEST_CALM_SECONDS = 2.0


@dataclass
class Mortal:
    """A product whose stores may be killed: they are its own, and keep what they were told to keep."""

    product: Product
    postgres: Postgres
    redis: Redis
    worker: Child

    async def kill_worker(self) -> None:
        await self.product.kill(self.worker)
        self.worker = await self.product.start_worker("ingestion", **SMALL_BATCHES)

    async def kill_postgres(self) -> None:
        await self._kill(self.postgres)

    async def kill_redis(self) -> None:
        await self._kill(self.redis)

    async def flush_redis(self) -> None:
        async with RedisClient.from_url(self.redis.url) as redis:
            await redis.flushall()

    async def _kill(self, server: Postgres | Redis) -> None:
        assert server.child is not None
        server.child.kill()
        await server.child.wait()
        await server.start()

    @property
    def blows(self) -> list[Callable[[], Awaitable[None]]]:
        return [self.kill_worker, self.kill_postgres, self.kill_redis, self.flush_redis]


@pytest.fixture
async def mortal(product: Product, tmp_path: Path) -> AsyncIterator[Mortal]:
    installation = Installation(tmp_path / "stores")
    postgres, redis = Postgres(installation, durable=True), Redis(installation, durable=True)
    for server in (postgres, redis):
        await server.start()
    await migrate.upgrade(postgres.url)
    product.env |= {
        "OPENTRACE_DATABASE__URL": postgres.url,
        "OPENTRACE_DATABASE__API_URL": postgres.api_url,
        "OPENTRACE_REDIS__URL": redis.url,
    }
    yield Mortal(product, postgres, redis, await product.start_worker("ingestion", **SMALL_BATCHES))
    await product.stop()
    for server in (redis, postgres):
        await server.stop()


@pytest.mark.parametrize("rounds", [2, pytest.param(ROUNDS, marks=pytest.mark.chaos)])
async def test_documents_survive_the_loss_of_any_server(
    mortal: Mortal, model_control: httpx.AsyncClient, tmp_path: Path, rounds: int
) -> None:
    random = Random(SEED)
    api = await mortal.product.start_api()
    project = await new_project(api)
    num_blows = 0
    for number in range(rounds):
        path = write_pdf(tmp_path / f"{number}.pdf", number)
        document = await upload(api, project, path)
        for blow in random.sample(mortal.blows, k=4 if rounds < 10 else 2):
            await asyncio.sleep(random.uniform(0, LONGEST_CALM_SECONDS))
            await blow()
            num_blows += 1
        async with asyncio.timeout(180):
            events = await follow_document(api, document)
        assert events[-1]["__typename"] == "DocumentCompleted", events[-1]
        database = await engine.open(mortal.postgres.url, pool_size=1, transaction_pooler=False)
        expected = texts_of(path)
        assert await published(database, document) == (expected, len(expected))
        await engine.close(database)
    again = await num_bought_again(model_control)
    print(f"{rounds} documents, {num_blows} blows, {again} texts bought again")
    # Every blow may cost the call that is in flight, of each of the worker's seats.
    assert again <= num_blows * 2 * BATCH
