"""How much memory a process and its children hold, sampled while something else goes on."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY_SECONDS = 0.1
MIB = 1024 * 1024


@dataclass
class Peak:
    """The most that was seen, in bytes: of the process itself, and of the largest of its children."""

    own: int = 0
    child: int = 0

    def look(self, pid: int) -> None:
        self.own = max(self.own, resident(pid))
        self.child = max([self.child, *map(resident, children(pid))])


@asynccontextmanager
async def watched(pid: int) -> AsyncIterator[Peak]:
    """The peaks of a process while the block runs."""
    peak = Peak()

    async def look_on() -> None:
        while True:
            peak.look(pid)
            await asyncio.sleep(_EVERY_SECONDS)

    task = asyncio.create_task(look_on())
    try:
        yield peak
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def resident(pid: int) -> int:
    """Bytes in memory; 0 for a process that has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), 0)


def children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(word) for word in file.read_text().split()]
    return found
