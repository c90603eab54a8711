"""A server that dies is started again where it was; one that keeps dying ends everything with the reason."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis as Client

from backend.errors import Unavailable
from backend.local import supervision
from backend.local.installation import Installation
from backend.local.postgres import Postgres
from backend.local.processes import Command
from backend.local.redis import Redis
from backend.local.server import Server
from backend.local.supervision import Budget


@pytest.fixture
async def here(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


@pytest.fixture
async def redis(here: Installation) -> AsyncIterator[Redis]:
    server = Redis(here)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def postgres(here: Installation) -> AsyncIterator[Postgres]:
    server = Postgres(here, durable=False)
    await server.start()
    yield server
    await server.stop()


class Mayfly(Server):
    """Answers once and ends at once."""

    name = "mayfly"

    def command(self) -> Command:
        return Command((sys.executable, "-c", "raise SystemExit('no more daylight')"), self.log_file)

    async def answers(self) -> bool:
        return True


async def killed_and_restarted(server: Server) -> int:
    """Kill the server's process under supervision; the id of its successor."""
    assert server.child is not None
    restarted: asyncio.Queue[Server] = asyncio.Queue()
    watching = asyncio.create_task(supervision.watch([server], restarted.put_nowait))
    server.child.kill()
    async with asyncio.timeout(30):
        assert await restarted.get() is server
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    return server.child.pid


async def test_a_killed_redis_is_started_again_with_what_it_kept(redis: Redis) -> None:
    assert redis.child is not None
    pid, url = redis.child.pid, redis.url
    async with Client.from_url(url) as client:
        await client.set("key", "value")
    assert await killed_and_restarted(redis) != pid
    assert redis.url == url
    async with Client.from_url(url) as client:
        assert await client.get("key") == b"value"


async def test_a_killed_postgres_is_started_again_at_its_address(postgres: Postgres) -> None:
    assert postgres.child is not None
    pid, url = postgres.child.pid, postgres.url
    assert await killed_and_restarted(postgres) != pid
    assert postgres.url == url
    assert await postgres.answers()


async def test_a_server_that_keeps_dying_ends_the_watch_with_the_end_of_its_log(here: Installation) -> None:
    mayfly = Mayfly(here)
    await mayfly.start()
    restarts: list[Server] = []
    with pytest.raises(Unavailable, match=r"mayfly ended 3 times .* exit code 1: .*no more daylight"):
        await supervision.watch([mayfly], restarts.append, num_restarts=2)
    assert restarts == [mayfly, mayfly]


async def test_a_server_that_does_not_start_says_why(here: Installation) -> None:
    class Broken(Mayfly):
        num_tries = 1

        async def answers(self) -> bool:
            return False

    with pytest.raises(Unavailable, match="mayfly did not start: no more daylight"):
        await Broken(here).start()


def test_restarts_are_counted_within_the_window_only() -> None:
    budget = Budget(num_restarts=2, seconds=60)
    assert [budget.spend(at) for at in (0, 1, 2)] == [True, True, False]
    assert budget.spend(62.5)


def test_the_pause_grows_with_the_restarts_of_late() -> None:
    budget = Budget(num_restarts=5, seconds=60)
    pauses = []
    for at in range(3):
        budget.spend(at)
        pauses.append(round(budget.pause_seconds, 3))
    assert pauses == [0.0, 0.1, 0.3]


async def test_a_restart_that_fails_is_tried_again_within_the_budget(here: Installation) -> None:
    class Recovering(Mayfly):
        num_tries = 1
        num_starts = 0

        async def answers(self) -> bool:
            return self.num_starts != 2

        def command(self) -> Command:
            self.num_starts += 1
            return super().command()

    server = Recovering(here)
    await server.start()
    restarts: list[Server] = []
    with pytest.raises(Unavailable, match="mayfly ended 4 times"):
        await supervision.watch([server], restarts.append, num_restarts=3)
    assert (server.num_starts, len(restarts)) == (4, 2)
