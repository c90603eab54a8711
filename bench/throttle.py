"""The throttle: what its round trip adds to a call of the local model server, and to many at a time."""

import asyncio
import os
import time
from collections.abc import Sequence
from statistics import median

from backend import events
from backend.llm import Models
from backend.local import installation as installations
from backend.local.model_server import ModelServer
from backend.throttle import Throttle
from bench.measure import Side, interleave
from bench.results import Figure
from bench.stack import Stack

NUM_BLOCKS, NUM_REQUESTS = 10, 20
NUM_ROUNDS, NUM_AT_ONCE = 8, 64
CONCURRENCY = 16
GOAL_ADDED_MS, GOAL_RATIO = 1.0, 1.1


async def run(stack: Stack) -> list[Figure]:
    """One call after another, then many at once; with the throttle and without it take turns."""
    server = ModelServer(stack.installation, data_folder=installations.find().folder / "models")
    await stack.start(server)
    redis = events.connect(stack.redis.url)
    throttle = Throttle(redis, server.base_url, limit=CONCURRENCY, is_urgent=True)
    without, throttled = _models(server), _models(server, gate=throttle)
    try:
        return [*await _one_by_one(without, throttled), *await _at_once(without, throttled)]
    finally:
        for models in (without, throttled):
            await models.close()
        await throttle.close()
        await redis.aclose()


async def _one_by_one(without: Models, throttled: Models) -> list[Figure]:
    sides = [
        Side("without", lambda: without.embed(["lamp"]), os.getpid()),
        Side("throttled", lambda: throttled.embed(["lamp"]), os.getpid()),
    ]
    await interleave(sides, num_blocks=NUM_BLOCKS, num_requests=NUM_REQUESTS)
    plain, held = sides
    return [
        _figure("a call of one short text, p50", plain.p50 * 1e3, "ms", len(plain.wall)),
        _figure(
            "added by the throttle, p50", (held.p50 - plain.p50) * 1e3, "ms", len(held.wall), GOAL_ADDED_MS
        ),
        _figure(
            "CPU added per call", (held.cpu_per_request - plain.cpu_per_request) * 1e3, "ms", len(held.wall)
        ),
    ]


async def _at_once(without: Models, throttled: Models) -> list[Figure]:
    """As many calls as four times the limit; the server does them one after another in any case."""
    taken: dict[str, list[float]] = {"without": [], "throttled": []}
    for _ in range(NUM_ROUNDS):
        for name, models in (("without", without), ("throttled", throttled)):
            taken[name].append(await _round(models))
    ratio = median(taken["throttled"]) / median(taken["without"])
    rate = NUM_AT_ONCE / median(taken["throttled"])
    return [
        _figure(f"{NUM_AT_ONCE} calls at once, {CONCURRENCY} let in", rate, "calls/s", NUM_ROUNDS),
        _figure("the same, over all let in", ratio, "×", NUM_ROUNDS, GOAL_RATIO),
    ]


async def _round(models: Models) -> float:
    start = time.perf_counter()
    texts: Sequence[str] = [f"lamp {number}" for number in range(NUM_AT_ONCE)]
    await asyncio.gather(*(models.embed([text]) for text in texts))
    return time.perf_counter() - start


def _models(server: ModelServer, gate: Throttle | None = None) -> Models:
    models = Models(
        base_url=server.base_url,
        api_key=server.api_key,
        chat_model=server.chat_model,
        guardrail_model=server.chat_model,
        embedding_model=server.embedding_model,
        embedding_dimensions=server.embedding_dimensions,
    )
    if gate is not None:
        models.gate = gate
    return models


def _figure(name: str, value: float, unit: str, num_samples: int, goal: float | None = None) -> Figure:
    return Figure("throttle", name, value, unit, goal, num_samples)
