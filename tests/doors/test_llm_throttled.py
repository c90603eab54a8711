"""Several processes ask one model server, over one Redis: what one of them is told holds for all."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from backend import events
from backend.errors import Unavailable
from backend.llm import Models
from backend.local.model_server import ModelServer
from backend.throttle import Throttle

Make = Callable[..., Models]


@pytest.fixture
async def made(model_server: ModelServer, redis_url: str) -> AsyncIterator[Make]:
    """The models as processes of their own have them."""
    async with AsyncExitStack() as stack:

        def make(*, limit: int = 8, is_urgent: bool = True) -> Models:
            redis = events.connect(redis_url)
            stack.push_async_callback(redis.aclose)
            throttle = Throttle(redis, model_server.base_url, limit=limit, is_urgent=is_urgent)
            stack.push_async_callback(throttle.close)
            models = Models(
                base_url=model_server.base_url,
                api_key="any",
                chat_model=model_server.chat_model,
                guardrail_model=model_server.chat_model,
                embedding_model=model_server.embedding_model,
                embedding_dimensions=model_server.embedding_dimensions,
                gate=throttle,
            )
            stack.push_async_callback(models.close)
            return models

        yield make


async def order(control: httpx.AsyncClient, **wanted: Any) -> None:
    (await control.post("/control", json=wanted)).raise_for_status()


async def counted(control: httpx.AsyncClient) -> dict[str, Any]:
    stats: dict[str, Any] = (await control.get("/control/stats")).json()["embeddings"]
    return stats


async def test_a_server_that_says_when_to_come_again_is_left_alone_by_all(
    made: Make, model_control: httpx.AsyncClient
) -> None:
    clock = asyncio.get_running_loop().time
    told, other = made(), made(is_urgent=False)
    await order(model_control, mode="429", times=1, retry_after=0.5)
    refused_at = clock()
    refused = asyncio.create_task(told.embed(["a lamp"]))
    async with asyncio.timeout(10):
        while (await counted(model_control))["faults"] == 0:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        await other.embed(["a boat"])
    assert clock() >= refused_at + 0.5
    await refused
    assert (await counted(model_control))["requests"] == 3


async def test_a_long_pause_is_told_at_once_to_whoever_waits_for_an_answer(
    made: Make, model_control: httpx.AsyncClient
) -> None:
    await order(model_control, mode="500", retry_after=300)
    for models in (made(), made()):
        with pytest.raises(Unavailable) as failed:
            await models.embed(["a lamp"])
        assert 290 < (failed.value.retry_after or 0) <= 300
    assert (await counted(model_control))["requests"] == 1


async def test_where_nobody_waits_a_busy_server_is_asked_again_and_again(
    made: Make, model_control: httpx.AsyncClient
) -> None:
    await order(model_control, mode="429", times=9, retry_after=0.01)
    await made(is_urgent=False).embed(["a lamp"])
    assert (await counted(model_control))["requests"] == 10


async def test_no_more_calls_than_allowed_are_under_way_over_all_processes(
    made: Make, model_control: httpx.AsyncClient
) -> None:
    # Calls that stay for a while, so that there are two at a time however busy the machine is.
    await order(model_control, mode="slow", delay_seconds=0.2)
    processes = [made(limit=2) for _ in range(3)]
    await asyncio.gather(*(models.embed([f"lamp {n}"]) for n in range(4) for models in processes))
    stats = await counted(model_control)
    assert (stats["requests"], stats["most_under_way"]) == (12, 2)
