"""Waiting for a condition with a deadline, and looking at processes from outside."""

import asyncio
from collections.abc import Callable
from pathlib import Path


async def until(condition: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Return as soon as the condition holds; raises TimeoutError when it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - other processes set no event
            await asyncio.sleep(0.05)


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process that works in the folder or was told of it: its id and its name."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = str(folder).encode() in (process / "environ").read_bytes()
            works_there = (process / "cwd").readlink().is_relative_to(folder)
            name = (process / "comm").read_text().strip()
        except OSError:
            continue
        if told or works_there:
            found[int(process.name)] = name
    return found
