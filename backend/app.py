"""The API's ASGI door: opens the process's handles, serves GraphQL, and says whether it is well."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import uvicorn
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backend import api, health, logging, runtime, tracing, webhooks
from backend.document_store import DocumentStore
from backend.runtime import Runtime
from backend.schema.context import Handles, Limits
from backend.settings import Settings
from backend.throttle import Allowances
from backend.transport import persisted, playground
from backend.transport.caps import Caps
from backend.transport.execution import PlainFirst
from backend.transport.graphql import GraphQLApp, TransportLimits
from backend.transport.patience import PatientHttp
from backend.transport.peers import PingedSocket
from backend.transport.persisted import Documents
from backend.transport.till import Till

SOCKET_MESSAGE_BYTES = 256 * 1024
SHUTDOWN_SECONDS = 10
GRAPHQL = ("/graphql", "/graphql/")


def create_app(settings: Settings) -> "Application":
    """The application; it opens its handles when it starts and closes them when it stops."""
    door = Door()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        handles = await runtime.open(settings, role="api")
        app.state.runtime = handles
        door.graphql = graphql_of(handles)
        app.state.presence = door.graphql.senders.presence
        door.graphql.senders.presence.start()
        try:
            yield
        finally:
            await door.graphql.senders.presence.close()
            await handles.close()

    app = Application(title="Opentrace", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    cors: dict[str, Any] = {
        "allow_origins": settings.api.allowed_origins,
        "allow_methods": ("GET", "POST"),
        "allow_headers": ("Authorization", "Content-Type", "Last-Event-ID"),
        "expose_headers": ("Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"),
        "max_age": 3600,
    }
    app.add_middleware(CORSMiddleware, **cors)
    app.graphql = CORSMiddleware(door, **cors)
    app.include_router(health.router)
    app.include_router(webhooks.router)
    if settings.api.metrics:
        app.add_route("/metrics", health.metrics_page)
    if settings.api.playground:
        app.mount(playground.PATH, playground.files())
        app.add_route("/", to_playground)
    return app


class Application(FastAPI):
    """GraphQL stands before the routes: what goes around them costs a seventh of a page of objects."""

    graphql: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan" and scope["path"] in GRAPHQL:
            await self.graphql(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


async def to_playground(_: Request) -> RedirectResponse:
    """A browser that was given only the host finds the page."""
    return RedirectResponse("/graphql")


class Door:
    """GraphQL's place; it stands there before the handles are open."""

    graphql: GraphQLApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.graphql(scope, receive, send)


def graphql_of(opened: Runtime) -> GraphQLApp:
    """GraphQL on these handles, with the settings' limits as plain numbers."""
    settings = opened.settings
    handles = Handles(
        transactions=opened.transactions,
        storage=opened.storage,
        hub=opened.hub,
        models=opened.models,
        web=opened.web,
        database=opened.database,
        limits=Limits(
            presign_seconds=settings.storage.presign_seconds,
            max_upload_bytes=settings.storage.max_upload_bytes,
            part_threshold_bytes=settings.storage.part_threshold_bytes,
            part_bytes=settings.storage.part_bytes,
            **settings.limits.model_dump(),
            crawl_max_depth=settings.web.crawl_max_depth,
            crawl_max_pages=settings.web.crawl_max_pages,
            embedding_model=settings.models.embedding_model,
            embedding_dimensions=settings.models.embedding_dimensions,
        ),
    )
    limits = TransportLimits(
        max_body_bytes=settings.api.max_body_bytes,
        request_timeout_seconds=settings.api.request_timeout_seconds,
        socket_init_seconds=settings.api.socket_init_seconds,
        socket_max_age_seconds=settings.api.socket_max_age_seconds,
        keep_alive_seconds=settings.api.keep_alive_seconds,
        allowed_origins=settings.api.allowed_origins,
        playground=settings.api.playground,
    )
    PlainFirst.is_on = settings.api.compiled_selections
    caps = Caps(settings.api.connections_per_sender, settings.api.subscriptions_per_sender)
    manifest = persisted.read(settings.api.manifest_file, is_closed=settings.api.only_listed_operations)
    documents = Documents(DocumentStore(opened.redis), manifest)
    till = _till(opened)
    return api.graphql_app(handles, opened.tokens, till, caps, documents, limits)


def _till(opened: Runtime) -> Till:
    settings = opened.settings.api
    people = Allowances(
        opened.redis, "people", capacity=settings.budget_points, per_second=settings.points_per_second
    )
    addresses = Allowances(
        opened.redis,
        "addresses",
        capacity=settings.address_budget_points,
        per_second=settings.address_points_per_second,
    )
    return Till(settings.operation_points, people, addresses)


class Server(uvicorn.Server):
    """Told to end, it takes nothing new, sends away at once what would stay open, and waits for the rest."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        application = cast(Application, self.config.app)
        application.state.presence.dismiss()
        await asyncio.sleep(0)
        await super().shutdown(sockets)


def server(settings: Settings) -> Server:
    """A server for the application, not yet started."""
    return Server(
        uvicorn.Config(
            create_app(settings),
            host=settings.api.host,
            port=settings.api.port,
            http=PatientHttp,
            ws=PingedSocket,
            ws_ping_interval=settings.api.keep_alive_seconds,
            ws_ping_timeout=settings.api.keep_alive_seconds,
            ws_max_size=SOCKET_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            access_log=False,
            log_config=None,
            server_header=False,
        )
    )


def serve(settings: Settings) -> None:
    """Serve until a signal comes (`opentrace api`)."""
    logging.configure(settings.log_level)
    end_tracing = tracing.start(runtime.collector(settings.tracing), service="opentrace-api")
    try:
        server(settings).run()
    finally:
        end_tracing()
