"""The client's own server: Node runs what was built, on the client's port."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from backend.local import product
from backend.local.client import build
from backend.local.installation import Installation
from backend.local.processes import Command
from backend.local.server import LOOPBACK, Server, get


class Client(Server):
    """Serves the client's pages; `places` are its settings, read when it starts and not when it is built.

    `on_build` is called when it has to be built first, which takes a minute or two.
    """

    name = "client"
    num_tries = 1

    def __init__(
        self,
        installation: Installation,
        port: int,
        places: Mapping[str, str],
        on_build: Callable[[], None],
    ) -> None:
        super().__init__(installation)
        self.port = port
        self._places = places
        self._on_build = on_build
        self._folder = Path()

    async def prepare(self) -> None:
        if self.child is None:
            product.check_port(self.port, name="client")
        await build.node()
        self._folder = await build.built(self.installation.log("client-build"), self._on_build)

    def take_ports(self) -> None:
        """Its port is a setting."""

    def command(self) -> Command:
        env = {
            **self._places,
            **build.ENV,
            "NODE_ENV": "production",
            "HOSTNAME": LOOPBACK,
            "PORT": str(self.port),
        }
        program = shutil.which("node") or "node"
        return Command((program, "server.js"), self.log_file, env=env, cwd=self._folder)

    async def answers(self) -> bool:
        return await get(f"{self.address}/healthz") is not None
