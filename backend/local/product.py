"""The product's own processes, started as any operator would: by command, with settings in the env."""

import asyncio
import os
import socket
import sys
from collections.abc import Mapping

from backend.errors import Conflict, Unavailable
from backend.local.installation import PROJECT, Installation
from backend.local.processes import Command, tail
from backend.local.server import LOOPBACK, Server, get

WORKERS = ("ingestion", "answers")


class Process(Server):
    """One `opentrace …` command that runs until it is stopped."""

    num_tries = 1
    start_seconds = 60.0

    def __init__(self, installation: Installation, words: tuple[str, ...], env: Mapping[str, str]) -> None:
        super().__init__(installation)
        self.name = "-".join(words)
        self._words = words
        self._env = env

    def take_ports(self) -> None:
        """Its addresses are settings."""

    def command(self) -> Command:
        return Command(_argv(*self._words), self.log_file, env=self._env, cwd=PROJECT)


class Worker(Process):
    """Takes jobs from a queue. It has no address to ask, so it counts as started when its process is."""

    def __init__(self, installation: Installation, queue: str, env: Mapping[str, str]) -> None:
        super().__init__(installation, ("worker", queue), env)

    @property
    def address(self) -> str:
        return f"queue {self._words[-1]}"

    async def answers(self) -> bool:
        return True


class Api(Process):
    """Serves GraphQL on the port of the settings."""

    def __init__(self, installation: Installation, port: int, env: Mapping[str, str]) -> None:
        super().__init__(installation, ("api",), env)
        self.port = port

    async def answers(self) -> bool:
        return await get(f"{self.address}/healthz") is not None


async def migrate(installation: Installation, env: Mapping[str, str]) -> None:
    """Bring the database up to date. Raises Unavailable with the end of the log when that fails."""
    log_file = installation.log("migrate")
    log_began = log_file.stat().st_size if log_file.exists() else 0
    with log_file.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *_argv("migrate"), stdout=output, stderr=output, env={**os.environ, **env}, cwd=PROJECT
        )
        code = await process.wait()
    if code != 0:
        raise Unavailable(f"The database could not be brought up to date: {tail(log_file, after=log_began)}")


def check_port(port: int, *, name: str = "API") -> None:
    """Raises Conflict when another program listens on the API's or client's port, or this user may not."""
    if not is_free(port):
        raise Conflict(
            f"Port {port} is taken by another program. Stop it, or set another one for the {name} with "
            f"OPENTRACE_{name.upper()}__PORT={port + 1}.",
            code="PORT_TAKEN",
        )


def is_free(port: int) -> bool:
    """Whether nobody listens on the port. Raises Conflict when this user may not listen on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except PermissionError:
            raise Conflict(
                f"Only root may listen on port {port}. Set one above 1023.", code="PORT_REFUSED"
            ) from None
        except OSError:
            return False
        return True


def _argv(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "backend.cli", *words)
