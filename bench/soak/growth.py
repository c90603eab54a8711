"""Whether processes that are never killed keep their size: memory, open files, and connections."""

import asyncio
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from backend.local.server import Server
from bench.measure import tree_cpu_seconds
from bench.soak.cast import Cast

EVERY_SECONDS, COUNTED_EVERY = 2.0, 5
MIB = 1024.0**2
ROOM_MIB, ROOM_SHARE, ROOM_FILES = 32.0, 1.25, 12
ROOM_CONNECTIONS = 30
"""Pools grow to their peak, and begin anew when their server does."""


@dataclass(frozen=True)
class Size:
    at: float
    mib: float
    num_files: int


@dataclass
class Growth:
    """Samples of all processes of the product, and the CPU of everybody."""

    cast: Cast
    sizes: dict[str, list[Size]] = field(default_factory=lambda: defaultdict(list))
    connections: list[dict[str, int]] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    _before: dict[int, float] = field(default_factory=dict)

    async def sample(self) -> None:
        """Until cancelled."""
        for number in count():
            if number % COUNTED_EVERY == 0:
                with suppress(OSError, asyncpg.PostgresError, RedisError):
                    self.connections.append(await self._num_connections())
            for server in (*self.cast.elders, *self.cast.mortals):
                self._size(server)
                self._spent(server)
            for server in (self.cast.postgres, self.cast.redis, self.cast.swift, self.cast.models):
                self._spent(server)
            await asyncio.sleep(EVERY_SECONDS)

    async def _num_connections(self) -> dict[str, int]:
        """What the servers say they hold open for the product at this moment."""
        owner = await asyncpg.connect(self.cast.postgres.admin_url)
        rows = await owner.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'opentrace%'")
        await owner.close()
        async with Redis.from_url(self.cast.redis.url) as redis:
            clients = (await redis.info("clients"))["connected_clients"]
        return {"postgres": int(rows), "redis": int(clients)}

    def grown(self) -> list[str]:
        """Elders that are clearly larger at the end than they were once warm."""
        found = []
        for server in self.cast.elders:
            early, late = self._compare(server.name)
            if late.mib > early.mib * ROOM_SHARE + ROOM_MIB:
                found.append(f"{server.name}: {early.mib:.0f} MiB became {late.mib:.0f}")
            if late.num_files > early.num_files + ROOM_FILES:
                found.append(f"{server.name}: {early.num_files} open files became {late.num_files}")
        for name, (before, after) in self.held().items():
            if after > before + ROOM_CONNECTIONS:
                found.append(f"{name}: {before} connections became {after}")
        return found

    def held(self) -> dict[str, tuple[int, int]]:
        """Connections of each server, in the middle of the second fifth of the time and of the last one."""
        fifth = max(len(self.connections) // 5, 1)
        early, late = self.connections[fifth : 2 * fifth] or self.connections, self.connections[-fifth:]
        return {
            name: (int(median(each[name] for each in early)), int(median(each[name] for each in late)))
            for name in ("postgres", "redis")
        }

    def figures(self) -> dict[str, object]:
        ends = {server.name: self._compare(server.name) for server in self.cast.elders}
        return {
            name: {
                "MiB": [round(early.mib, 1), round(late.mib, 1)],
                "files": [early.num_files, late.num_files],
            }
            for name, (early, late) in ends.items()
        }

    def _compare(self, name: str) -> tuple[Size, Size]:
        """The middle of the second fifth, and of the last one."""
        sizes = self.sizes[name]
        fifth = max(len(sizes) // 5, 1)
        return _middle(sizes[fifth : 2 * fifth] or sizes), _middle(sizes[-fifth:])

    def _size(self, server: Server) -> None:
        child = server.child
        if child is None or child.exit_code is not None:
            return
        try:
            pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1])
            num_files = len(list(Path(f"/proc/{child.pid}/fd").iterdir()))
        except OSError:
            return
        self.sizes[server.name].append(Size(time.monotonic(), pages * 4096 / MIB, num_files))

    def _spent(self, server: Server) -> None:
        child = server.child
        if child is None or child.exit_code is not None:
            return
        try:
            now = tree_cpu_seconds(child.pid)
        except OSError:
            return
        self.cpu[server.name] += max(now - self._before.get(child.pid, 0.0), 0.0)
        self._before[child.pid] = now


def _middle(sizes: list[Size]) -> Size:
    return Size(
        sizes[0].at, median(each.mib for each in sizes), int(median(each.num_files for each in sizes))
    )
