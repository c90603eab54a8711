"""One Redis database for each test, with a publisher and a hub on it."""

import sys
from collections.abc import AsyncIterator, Callable

import pytest
from redis.asyncio import Redis

from backend.events import Hub, Publisher, connect


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def publisher(redis: Redis) -> Publisher:
    return Publisher(redis)


@pytest.fixture
async def hub(redis: Redis) -> AsyncIterator[Hub]:
    hub = Hub(redis)
    hub.start()
    yield hub
    await hub.close()


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Shorten the pauses of a module of the package: `hurry("follow", BEHIND_SECONDS=0.05)`."""

    def shorten(module: str, **pauses: float) -> None:
        # The package's function `follow` hides the module of its name.
        for name, seconds in pauses.items():
            monkeypatch.setattr(sys.modules[f"backend.events.{module}"], name, seconds)

    return shorten
