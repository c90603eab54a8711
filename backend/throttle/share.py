"""What all processes know together of one kind of call: kept in Redis, done without while it is away."""

from dataclasses import dataclass

from redis.asyncio import Redis

from backend.reach import Reach
from backend.throttle import scripts

HELD_SECONDS = 15.0
"""When the place of a process that was killed is free again; whoever lives renews it."""
ALIVE_SECONDS = 2.0
"""How long a waiting process that asks no more is believed to wait."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Let in, or paused for `pause_seconds`, or the `place`-th to be let in."""

    is_in: bool
    pause_seconds: float = 0.0
    place: int = 0


class Share:
    """Redis' part of the throttle; its methods return None, and never fail, when Redis does not answer."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        # Braces: a cluster keeps what is in one script on one server.
        self._keys = [f"opentrace:throttle:{{{name}}}:{part}" for part in ("pause", "held", "queue", "alive")]
        self._enter, self._keep, self._pause = (
            redis.register_script(script) for script in (scripts.ENTER, scripts.KEEP, scripts.PAUSE)
        )
        self._reach = Reach("throttle.alone")

    async def enter(self, token: str, *, cap: int, rank: int) -> Reply | None:
        """Ask for a place; asking again with the same token keeps the turn in the queue."""
        arguments: list[str | int] = [token, cap, rank, _ms(HELD_SECONDS), _ms(ALIVE_SECONDS)]
        answer: list[int] | None = await self._reach.ask(lambda: self._enter(keys=self._keys, args=arguments))
        return None if answer is None else Reply(answer[0] == 1, answer[1] / 1000, answer[2])

    async def keep(self, token: str) -> None:
        await self._reach.ask(lambda: self._keep(keys=[self._keys[1]], args=[token, _ms(HELD_SECONDS)]))

    async def leave(self, token: str) -> None:
        """Give the place back."""
        await self._reach.ask(lambda: self._redis.zrem(self._keys[1], token))

    async def leave_queue(self, token: str) -> None:
        """Wait no longer; a place that was given in this moment goes back as well."""
        pipeline = self._redis.pipeline(transaction=False)
        for key in self._keys[1:]:
            pipeline.zrem(key, token)
        await self._reach.ask(pipeline.execute)

    async def pause(self, seconds: float) -> None:
        await self._reach.ask(lambda: self._pause(keys=[self._keys[0]], args=[_ms(seconds)]))


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1000))
