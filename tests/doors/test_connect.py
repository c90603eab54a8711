"""A task that is told to end while it speaks to Redis ends, at whatever moment it is told."""

import asyncio

from backend import events


async def test_no_cancellation_is_forgotten(redis_url: str) -> None:
    redis = events.connect(redis_url)
    await redis.set("key", "value")
    forgotten = []
    for num_steps in range(30):
        task = asyncio.create_task(redis.get("key"))
        for _ in range(num_steps):
            await asyncio.sleep(0)
        was_done = task.done()
        task.cancel()
        await asyncio.wait([task])
        if not (was_done or task.cancelled()):
            forgotten.append(num_steps)
    assert forgotten == []
    assert await redis.get("key") == b"value"
    await redis.aclose()


async def test_a_task_that_was_told_to_end_may_still_speak_while_it_tidies_up(redis_url: str) -> None:
    redis = events.connect(redis_url)

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await redis.set("tidied", "yes")

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert await redis.get("tidied") == b"yes"
    await redis.aclose()
