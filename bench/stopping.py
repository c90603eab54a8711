"""The stop button: from `stopMessage` to the model that sees its socket closed, a sub-agent's model too."""

import asyncio
import time
from statistics import median
from typing import Any

import orjson

from bench.asking import Asker, asking
from bench.measure import percentile
from bench.results import Figure
from bench.stack import Stack
from bench.wire import Wire

NUM_STOPS = 30
GOAL_MS = 500.0

STOP = """
mutation Stop($message: ID!) {
  stopMessage(input: {messageId: $message}) {
    ... on MessagePayload { __typename }
    ... on Error { message code }
  }
}
"""
AGENTIC = """
mutation Agentic($project: ID!) {
  updateRetrievalSettings(input: {projectId: $project, agentType: AGENTIC}) {
    ... on UpdateRetrievalSettingsPayload { __typename }
    ... on Error { message code }
  }
}
"""


async def run(stack: Stack) -> list[Figure]:
    """Answers that would take a minute, stopped in their first moments; then the same inside a sub-agent."""
    async with (
        asking(stack, THINK_SECONDS="0", NUM_TOKENS="3000", TOKENS_PER_SECOND="50", num_warm=0) as asker,
        Wire(asker.model) as model,
    ):
        plain = [await _stopped(asker, model, "TextAppended") for _ in range(NUM_STOPS)]
        await asker.execute(AGENTIC, {"project": asker.project})
        nested = [await _stopped(asker, model, "ToolFinished") for _ in range(NUM_STOPS)]
    return [*figures("stopMessage", plain), *figures("stopMessage with a sub-agent at work", nested)]


def figures(name: str, taken: list[float]) -> list[Figure]:
    def figure(what: str, value: float) -> Figure:
        return Figure("stopping", f"{name} → model's socket closed, {what}", value, "ms", GOAL_MS, len(taken))

    return [figure("p50", median(taken)), figure("p95", percentile(taken, 95))]


async def _stopped(asker: Asker, model: Wire, moment: str) -> float:
    """Milliseconds, for an answer that is stopped once this event came and its model speaks."""
    num_streams = len(await _streams(model))
    answer = await asker.send("When is the lamp lit?")
    stopped_ns = 0
    async for received in asker.events(answer):
        if received.kind == moment and not stopped_ns:
            while len(await _streams(model)) == num_streams:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.005)
            stopped_ns = time.monotonic_ns()
            await asker.execute(STOP, {"message": answer})
    if received.kind != "MessageStopped":
        raise RuntimeError(f"the answer was not stopped: {received.event}")
    while "closed_ns" not in (stream := (await _streams(model))[-1]):  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.005)
    return float(stream["closed_ns"] - stopped_ns) / 1e6


async def _streams(model: Wire) -> list[dict[str, Any]]:
    answer = await model.send(model.post("/streams", b"{}", {}))
    return list(orjson.loads(answer)["streams"])
