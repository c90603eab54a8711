"""One product per test: a fresh database, a clean Redis, the shared servers, and its own processes."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis as RedisClient

from backend.local.issuer import Issuer
from backend.local.model_server import CHAT_MODEL, EMBEDDING_DIMENSIONS, EMBEDDING_MODEL, ModelServer
from backend.local.redis import Redis
from backend.local.swift.server import Swift
from tests.e2e.product import Product, settings_of
from tests.fixtures.databases import DatabaseAddress


@pytest.fixture
async def model_control(model_server: ModelServer) -> AsyncIterator[httpx.AsyncClient]:
    """The model server's own controls, back to normal before and after the test."""
    root = model_server.base_url.removesuffix("/v1")
    async with httpx.AsyncClient(base_url=root, trust_env=False) as control:
        await control.post("/control/reset")
        yield control
        await control.post("/control/reset")


@pytest.fixture
async def product(
    database_address: DatabaseAddress,
    redis_server: Redis,
    object_store: Swift,
    issuer: Issuer,
    model_server: ModelServer,
    tmp_path: Path,
) -> AsyncIterator[Product]:
    async with RedisClient.from_url(redis_server.url) as redis:
        await redis.flushall()
    env = {
        "OPENTRACE_DATABASE__URL": database_address.url,
        "OPENTRACE_DATABASE__API_URL": database_address.api_url,
        "OPENTRACE_REDIS__URL": redis_server.url,
        "OPENTRACE_STORAGE__ENDPOINT_URL": object_store.endpoint_url,
        "OPENTRACE_STORAGE__BUCKET": object_store.bucket,
        "OPENTRACE_STORAGE__ACCESS_KEY": object_store.access_key,
        "OPENTRACE_STORAGE__SECRET_KEY": object_store.secret_key,
        "OPENTRACE_MODELS__BASE_URL": model_server.base_url,
        "OPENTRACE_MODELS__API_KEY": "local",
        "OPENTRACE_MODELS__CHAT_MODEL": CHAT_MODEL,
        "OPENTRACE_MODELS__GUARDRAIL_MODEL": CHAT_MODEL,
        "OPENTRACE_MODELS__EMBEDDING_MODEL": EMBEDDING_MODEL,
        "OPENTRACE_MODELS__EMBEDDING_DIMENSIONS": str(EMBEDDING_DIMENSIONS),
        "OPENTRACE_AUTH__JWKS_URL": issuer.jwks_url,
        "OPENTRACE_AUTH__ISSUER": issuer.issuer,
        **settings_of(),
    }
    started = Product(env, issuer, tmp_path)
    yield started
    await started.stop()
