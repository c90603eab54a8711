"""What happens to the servers: a shuffled deck of blows, again and again, with some seconds in between."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random

import structlog

from bench.soak.cast import Cast

log = structlog.get_logger()

CALM_SECONDS = (3.0, 8.0)
TROUBLE_SECONDS = (2.0, 6.0)
SLOW_SECONDS = 0.7

Blow = Callable[[], Awaitable[None]]


@dataclass
class Fate:
    """Deals the blows; the seed decides their order, and how long each lasts."""

    cast: Cast
    random: Random
    dealt: Counter[str] = field(default_factory=Counter)

    async def deal(self, until: float) -> None:
        """Until the monotonic clock says so; no trouble is left behind."""
        blows = self._blows()
        while time.monotonic() < until:
            for name in self.random.sample(sorted(blows), k=len(blows)):
                await asyncio.sleep(self.random.uniform(*CALM_SECONDS))
                if time.monotonic() >= until:
                    return
                await blows[name]()
                self.dealt[name] += 1
                log.info("soak.blow", blow=name)

    def _blows(self) -> dict[str, Blow]:
        cast = self.cast
        kills: dict[str, Blow] = {
            f"kill -9 {each.name.removesuffix(' (mortal)')}": partial(cast.kill, each)
            for each in cast.mortals
        }
        return {
            **kills,
            "kill -9 redis": lambda: cast.kill(cast.redis),
            "kill -9 postgres": lambda: cast.kill(cast.postgres),
            "slow object store": self._slow_store,
            "models: 429": lambda: self._models(mode="429", retry_after=1),
            "models: 500": lambda: self._models(mode="500"),
            "models: garbage": lambda: self._models(mode="garbage"),
            "models: dropped connections": lambda: self._models(mode="drop"),
        }

    async def _models(self, **order: object) -> None:
        async with self._trouble():
            await self.cast.control(**order)
        await self.cast.control(mode="ok")

    async def _slow_store(self) -> None:
        self.cast.gate.delay_seconds = SLOW_SECONDS
        async with self._trouble():
            pass
        self.cast.gate.delay_seconds = 0.0

    @asynccontextmanager
    async def _trouble(self) -> AsyncIterator[None]:
        yield
        await asyncio.sleep(self.random.uniform(*TROUBLE_SECONDS))
