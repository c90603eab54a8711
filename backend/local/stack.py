"""The whole zero-key stack: servers first, side by side, then the product that is told where they are."""

import asyncio
import json
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from backend.errors import Conflict, Invalid, Unavailable
from backend.local import product, supervision
from backend.local.client.server import Client
from backend.local.installation import Installation, Part, State
from backend.local.issuer import Issuer
from backend.local.model_server import (
    CHAT_MODEL,
    EMBEDDING_DIMENSIONS,
    EMBEDDING_MODEL,
    EMBEDDING_MODELS,
    RERANK_MODEL,
    ModelServer,
)
from backend.local.postgres import Postgres
from backend.local.redis import Redis
from backend.local.server import LOOPBACK, Server
from backend.local.swift.server import Swift


@dataclass(frozen=True)
class Progress:
    """One line of what happens; `seconds` is how long it took to get there."""

    name: str
    state: Literal["starting", "ready", "failed", "restarted", "stopped"]
    detail: str = ""
    seconds: float = 0.0


Report = Callable[[Progress], None]


@dataclass(frozen=True)
class Options:
    """What may differ from one start to another. `with_product=False` starts the servers alone,
    `with_client=False` all but the client."""

    api_port: int = 8000
    client_port: int = 3000
    with_product: bool = True
    with_client: bool = True

    @classmethod
    def from_environment(cls) -> "Options":
        """The ports of `OPENTRACE_API__PORT` and `OPENTRACE_CLIENT__PORT` where they are set.

        Raises Invalid when one of them is no port.
        """
        return cls(
            api_port=_port("OPENTRACE_API__PORT", default=8000),
            client_port=_port("OPENTRACE_CLIENT__PORT", default=3000),
        )

    @property
    def client_origins(self) -> tuple[str, ...]:
        return _origins(self.client_port)


