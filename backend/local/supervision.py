"""Keeps servers running: one that dies is started again, one that keeps dying ends the whole stack."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from backend.errors import Unavailable
from backend.local import processes
from backend.local.server import Server

log = structlog.get_logger()

Restarted = Callable[[Server], None]


@dataclass
class Budget:
    """So many restarts within so many seconds; a server that needs more will not be mended by another."""

    num_restarts: int = 5
    seconds: float = 60.0
    _at: deque[float] = field(default_factory=deque)

    def spend(self, now: float) -> bool:
        """Whether one more restart is allowed now."""
        while self._at and self._at[0] <= now - self.seconds:
            self._at.popleft()
        self._at.append(now)
        return len(self._at) <= self.num_restarts

    @property
    def pause_seconds(self) -> float:
        """How long to wait before the restart just paid for: longer the more there were lately."""
        return 0.1 * (2.0 ** (len(self._at) - 1) - 1)


async def watch(servers: Sequence[Server], on_restart: Restarted, *, num_restarts: int = 5) -> None:
    """Keep the servers running until cancelled.

    Raises Unavailable with the reason as soon as one of them cannot be kept running.
    """
    keepers = [
        asyncio.create_task(_keep(server, Budget(num_restarts), on_restart), name=server.name)
        for server in servers
    ]
    try:
        await asyncio.gather(*keepers)
    finally:
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)


async def _keep(server: Server, budget: Budget, on_restart: Restarted) -> None:
    while server.child is not None:
        code = await server.child.wait()
        log.warning("server.ended", server=server.name, exit_code=code)
        # What it leaves behind (pool processes) must not work beside its successor.
        server.child.kill()
        if not budget.spend(asyncio.get_running_loop().time()):
            raise Unavailable(
                f"{server.name} ended {budget.num_restarts + 1} times within {budget.seconds:.0f} seconds, "
                f"last with exit code {code}: {processes.tail(server.log_file)}"
            )
        await asyncio.sleep(budget.pause_seconds)
        try:
            await server.start()
        except Unavailable as error:
            # Its child has ended again, so the next round counts it and tries once more.
            log.warning("server.restart_failed", server=server.name, reason=error.message)
            continue
        on_restart(server)
