"""The local Redis: it answers to its password and to nothing else."""

import pytest
from redis.asyncio import Redis as Client
from redis.exceptions import AuthenticationError

from backend.local.redis import Redis


async def test_it_keeps_what_it_is_given(redis_server: Redis) -> None:
    async with Client.from_url(redis_server.url) as client:
        await client.set("test_redis:key", "value")
        assert await client.get("test_redis:key") == b"value"


@pytest.mark.parametrize("credentials", ["", ":wrong@"])
async def test_no_password_or_a_wrong_one_is_refused(redis_server: Redis, credentials: str) -> None:
    async with Client.from_url(f"redis://{credentials}127.0.0.1:{redis_server.port}/0") as client:
        with pytest.raises(AuthenticationError):
            await client.ping()
