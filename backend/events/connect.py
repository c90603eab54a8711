"""The one place that says how this product speaks to Redis."""

import asyncio
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0
MAX_CONNECTIONS = 32
QUEUE_SECONDS = 10.0
"""How long a command waits for one of them: thousands of followers may come back at the same time."""


def connect(url: str) -> Redis:
    """A client of its own pool; nothing is sent before the first command.

    RESP2 is pinned because the shapes of replies differ between protocols. A command on a connection that
    died is sent once more on a fresh one, so commands given to it must bear being repeated.
    """
    pool: Any = BlockingConnectionPool.from_url(
        url,
        protocol=2,
        max_connections=MAX_CONNECTIONS,
        timeout=QUEUE_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
    pool.connection_class = letting_go(pool.connection_class)
    return Redis.from_pool(pool)


def letting_go(connection_class: type[Any]) -> type[Any]:
    """The class of connections, but a task that is cancelled while it sends is cancelled.

    The client waits with `asyncio.wait_for`, which before Python 3.12 forgets a cancellation that comes
    together with the result: the task would go on, and a follower that was told to end would wait for ever.
    """

    class LettingGo(connection_class):  # type: ignore[misc] # a class that is only known when it runs
        async def send_packed_command(self, *args: Any, **kwargs: Any) -> None:
            task = asyncio.current_task()
            num_before = task.cancelling() if task else 0
            await super().send_packed_command(*args, **kwargs)
            if task and task.cancelling() > num_before:
                await self.disconnect(nowait=True)
                raise asyncio.CancelledError

    return LettingGo
