"""Asking a Redis that may be away: it is done without for a while, and nobody waits for it long."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from redis.exceptions import RedisError

log = structlog.get_logger()

Value = TypeVar("Value")

ANSWER_SECONDS = 1.0
"""How long a Redis that hangs may hold up a call, once in `AWAY_SECONDS`."""
AWAY_SECONDS = 5.0


class Reach:
    """Remembers that Redis did not answer; `event` is what is logged then."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._away_until = float("-inf")

    async def ask(self, command: Callable[[], Awaitable[Value]]) -> Value | None:
        """What Redis says; None, and never an error, while it does not answer."""
        clock = asyncio.get_running_loop().time
        if clock() < self._away_until:
            return None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await command()
        except (RedisError, OSError, TimeoutError) as error:
            self._away_until = clock() + AWAY_SECONDS
            log.warning(self._event, seconds=AWAY_SECONDS, reason=repr(error))
            return None
