"""One Redis database for each test, with a publisher and a hub on it."""

import sys
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from backend.events import Hub, Publisher, connect
from tests.events.story import Reader, Story


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
def story(publisher: Publisher) -> Story:
    return Story(f"message:{uuid4()}", publisher)


@pytest.fixture
def reader(hub: Hub, story: Story) -> Reader:
    return Reader(hub, story)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Shorten the pauses of a module of the package: `hurry("follow", BEHIND_SECONDS=0.05)`."""

    def shorten(module: str, **pauses: float) -> None:
        # The package's function `follow` hides the module of its name.
        for name, seconds in pauses.items():
            monkeypatch.setattr(sys.modules[f"backend.events.{module}"], name, seconds)

    return shorten
