"""Everything a process holds open, built once from the settings and closed in order."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Literal

from redis.asyncio import Redis

from backend import storage
from backend.auth import Tokens
from backend.events import Hub, Publisher
from backend.llm import Models
from backend.queue import Queue
from backend.settings import Settings
from backend.storage import Storage
from backend.transactions import Transactions
from db import engine
from db.engine import Database

# Reply shapes differ between protocol versions; ours are those of RESP2.
PROTOCOL = 2
COMMAND_SECONDS = 5


@dataclass(frozen=True)
class Runtime:
    """The handles of one process; the API's database role lives behind row-level security."""

    settings: Settings
    database: Database
    transactions: Transactions
    storage: Storage
    models: Models
    tokens: Tokens
    redis: "Redis"
    publisher: Publisher
    hub: Hub
    queue: Queue
    _closing: AsyncExitStack

    async def close(self) -> None:
        """Close in the reverse order of opening."""
        await self._closing.aclose()


async def open(settings: Settings, *, role: Literal["api", "worker"]) -> Runtime:
    """Build all handles; connections are made at first use, so that a server that is away delays nothing."""
    async with AsyncExitStack() as stack:
        url = settings.database.api_url if role == "api" else settings.database.url
        database = await engine.open(
            url.get_secret_value(),
            pool_size=settings.database.pool_size,
            transaction_pooler=settings.database.transaction_pooler,
        )
        stack.push_async_callback(engine.close, database)
        redis = _redis(settings, timeout_seconds=COMMAND_SECONDS)
        stack.push_async_callback(redis.aclose)
        # A subscriber waits for as long as nothing happens, so its reads have no time limit.
        listening = _redis(settings, timeout_seconds=None)
        stack.push_async_callback(listening.aclose)
        hub = Hub(listening)
        hub.start()
        stack.push_async_callback(hub.close)
        queue = Queue((settings.redis.broker_url or settings.redis.url).get_secret_value())
        stack.callback(queue.close)
        models = _models(settings)
        stack.push_async_callback(models.close)
        publisher = Publisher(redis)
        return Runtime(
            settings=settings,
            database=database,
            transactions=Transactions(database.sessions, queue, publisher),
            storage=await stack.enter_async_context(_storage(settings)),
            models=models,
            tokens=_tokens(settings),
            redis=redis,
            publisher=publisher,
            hub=hub,
            queue=queue,
            _closing=stack.pop_all(),
        )


def _redis(settings: Settings, *, timeout_seconds: float | None) -> "Redis":
    return Redis.from_url(
        settings.redis.url.get_secret_value(),
        protocol=PROTOCOL,
        socket_connect_timeout=COMMAND_SECONDS,
        socket_timeout=timeout_seconds,
    )


def _storage(settings: Settings) -> AbstractAsyncContextManager[Storage]:
    group = settings.storage
    return storage.open(
        endpoint_url=group.endpoint_url,
        region=group.region,
        bucket=group.bucket,
        access_key=group.access_key.get_secret_value(),
        secret_key=group.secret_key.get_secret_value(),
    )


def _models(settings: Settings) -> Models:
    group = settings.models
    return Models(
        base_url=group.base_url,
        api_key=group.api_key.get_secret_value(),
        chat_model=group.chat_model,
        guardrail_model=group.guardrail_model,
        embedding_model=group.embedding_model,
        embedding_dimensions=group.embedding_dimensions,
        timeout_seconds=group.timeout_seconds,
    )


def _tokens(settings: Settings) -> Tokens:
    group = settings.auth
    return Tokens(
        jwks_url=group.jwks_url,
        issuer=group.issuer,
        authorized_parties=group.authorized_parties,
        leeway_seconds=group.leeway_seconds,
    )
