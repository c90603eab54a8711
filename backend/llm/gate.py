"""When a model may be asked: the turns that calls wait for, and the pauses that providers ask for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import StrEnum
from time import monotonic
from typing import Protocol


class Call(StrEnum):
    """Kinds of calls that a provider counts apart."""

    CHAT = "chat"
    EMBEDDINGS = "embeddings"
    RERANK = "rerank"


class Gate(Protocol):
    """Who may call now. `is_urgent`: somebody waits for the answer, so there is little patience."""

    @property
    def is_urgent(self) -> bool: ...

    def turn(self, kind: str, /) -> AbstractAsyncContextManager[None]:
        """Wait for a turn, and hold it while the block runs; may raise Unavailable."""

    async def pause(self, kind: str, seconds: float, /) -> None:
        """No turn begins before so many seconds are over; this does not wait for it."""


class Alone:
    """Nobody else calls: there is no limit, and pauses hold for this process."""

    is_urgent = True

    def __init__(self) -> None:
        self._paused_until: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, kind: str, /) -> AsyncIterator[None]:
        left = self._paused_until.pop(kind, 0.0) - monotonic()
        if left > 0:
            await sleep(left)
        yield

    async def pause(self, kind: str, seconds: float, /) -> None:
        self._paused_until[kind] = monotonic() + seconds


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)
