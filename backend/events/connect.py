"""The one place that says how this product speaks to Redis."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 3.0


def connect(url: str) -> Redis:
    """A client of its own pool; nothing is sent before the first command.

    RESP2 is pinned because the shapes of replies differ between protocols. A command on a connection that
    died is sent once more on a fresh one, so commands given to it must bear being repeated.
    """
    return Redis.from_url(
        url,
        protocol=2,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
