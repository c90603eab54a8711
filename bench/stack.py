"""Servers and processes of one run, in a folder that goes with it; the product runs as operators run it."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from backend.cli.client import Client
from backend.local import product
from backend.local.installation import PROJECT, Installation
from backend.local.issuer import Issuer
from backend.local.postgres import Postgres
from backend.local.processes import Command
from backend.local.redis import Redis
from backend.local.server import LOOPBACK, Server, free_port, get
from bench.measure import cpu_seconds, tree_cpu_seconds

TOKEN_SECONDS = 3600


class Module(Server):
    """One of our own `python -m …` servers, with its settings in the environment."""

    num_tries = 1

    def __init__(self, installation: Installation, module: str, path: str, env: dict[str, str]) -> None:
        super().__init__(installation)
        self.name = module
        self._path = path
        self._env = env

    def command(self) -> Command:
        env = {**self._env, "PORT": str(self.port)}
        return Command((sys.executable, "-m", self.name), self.log_file, env=env, cwd=PROJECT)

    async def answers(self) -> bool:
        return await get(f"{self.address}{self._path}") is not None


@dataclass
class Stack:
    """What runs now. Only the servers that the benchmarks touch: no object store and no real models."""

    installation: Installation
    env: dict[str, str]
    postgres: Postgres
    redis: Redis
    issuer: Issuer
    num_chunks: int
    """Of the benchmarks that fill chunk tables."""
    _started: list[Server] = field(default_factory=list)

    async def start(self, server: Server) -> None:
        """The second of a kind is called so."""
        num_alike = sum(each.name.partition(" ")[0] == server.name for each in self._started)
        server.name += f" {num_alike + 1}" if num_alike else ""
        self._started.append(server)
        await server.start()

    async def api(self, **settings: str) -> product.Api:
        """The API on a free port, ready to answer."""
        port = free_port()
        env = {**self.env, "OPENTRACE_API__PORT": str(port), **settings}
        api = product.Api(self.installation, port, env)
        await self.start(api)
        return api

    async def worker(self, queue: str, **settings: str) -> product.Worker:
        """A worker's process; it may need another moment until it hears the queue."""
        worker = product.Worker(self.installation, queue, {**self.env, **settings})
        await self.start(worker)
        return worker

    async def module(self, module: str, path: str, **env: str) -> Module:
        """A server of `bench` itself, once `path` answers."""
        server = Module(self.installation, module, path, {**self.env, **env})
        await self.start(server)
        return server

    def cpu_seconds(self) -> dict[str, float]:
        """CPU so far of all that runs, by name; ours, which plays the users, is `viewers`."""
        running = {server.name: server.child for server in self._started if server.child is not None}
        spent = {
            name: tree_cpu_seconds(child.pid) for name, child in running.items() if child.exit_code is None
        }
        return {**spent, "viewers": cpu_seconds(os.getpid())}

    def token(self) -> str:
        return self.issuer.issue(ttl_seconds=TOKEN_SECONDS)

    def client(self, api: product.Api) -> Client:
        return Client(api.address, self.token)

    async def owner(self) -> asyncpg.Connection:
        """A connection that sees all rows, for laying out data and reading clocks."""
        return await asyncpg.connect(self.postgres.url)

    async def stop(self) -> None:
        """End everything, last started first; servers at the end, since the product works on them."""
        for server in reversed(self._started):
            await server.stop()
        self._started.clear()


@asynccontextmanager
async def running(*, num_chunks: int = 100_000) -> AsyncIterator[Stack]:
    """A migrated database, Redis and an issuer, until the block ends."""
    with tempfile.TemporaryDirectory(prefix="opentrace-bench-") as folder:
        installation = Installation(Path(folder))
        postgres, redis, issuer = Postgres(installation), Redis(installation), Issuer(installation)
        stack = Stack(installation, {}, postgres, redis, issuer, num_chunks)
        try:
            await asyncio.gather(*(stack.start(server) for server in (postgres, redis, issuer)))
            await _keep_commit_times(postgres)
            stack.env |= settings(postgres, redis, issuer)
            await product.migrate(installation, stack.env)
            yield stack
        finally:
            await stack.stop()


async def _keep_commit_times(postgres: Postgres) -> None:
    """Lets a benchmark ask when exactly a row was committed."""
    connection = await asyncpg.connect(postgres.admin_url)
    await connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    await connection.close()
    await postgres.stop()
    await postgres.start()


def settings(postgres: Postgres, redis: Redis, issuer: Issuer) -> dict[str, str]:
    """The product's settings; the object store and the models are names that nothing asks for."""
    nowhere = f"http://{LOOPBACK}:9"
    return {
        # One person asks for more here in a second than people do in an hour: the machine is the limit.
        "OPENTRACE_API__BUDGET_POINTS": "1000000000",
        "OPENTRACE_API__POINTS_PER_SECOND": "1000000",
        "OPENTRACE_API__CONNECTIONS_PER_SENDER": "100000",
        "OPENTRACE_API__SUBSCRIPTIONS_PER_SENDER": "100000",
        "OPENTRACE_DATABASE__URL": postgres.url,
        "OPENTRACE_DATABASE__API_URL": postgres.api_url,
        "OPENTRACE_REDIS__URL": redis.url,
        "OPENTRACE_STORAGE__ENDPOINT_URL": nowhere,
        "OPENTRACE_STORAGE__BUCKET": "bench",
        "OPENTRACE_STORAGE__ACCESS_KEY": "bench",
        "OPENTRACE_STORAGE__SECRET_KEY": "bench",
        "OPENTRACE_MODELS__BASE_URL": f"{nowhere}/v1",
        "OPENTRACE_MODELS__API_KEY": "bench",
        "OPENTRACE_MODELS__EMBEDDING_DIMENSIONS": "384",
        "OPENTRACE_AUTH__JWKS_URL": issuer.jwks_url,
        "OPENTRACE_AUTH__ISSUER": issuer.issuer,
    }
