"""What tests of services start from."""

from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis as RedisClient

from backend import runtime
from backend.local.model_server import EMBEDDING_DIMENSIONS, EMBEDDING_MODEL, ModelServer
from backend.local.redis import Redis
from backend.local.swift.server import Swift
from backend.runtime import Runtime
from backend.settings import Settings
from tests.fixtures.databases import DatabaseAddress
from tests.services import house as houses
from tests.services.house import House


@pytest.fixture
async def runtime_settings(
    database_address: DatabaseAddress, redis_server: Redis, object_store: Swift, model_server: ModelServer
) -> Settings:
    async with RedisClient.from_url(redis_server.url) as redis:
        await redis.flushall()
    return Settings.model_validate(
        {
            "database": {"url": database_address.url, "api_url": database_address.api_url},
            "redis": {"url": redis_server.url},
            "storage": {
                "endpoint_url": object_store.endpoint_url,
                "bucket": object_store.bucket,
                "access_key": object_store.access_key,
                "secret_key": object_store.secret_key,
            },
            "models": {
                "base_url": model_server.base_url,
                "api_key": "local",
                "embedding_model": EMBEDDING_MODEL,
                "embedding_dimensions": EMBEDDING_DIMENSIONS,
            },
            "auth": {"jwks_url": "http://127.0.0.1:1", "issuer": "nobody"},
        }
    )


@pytest.fixture
async def worker_runtime(runtime_settings: Settings) -> AsyncIterator[Runtime]:
    opened = await runtime.open(runtime_settings, role="worker")
    yield opened
    await opened.close()


@pytest.fixture
async def api_runtime(runtime_settings: Settings) -> AsyncIterator[Runtime]:
    opened = await runtime.open(runtime_settings, role="api")
    yield opened
    await opened.close()


@pytest.fixture
async def house(api_runtime: Runtime, worker_runtime: Runtime) -> AsyncIterator[House]:
    """A person with an empty project."""
    async with houses.built(api_runtime, worker_runtime) as built:
        yield built


@pytest.fixture
async def model_control(model_server: ModelServer) -> AsyncIterator[httpx.AsyncClient]:
    """The model server's own controls, back to normal before and after the test."""
    root = model_server.base_url.removesuffix("/v1")
    async with httpx.AsyncClient(base_url=root, trust_env=False) as control:
        await control.post("/control/reset")
        yield control
        await control.post("/control/reset")