class Stack:
    """All parts of one installation. Whoever starts it holds the installation's lock and stops it."""

    def __init__(self, installation: Installation, options: Options, report: Report) -> None:
        self.installation = installation
        self.options = options
        self._report = report
        self.postgres = Postgres(installation)
        self.redis = Redis(installation)
        self.swift = Swift(installation, allowed_origins=options.client_origins)
        self.issuer = Issuer(installation, allowed_origins=options.client_origins)
        self.models = ModelServer(installation)
        self._started: list[Server] = []

    async def start(self) -> dict[str, str]:
        """Start everything; the settings under which the product runs.

        Raises Conflict when the API's port is taken, Unavailable when a part does not start; what had
        started by then is for `stop` to end.
        """
        if self.options.with_product:
            product.check_port(self.options.api_port)
        await self._together([self.postgres, self.redis, self.swift, self.issuer, self.models])
        env = self.environment()
        self.installation.write_env(env)
        if self.options.with_product:
            await self._start_product(env)
            if self.options.with_client:
                await self._start_client()
        return env

    async def watch(self) -> None:
        """Restart what dies, until cancelled. Raises Unavailable when something cannot be kept running."""
        await supervision.watch(tuple(self._started), self._restarted)

    async def stop(self) -> None:
        """End all parts: the product first, then the servers it works on."""
        servers = {self.postgres, self.redis, self.swift, self.issuer, self.models}
        for server in [part for part in reversed(self._started) if part not in servers]:
            await self._stop(server)
        await asyncio.gather(*(self._stop(part) for part in self._started if part in servers))

    def environment(self) -> dict[str, str]:
        """The product's settings: where the started servers are and how to sign in to them."""
        origins = self.options.client_origins + _origins(self.options.api_port)
        return {
            "OPENTRACE_DATABASE__URL": self.postgres.url,
            "OPENTRACE_DATABASE__API_URL": self.postgres.api_url,
            "OPENTRACE_REDIS__URL": self.redis.url,
            "OPENTRACE_STORAGE__ENDPOINT_URL": self.swift.endpoint_url,
            "OPENTRACE_STORAGE__REGION": self.swift.region,
            "OPENTRACE_STORAGE__BUCKET": self.swift.bucket,
            "OPENTRACE_STORAGE__ACCESS_KEY": self.swift.access_key,
            "OPENTRACE_STORAGE__SECRET_KEY": self.swift.secret_key,
            "OPENTRACE_MODELS__BASE_URL": self.models.base_url,
            "OPENTRACE_MODELS__API_KEY": self.models.api_key,
            "OPENTRACE_MODELS__CHAT_MODEL": CHAT_MODEL,
            "OPENTRACE_MODELS__GUARDRAIL_MODEL": CHAT_MODEL,
            "OPENTRACE_MODELS__RERANK_URL": f"{self.models.base_url}/rerank",
            "OPENTRACE_MODELS__RERANK_MODEL": RERANK_MODEL,
            "OPENTRACE_MODELS__EMBEDDING_MODEL": EMBEDDING_MODEL,
            "OPENTRACE_MODELS__EMBEDDING_DIMENSIONS": str(EMBEDDING_DIMENSIONS),
            "OPENTRACE_MODELS__EMBEDDING_MODELS": json.dumps(EMBEDDING_MODELS),
            # The local model embeds some twenty chunks a second: small batches keep the progress moving.
            "OPENTRACE_INGESTION__EMBED_BATCH_INPUTS": "16",
            "OPENTRACE_WEB__TAVILY_API_KEY": self.models.api_key,
            "OPENTRACE_WEB__TAVILY_BASE_URL": self.models.tavily_url,
            "OPENTRACE_AUTH__JWKS_URL": self.issuer.jwks_url,
            "OPENTRACE_AUTH__ISSUER": self.issuer.issuer,
            "OPENTRACE_API__PORT": str(self.options.api_port),
            "OPENTRACE_API__PLAYGROUND": "true",
            "OPENTRACE_API__ALLOWED_ORIGINS": json.dumps(origins),
        }

    async def _start_product(self, env: dict[str, str]) -> None:
        await self._reported("migrations", product.migrate(self.installation, env), lambda: "")
        workers = [product.Worker(self.installation, queue, env) for queue in product.WORKERS]
        await self._together([product.Api(self.installation, self.options.api_port, env), *workers])

    async def _start_client(self) -> None:
        """The client, or a line that says why there is none: everything else works without it."""
        places = {
            "OPENTRACE_CLIENT__API_URL": f"http://{LOOPBACK}:{self.options.api_port}",
            "OPENTRACE_CLIENT__ISSUER_URL": self.issuer.address,
            "OPENTRACE_CLIENT__STORAGE_ORIGINS": self.swift.endpoint_url,
        }
        building = Progress("client", "starting", "is being built, once: this takes a minute or two")
        client = Client(self.installation, self.options.client_port, places, lambda: self._report(building))
        with suppress(Conflict, Unavailable):
            await self._start(client)
            self._started.append(client)
            self._write_state()

    async def _together(self, servers: Sequence[Server]) -> None:
        """Start side by side; when one fails, the others still come to rest before its error is raised."""
        self._started += servers
        results = await asyncio.gather(*map(self._start, servers), return_exceptions=True)
        self._write_state()
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _start(self, server: Server) -> None:
        await self._reported(server.name, server.start(), lambda: server.address)

    async def _reported(self, name: str, work: Awaitable[None], detail: Callable[[], str]) -> None:
        began = time.monotonic()
        self._report(Progress(name, "starting"))
        try:
            await work
        except Exception as error:
            self._report(Progress(name, "failed", str(error), time.monotonic() - began))
            raise
        self._report(Progress(name, "ready", detail(), time.monotonic() - began))

    async def _stop(self, server: Server) -> None:
        began = time.monotonic()
        await server.stop()
        self._report(Progress(server.name, "stopped", "", time.monotonic() - began))

    def _restarted(self, server: Server) -> None:
        self._report(Progress(server.name, "restarted", server.address))
        self._write_state()

    def _write_state(self) -> None:
        parts = (
            Part(server.name, server.child.pid, server.address) for server in self._started if server.child
        )
        self.installation.write_state(State(os.getpid(), tuple(parts)))


def _port(variable: str, *, default: int) -> int:
    value = os.environ.get(variable, str(default))
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise Invalid(f"{variable} is {value!r}, which is no port: set a number from 1 to 65535.")
    return int(value)


def _origins(port: int) -> tuple[str, ...]:
    return (f"http://localhost:{port}", f"http://127.0.0.1:{port}")
