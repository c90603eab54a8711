"""A token's way through the agent: the whole graph around the model's stream, against that stream alone."""

import os
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from datetime import UTC, datetime
from typing import Any

from backend.agents import graph
from backend.agents.context import AgentContext, Budget
from backend.llm import Models, TokenUsage
from bench.measure import Side, interleave
from bench.results import Figure
from bench.stack import Stack
from db.models import AgentType, UsageKind
from db.queries.search import Hit

NUM_BLOCKS, NUM_TOKENS = 12, 5000
GOAL_RATIO = 1.1
QUESTION = "When is the lamp lit?"


class Unheard:
    """Takes the answer and its costs, and keeps nothing."""

    async def text(self, delta: str) -> None: ...

    async def send(self, kind: str, data: dict[str, Any]) -> None: ...

    @contextmanager
    def call(self, kind: UsageKind, model: str, num_input_tokens: int) -> Iterator["Unheard"]:
        yield self

    def wrote(self, text: str) -> None: ...

    def report(self, usage: TokenUsage) -> None: ...


async def run(stack: Stack) -> list[Figure]:
    """Both read the same answers of 5,000 tokens, as fast as they come, in turns."""
    pace = {"THINK_SECONDS": "0", "NUM_TOKENS": str(NUM_TOKENS), "TOKENS_PER_SECOND": "1e9"}
    server = await stack.module("bench.model", "/healthz", **pace)
    models = Models(f"{server.address}/v1", "bench", "bench", "bench", "bench", 384)

    async def alone() -> None:
        async with aclosing(models.stream_chat([{"role": "user", "content": QUESTION}])) as deltas:
            async for _ in deltas:
                pass

    async def in_the_graph() -> None:
        await graph.answer(_context(models), AgentType.SIMPLE)

    sides = [Side("stream", alone, os.getpid()), Side("graph", in_the_graph, os.getpid())]
    try:
        await interleave(sides, num_blocks=NUM_BLOCKS, num_requests=1)
    finally:
        await models.close()
    return figures(*sides)


def figures(stream: Side, whole: Side) -> list[Figure]:
    def figure(name: str, value: float, unit: str, goal: float | None = None) -> Figure:
        return Figure("agent", name, value, unit, goal, NUM_BLOCKS)

    return [
        figure("model's stream alone: CPU per token", stream.cpu_per_request / NUM_TOKENS * 1e6, "µs"),
        figure("through the agent: CPU per token", whole.cpu_per_request / NUM_TOKENS * 1e6, "µs"),
        figure("the agent, times the stream", whole.cpu_per_request / stream.cpu_per_request, "", GOAL_RATIO),
    ]


def _context(models: Models) -> AgentContext:
    async def search(query: str) -> list[Hit]:
        return []

    unheard = Unheard()
    return AgentContext(
        question=QUESTION,
        history=[],
        today=datetime.now(UTC).date(),
        models=models,
        search=search,
        emit=unheard,
        ledger=unheard,
        budget=Budget(),
    )
