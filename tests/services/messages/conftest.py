"""The stage on which answers are written in these tests: real servers, real connections."""

from collections.abc import AsyncIterator

import httpx
import pytest
from redis.asyncio import Redis as Client

from backend.events import Hub, Publisher
from backend.llm import Models
from backend.local.model_server import ModelServer
from backend.local.redis import Redis
from backend.queue import Queue
from backend.transactions import Transactions
from db.engine import Database
from tests.services.messages import stage as stages
from tests.services.messages.stage import Stage


@pytest.fixture
async def models(model_server: ModelServer) -> AsyncIterator[Models]:
    """The product's client of a model server that works, until told otherwise."""
    async with httpx.AsyncClient() as client:
        await client.post(f"{model_server.address}/control/reset")
    opened = Models(
        base_url=model_server.base_url,
        api_key=model_server.api_key,
        chat_model=model_server.chat_model,
        guardrail_model=model_server.chat_model,
        embedding_model=model_server.embedding_model,
        embedding_dimensions=model_server.embedding_dimensions,
        timeout_seconds=20,
    )
    yield opened
    await opened.close()


@pytest.fixture
async def hub(redis_server: Redis) -> AsyncIterator[Hub]:
    client = Client.from_url(redis_server.url, protocol=2)
    opened = Hub(client)
    opened.start()
    yield opened
    await opened.close()
    await client.aclose()


@pytest.fixture
async def publisher(redis_server: Redis) -> AsyncIterator[Publisher]:
    client = Client.from_url(redis_server.url, protocol=2)
    yield Publisher(client)
    await client.aclose()


@pytest.fixture
async def stage(
    database: Database,
    models: Models,
    model_server: ModelServer,
    redis_server: Redis,
    publisher: Publisher,
    hub: Hub,
) -> AsyncIterator[Stage]:
    """A member with a chat about a document of three passages; each test has its own database."""
    queue = Queue(redis_server.url)
    transactions = Transactions(database.sessions, queue, publisher)
    viewer = await stages.person(database)
    project_id = await stages.project_of(database, viewer, model_server)
    await stages.publish(database, models, viewer, project_id)
    chat_id = await stages.chat_of(transactions, viewer, project_id)
    yield Stage(database, transactions, models, publisher, hub, model_server, viewer, project_id, chat_id)
    queue.close()
