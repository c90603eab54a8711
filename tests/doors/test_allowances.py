"""What senders may spend, over a real Redis: shared by processes, filled by time, open when Redis is away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from backend import events
from backend.throttle import Allowances, allowances

Make = Callable[..., Allowances]
SLOW = 1e-6
"""Points in a second: nothing comes back while a test runs."""


@pytest.fixture
async def made(redis_url: str) -> AsyncIterator[Make]:
    """Makes allowances, each with a client of its own, as processes have."""
    async with AsyncExitStack() as stack:

        def make(*, capacity: int = 100, per_second: float = SLOW, url: str = redis_url) -> Allowances:
            redis = events.connect(url)
            stack.push_async_callback(redis.aclose)
            return Allowances(redis, "test", capacity=capacity, per_second=per_second)

        yield make


async def test_a_bucket_is_spent_to_its_last_point_and_no_further(made: Make) -> None:
    bucket = made()
    assert [(await bucket.spend("a", 30)).left for _ in range(3)] == [70, 40, 10]
    refused = await bucket.spend("a", 11)
    assert refused.left == 10
    assert refused.retry_after == pytest.approx(1 / SLOW, rel=0.01)
    assert await bucket.spend("a", 10) == allowances.Balance(0)


async def test_everybody_has_a_bucket_of_their_own(made: Make) -> None:
    bucket = made()
    await bucket.spend("a", 100)
    assert (await bucket.spend("b", 1)).retry_after is None


async def test_processes_share_a_bucket_but_for_what_they_hold_in_hand(made: Make) -> None:
    one, other = made(), made()
    spent = 0
    while (await one.spend("a", 1)).retry_after is None:
        spent += 1
        if (await other.spend("a", 1)).retry_after is None:
            spent += 1
    assert spent in (99, 100)


async def test_a_bucket_fills_by_itself(made: Make) -> None:
    slow, fast = made(), made(per_second=1e6)
    await slow.spend("a", 100)
    assert (await slow.spend("a", 100)).retry_after is not None
    async with asyncio.timeout(10):
        while (await fast.spend("a", 100)).retry_after is not None:
            pass


async def test_most_operations_ask_nobody(made: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, asked = made(capacity=1000), []
    fetch = bucket._fetch

    async def counted(whose: str, least: int, wanted: int) -> list[int] | None:
        asked.append((least, wanted))
        return await fetch(whose, least, wanted)

    monkeypatch.setattr(bucket, "_fetch", counted)
    assert [(await bucket.spend("a", 1)).left for _ in range(23)] == list(range(999, 976, -1))
    assert asked == [(1, 11), (1, 11), (1, 11)]


async def test_many_operations_at_once_take_no_more_out_of_the_bucket_than_they_cost_and_one_lot(
    made: Make,
) -> None:
    one, other = made(capacity=1000), made(capacity=1000)
    await asyncio.gather(*(one.spend("a", 1) for _ in range(50)))
    assert (await other.spend("a", 940)).retry_after is None


async def test_what_costs_more_than_a_bucket_costs_a_whole_one(made: Make) -> None:
    bucket = made()
    assert (await bucket.spend("a", 5000)).left == 0
    assert (await bucket.spend("a", 1)).retry_after is not None


async def test_everybody_may_spend_while_redis_is_away(made: Make) -> None:
    bucket = made(url="redis://127.0.0.1:1/0")
    for _ in range(3):
        assert await bucket.spend("a", 100) == allowances.Balance(100)
