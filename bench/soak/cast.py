"""Who plays: two APIs and two workers of each kind, one of which always lives, and their own servers."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.local import installation as installations
from backend.local import product
from backend.local.installation import Installation
from backend.local.issuer import Issuer
from backend.local.model_server import CHAT_MODEL, EMBEDDING_DIMENSIONS, EMBEDDING_MODEL, ModelServer
from backend.local.postgres import Postgres
from backend.local.redis import Redis
from backend.local.server import Server, free_port
from backend.local.swift.server import Swift
from bench.soak.gate import Gate

WORK = {
    "OPENTRACE_WORK__LEASE_SECONDS": "6",
    "OPENTRACE_WORK__RENEW_SECONDS": "2",
    "OPENTRACE_WORK__SWEEP_SECONDS": "1",
    "OPENTRACE_WORK__MAX_TRIES": "50",
    "OPENTRACE_INGESTION__EMBED_BATCH_INPUTS": "8",
}
"""Short leases, so that what was killed is taken over while the soak still looks."""


@dataclass
class Cast:
    """`elders` are never killed, so that their growth can be seen; each of the `mortals` often is."""

    folder: Path
    env: dict[str, str]
    postgres: Postgres
    redis: Redis
    swift: Swift
    gate: Gate
    models: ModelServer
    issuer: Issuer
    elders: list[Server]
    mortals: list[Server]

    @property
    def apis(self) -> list[str]:
        """Addresses of both, the elder first."""
        return [each.address for each in (*self.elders, *self.mortals) if isinstance(each, product.Api)]

    async def control(self, **order: object) -> None:
        """Make the models fail, or stop failing, as ordered."""
        async with httpx.AsyncClient(trust_env=False) as http:
            (await http.post(f"{self.models.address}/control", json=order)).raise_for_status()

    async def kill(self, server: Server) -> None:
        """kill -9, and start it again."""
        assert server.child is not None, "it was started"
        server.child.kill()
        await server.child.wait()
        await server.start()


@asynccontextmanager
async def cast() -> AsyncIterator[Cast]:
    """Everything runs, until the block ends."""
    kept = installations.find().folder
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="opentrace-soak-")))
        installation = Installation(folder)
        postgres, redis, issuer = Postgres(installation), Redis(installation), Issuer(installation)
        swift = Swift(installation, packages_folder=kept / "swift-venv")
        models = ModelServer(installation, data_folder=kept / "models")
        for server in (postgres, redis, issuer, swift, models):
            stack.push_async_callback(server.stop)
            await server.start()
        gate = Gate(swift.port)
        await gate.open()
        stack.callback(gate.close)
        played = Cast(folder, {}, postgres, redis, swift, gate, models, issuer, [], [])
        played.env |= _settings(played)
        await product.migrate(installation, played.env)
        for troop, name in ((played.elders, "elder"), (played.mortals, "mortal")):
            for each in _product(installation, played.env, name):
                stack.push_async_callback(each.stop)
                await each.start()
                troop.append(each)
        yield played


def _product(installation: Installation, env: dict[str, str], name: str) -> list[Server]:
    port = free_port()
    api = product.Api(installation, port, {**env, "OPENTRACE_API__PORT": str(port)})
    servers = [api, *(product.Worker(installation, queue, env) for queue in product.WORKERS)]
    for each in servers:
        each.name = f"{each.name} ({name})"
    return [*servers]


def _settings(cast: Cast) -> dict[str, str]:
    return {
        "OPENTRACE_DATABASE__URL": cast.postgres.url,
        "OPENTRACE_DATABASE__API_URL": cast.postgres.api_url,
        "OPENTRACE_REDIS__URL": cast.redis.url,
        "OPENTRACE_STORAGE__ENDPOINT_URL": cast.gate.address,
        "OPENTRACE_STORAGE__BUCKET": cast.swift.bucket,
        "OPENTRACE_STORAGE__ACCESS_KEY": cast.swift.access_key,
        "OPENTRACE_STORAGE__SECRET_KEY": cast.swift.secret_key,
        "OPENTRACE_MODELS__BASE_URL": cast.models.base_url,
        "OPENTRACE_MODELS__API_KEY": cast.models.api_key,
        "OPENTRACE_MODELS__CHAT_MODEL": CHAT_MODEL,
        "OPENTRACE_MODELS__GUARDRAIL_MODEL": CHAT_MODEL,
        "OPENTRACE_MODELS__EMBEDDING_MODEL": EMBEDDING_MODEL,
        "OPENTRACE_MODELS__EMBEDDING_DIMENSIONS": str(EMBEDDING_DIMENSIONS),
        "OPENTRACE_AUTH__JWKS_URL": cast.issuer.jwks_url,
        "OPENTRACE_AUTH__ISSUER": cast.issuer.issuer,
        **WORK,
    }
