"""Interleaved measurement: the two sides take turns, so that a machine whose speed drifts tilts neither."""

import os
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Request = Callable[[], Awaitable[object]]
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """CPU time of a process so far in seconds: by the nanosecond where the kernel keeps it, else by ticks."""
    try:
        spent = [int(file.read_text().split()[0]) for file in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    except OSError:
        spent = []
    if any(spent):
        return sum(spent) / 1e9
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def tree_cpu_seconds(pid: int) -> float:
    """CPU time so far of a process and all that live below it, such as a database's."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(child) for child in children.read_text().split()] if children.exists() else []
    return cpu_seconds(pid) + sum(map(tree_cpu_seconds, below))


@dataclass
class Side:
    """One of the compared servers: what one request is, and the process that pays for it."""

    name: str
    request: Request
    pid: int
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def block(self, num_requests: int) -> None:
        """Send requests one after another; note each latency and the block's CPU per request."""
        before = cpu_seconds(self.pid)
        for _ in range(num_requests):
            start = time.perf_counter()
            await self.request()
            self.wall.append(time.perf_counter() - start)
        self.cpu.append((cpu_seconds(self.pid) - before) / num_requests)

    @property
    def p50(self) -> float:
        return statistics.median(self.wall)

    @property
    def cpu_per_request(self) -> float:
        return statistics.median(self.cpu)


async def interleave(sides: Sequence[Side], *, num_blocks: int, num_requests: int) -> None:
    """Warm each side up with two blocks that do not count, then let them take turns."""
    for side in sides:
        await side.block(num_requests)
        await side.block(num_requests)
        side.wall.clear()
        side.cpu.clear()
    for _ in range(num_blocks):
        for side in sides:
            await side.block(num_requests)


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` of the values lie, by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
