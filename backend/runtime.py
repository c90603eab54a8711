"""Everything a process holds on to, built once from the settings: connections, doors, transactions."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Literal

from redis.asyncio import Redis

from backend import events, tracing, web
from backend.auth import Tokens
from backend.events import Hub, Publisher
from backend.llm import Models, Price, Reranker
from backend.queue import Queue
from backend.settings import (
    AuthSettings,
    DatabaseSettings,
    ModelSettings,
    Settings,
    StorageSettings,
    TracingSettings,
    WebSettings,
)
from backend.storage import Bucket, Storage
from backend.throttle import Throttle
from backend.transactions import Transactions
from backend.web import Web, WebSearch
from backend.webhook_events import Webhooks
from db import engine
from db.engine import Database


@dataclass(frozen=True)
class Runtime:
    """One process's handles; `close` it when the process ends."""

    settings: Settings
    database: Database
    direct: Database
    """For what wants a session: past a transaction pooler, where a worker has an address for that."""
    redis: Redis
    publisher: Publisher
    hub: Hub
    queue: Queue
    transactions: Transactions
    storage: Storage
    models: Models
    web: Web
    web_search: WebSearch | None
    tokens: Tokens
    webhooks: Webhooks | None
    _exit: AsyncExitStack = field(repr=False)

    async def close(self) -> None:
        """Close everything, last opened first."""
        await self._exit.aclose()


async def open(settings: Settings, *, role: Literal["api", "worker"], is_urgent: bool = True) -> Runtime:
    """Build the handles in the running event loop; servers need not answer yet.

    The API's role lives behind row-level security, workers are the owner. Calls of models of processes that
    are not urgent let the others go first.
    """
    async with AsyncExitStack() as stack:
        database, direct = await _databases(settings.database, role, stack)
        redis = events.connect(settings.redis.url.get_secret_value())
        stack.push_async_callback(redis.aclose)
        publisher, hub = Publisher(redis), Hub(redis)
        hub.start()
        stack.push_async_callback(hub.close)
        queue = Queue((settings.redis.broker_url or settings.redis.url).get_secret_value())
        stack.callback(queue.close)
        storage = await _storage(settings.storage, stack)
        throttle = _throttle(settings.models, redis, is_urgent)
        stack.push_async_callback(throttle.close)
        models = _models(settings.models, throttle)
        stack.push_async_callback(models.close)
        web_search = _web_search(settings.web)
        if web_search is not None:
            stack.push_async_callback(web_search.close)
        return Runtime(
            settings=settings,
            database=database,
            direct=direct,
            redis=redis,
            publisher=publisher,
            hub=hub,
            queue=queue,
            transactions=Transactions(database.sessions, queue, publisher),
            storage=storage,
            models=models,
            web=_web(settings.web),
            web_search=web_search,
            tokens=_tokens(settings.auth),
            webhooks=_webhooks(settings.auth),
            _exit=stack.pop_all(),
        )


def collector(settings: TracingSettings) -> tracing.Collector | None:
    """None where traces are not recorded."""
    if settings.endpoint is None:
        return None
    headers = {name: value.get_secret_value() for name, value in settings.headers.items()}
    return tracing.Collector(settings.endpoint, headers, settings.ratio)


async def _databases(
    settings: DatabaseSettings, role: Literal["api", "worker"], stack: AsyncExitStack
) -> tuple[Database, Database]:
    """The one for everything, and the one that no pooler stands before; one and the same where none does."""
    url = settings.api_url if role == "api" else settings.url
    database = await engine.open(
        url.get_secret_value(),
        pool_size=settings.pool_size,
        transaction_pooler=settings.transaction_pooler,
    )
    stack.push_async_callback(engine.close, database)
    if role == "api" or settings.direct_url is None:
        return database, database
    direct = await engine.open(settings.direct_url.get_secret_value(), pool_size=1, transaction_pooler=False)
    stack.push_async_callback(engine.close, direct)
    return database, direct


async def _storage(settings: StorageSettings, stack: AsyncExitStack) -> Storage:
    storage = await Storage(_bucket(settings)).open()
    stack.push_async_callback(storage.close)
    return storage


def _bucket(settings: StorageSettings) -> Bucket:
    return Bucket(
        name=settings.bucket,
        access_key=settings.access_key.get_secret_value(),
        secret_key=settings.secret_key.get_secret_value(),
        region=settings.region,
        endpoint_url=settings.endpoint_url,
    )


def _throttle(settings: ModelSettings, redis: Redis, is_urgent: bool) -> Throttle:
    return Throttle(redis, settings.base_url, limit=settings.concurrency, is_urgent=is_urgent)


def _models(settings: ModelSettings, throttle: Throttle) -> Models:
    return Models(
        base_url=settings.base_url,
        api_key=settings.api_key.get_secret_value(),
        chat_model=settings.chat_model,
        guardrail_model=settings.guardrail_model,
        embedding_model=settings.embedding_model,
        embedding_dimensions=settings.embedding_dimensions,
        more_embedding_models=settings.embedding_models,
        timeout_seconds=settings.timeout_seconds,
        prices={name: Price(price.input, price.output) for name, price in settings.prices.items()},
        gate=throttle,
        reranker=_reranker(settings, throttle),
        summary_model=settings.summary_model or settings.chat_model,
    )


def _reranker(settings: ModelSettings, throttle: Throttle) -> Reranker | None:
    """None where no address is set: then the chat model reranks. The models' own key is not sent there."""
    if settings.rerank_url is None:
        return None
    key = settings.rerank_api_key.get_secret_value() if settings.rerank_api_key else ""
    return Reranker(settings.rerank_url, settings.rerank_model, key or "none", gate=throttle)


def _web(settings: WebSettings) -> Web:
    key = settings.scrapingbee_api_key.get_secret_value() if settings.scrapingbee_api_key else ""
    return Web(
        web.Limits(max_bytes=settings.max_bytes, seconds=settings.timeout_seconds),
        web.Guard(web.networks(settings.allowed_networks)),
        web.ScrapingBee(settings.scrapingbee_base_url, key) if key else None,
        settings.ca_file,
    )


def _web_search(settings: WebSettings) -> WebSearch | None:
    """None where the web is not searched at all."""
    key = settings.tavily_api_key.get_secret_value() if settings.tavily_api_key else ""
    engines: list[web.Engine] = [web.Tavily(settings.tavily_base_url, key)] if key else []
    if settings.duckduckgo:
        engines.append(web.DuckDuckGo())
    return WebSearch(engines) if engines else None


def _webhooks(settings: AuthSettings) -> Webhooks | None:
    """None where the issuer's webhooks are not taken."""
    secret = settings.webhook_secret
    return None if secret is None else Webhooks(secret.get_secret_value())


def _tokens(settings: AuthSettings) -> Tokens:
    return Tokens(
        jwks_url=settings.jwks_url,
        issuer=settings.issuer,
        authorized_parties=settings.authorized_parties,
        leeway_seconds=settings.leeway_seconds,
    )
