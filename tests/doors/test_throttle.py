"""Turns at a provider, over a real Redis: shared by processes, given back by the dead, never for ever."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress

import pytest
from redis.asyncio import Redis

from backend import events, reach
from backend.errors import Unavailable
from backend.throttle import Throttle, share, turns

KIND = "embeddings"
Make = Callable[..., Throttle]


@pytest.fixture
async def made(redis_url: str) -> AsyncIterator[Make]:
    """Makes throttles, each with a client of its own, as processes have."""
    async with AsyncExitStack() as stack:

        def make(*, limit: int = 2, is_urgent: bool = True, url: str = redis_url) -> Throttle:
            redis = events.connect(url)
            stack.push_async_callback(redis.aclose)
            throttle = Throttle(redis, "http://provider/v1", limit=limit, is_urgent=is_urgent)
            stack.push_async_callback(throttle.close)
            return throttle

        yield make


class Caller:
    """Somebody who takes a turn and holds it until told to go."""

    def __init__(self, throttle: Throttle, kind: str = KIND) -> None:
        self.is_in = asyncio.Event()
        self.go = asyncio.Event()
        self.task = asyncio.create_task(self._call(throttle, kind))

    async def _call(self, throttle: Throttle, kind: str) -> None:
        async with throttle.turn(kind):
            self.is_in.set()
            await self.go.wait()

    async def entered(self) -> "Caller":
        async with asyncio.timeout(10):
            await self.is_in.wait()
        return self

    async def leave(self) -> None:
        self.go.set()
        await self.task


async def leaving(throttle: Throttle) -> None:
    """Take a turn and give it back."""
    async with asyncio.timeout(10), throttle.turn(KIND):
        pass


async def until_waiting(redis_url: str, number: int) -> None:
    """Return when so many stand in the queue."""
    async with Redis.from_url(redis_url) as redis, asyncio.timeout(10):
        while True:
            keys = [key async for key in redis.scan_iter("opentrace:throttle:*:queue")]
            if number == sum([await redis.zcard(key) for key in keys]):
                return
            await asyncio.sleep(0.01)


async def test_calls_beyond_the_limit_wait_for_those_of_other_processes(made: Make, redis_url: str) -> None:
    first, second = made(), made()
    held = [await Caller(first).entered(), await Caller(second).entered()]
    waiting = Caller(second)
    await until_waiting(redis_url, 1)
    assert not waiting.is_in.is_set()
    await held[0].leave()
    await waiting.entered()
    await until_waiting(redis_url, 0)
    for caller in (held[1], waiting):
        await caller.leave()


async def test_kinds_of_calls_have_limits_of_their_own(made: Make) -> None:
    throttle = made(limit=1)
    for caller in [await Caller(throttle).entered(), await Caller(throttle, "chat").entered()]:
        await caller.leave()


async def test_whoever_is_urgent_goes_first_however_late(made: Make, redis_url: str) -> None:
    held = await Caller(made(limit=1)).entered()
    patient = Caller(made(limit=1, is_urgent=False))
    await until_waiting(redis_url, 1)
    urgent = Caller(made(limit=1))
    await until_waiting(redis_url, 2)
    await held.leave()
    await urgent.entered()
    assert not patient.is_in.is_set()
    await urgent.leave()
    await (await patient.entered()).leave()


async def test_a_quarter_of_the_places_is_kept_for_the_urgent(made: Make, redis_url: str) -> None:
    throttle = made(limit=4, is_urgent=False)
    callers = [await Caller(throttle).entered() for _ in range(3)]
    patient = Caller(throttle)
    await until_waiting(redis_url, 1)
    callers.append(await Caller(made(limit=4)).entered())
    assert not patient.is_in.is_set()
    for caller in callers:
        await caller.leave()
    await (await patient.entered()).leave()


async def test_a_killed_process_gives_its_place_back_and_a_living_one_does_not(
    made: Make, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share, "HELD_SECONDS", 0.4)
    monkeypatch.setattr(turns, "KEEP_SECONDS", 0.1)
    dead, living = made(limit=2), made(limit=2)
    assert await dead._line(KIND).share.enter("killed", cap=2, rank=0) == share.Reply(True)
    held = await Caller(living).entered()
    late = await Caller(made(limit=2)).entered()
    waiting = Caller(made(limit=2))
    await until_waiting(redis_url, 1)
    await asyncio.sleep(0.6)
    assert not waiting.is_in.is_set()
    for caller in (held, late):
        await caller.leave()
    await (await waiting.entered()).leave()


async def test_a_waiting_call_that_is_cancelled_leaves_the_queue(made: Make, redis_url: str) -> None:
    held = await Caller(made(limit=1)).entered()
    waiting = Caller(made(limit=1))
    await until_waiting(redis_url, 1)
    waiting.task.cancel()
    with suppress(asyncio.CancelledError):
        await waiting.task
    await until_waiting(redis_url, 0)
    await held.leave()


async def test_a_pause_holds_for_all_processes_and_for_one_kind(made: Make) -> None:
    clock = asyncio.get_running_loop().time
    told, other = made(), made(is_urgent=False)
    paused_at = clock()
    await told.pause(KIND, 0.4)
    for throttle in (told, other):
        await (await Caller(throttle, "chat").entered()).leave()
    assert clock() < paused_at + 0.4, "the other kind did not wait"
    for throttle in (told, other):
        await (await Caller(throttle).entered()).leave()
        # Redis counts whole milliseconds.
        assert clock() >= paused_at + 0.399


async def test_a_shorter_pause_does_not_end_a_longer_one(made: Make) -> None:
    await made().pause(KIND, 400)
    await made().pause(KIND, 0.01)
    with pytest.raises(Unavailable) as refused:
        await leaving(made())
    assert 390 < (refused.value.retry_after or 0) <= 400


async def test_nobody_who_waits_for_an_answer_waits_for_more_than_a_minute(made: Make) -> None:
    await made().pause(KIND, 10_000)
    with pytest.raises(Unavailable) as refused:
        await leaving(made())
    assert 590 < (refused.value.retry_after or 0) <= turns.MAX_PAUSE_SECONDS
    assert refused.value.code == "MODEL_UNAVAILABLE"


async def test_while_redis_is_away_limit_and_pause_hold_within_the_process(made: Make) -> None:
    throttle = made(limit=1, url="redis://127.0.0.1:1/0")
    held = await Caller(throttle).entered()
    waiting = Caller(throttle)
    await asyncio.sleep(0)
    assert not waiting.is_in.is_set()
    await held.leave()
    await (await waiting.entered()).leave()
    await throttle.pause(KIND, 400)
    with pytest.raises(Unavailable):
        await leaving(throttle)


async def test_a_redis_that_hangs_holds_up_one_call_and_not_the_next(
    made: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "ANSWER_SECONDS", 0.1)
    num_asked = 0

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal num_asked
        num_asked += 1
        await reader.read()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    throttle = made(url=f"redis://127.0.0.1:{port}/0")
    for _ in range(5):
        await (await Caller(throttle).entered()).leave()
    assert num_asked == 1
    server.close()
