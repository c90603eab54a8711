"""What every local server does alike: take a free port, start, prove that it answers, stop, start again."""

import asyncio
import socket
from abc import ABC, abstractmethod
from pathlib import Path

import httpx
import structlog

from backend.errors import Unavailable
from backend.local import processes
from backend.local.installation import Installation
from backend.local.processes import Child, Command

log = structlog.get_logger()

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A loopback port that nobody listens on; somebody else may still take it first."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


async def get(url: str) -> httpx.Response | None:
    """The answer of a server of ours when it is a good one, else None."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            reply = await client.get(url)
    except httpx.HTTPError:
        return None
    return reply if reply.status_code == 200 else None


class Server(ABC):
    """A child process that serves on loopback; its ports are chosen at the first start and kept."""

    name: str
    start_seconds = 30.0
    num_tries = 3

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.child: Child | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """Where it answers, without a password."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.installation.log(self.name)

    async def start(self) -> None:
        """Start it, or start it again after it died; returns when it answers.

        Raises Unavailable with the end of its log when it does not.
        """
        await self.prepare()
        is_first = self.port == 0
        for attempt in range(1, self.num_tries + 1):
            if is_first:
                self.take_ports()
            try:
                await self._start_once()
                break
            except Unavailable:
                # On a first start somebody else may have taken the port; on a later one the
                # predecessor's last processes may still be letting go of it.
                await self.stop()
                if attempt == self.num_tries:
                    raise
                await asyncio.sleep(0.3 * attempt)
        await self.settle()

    async def stop(self) -> None:
        if self.child is not None:
            await self.child.stop()

    async def prepare(self) -> None:  # noqa: B027 - most servers need nothing
        """Lay out what the server needs before its first start; does nothing when it is there."""

    def take_ports(self) -> None:
        self.port = free_port()

    @abstractmethod
    def command(self) -> Command: ...

    @abstractmethod
    async def answers(self) -> bool:
        """Whether our own child, and not somebody else on its port, serves already."""

    async def settle(self) -> None:  # noqa: B027 - most servers need nothing
        """Make what clients expect to find (databases, buckets); does nothing when it is there."""

    async def _start_once(self) -> None:
        log_began = self.log_file.stat().st_size if self.log_file.exists() else 0
        self.child = await processes.spawn(self.command())
        deadline = asyncio.get_running_loop().time() + self.start_seconds
        while self.child.exit_code is None:
            if await self.answers():
                log.info("server.started", server=self.name, pid=self.child.pid, port=self.port)
                return
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(0.05)
        said = processes.tail(self.log_file, after=log_began) or "it wrote no log"
        raise Unavailable(f"{self.name} did not start: {said}")
