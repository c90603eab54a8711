"""The queue: from the commit of a question to the worker that takes its answer, with idle workers."""

from statistics import median
from uuid import UUID

import asyncpg

from bench.asking import Asked, asking
from bench.measure import percentile
from bench.page import row_of
from bench.results import Figure
from bench.stack import Stack

NUM_ANSWERS = 60
GOAL_P50, GOAL_P99 = 5.0, 15.0

# The question is written with the answer's row and never again, so its commit is theirs.
COMMITTED = """
SELECT extract(epoch FROM pg_xact_commit_timestamp(question.xmin))::float AS committed_at,
       extract(epoch FROM answer.started_at)::float AS started_at
  FROM opentrace.messages answer JOIN opentrace.messages question ON question.id = answer.parent_id
 WHERE answer.id = $1
"""


async def run(stack: Stack) -> list[Figure]:
    """Short answers one at a time; the database's own clock says when each was committed and claimed."""
    async with asking(stack, THINK_SECONDS="0", NUM_TOKENS="2") as asker:
        asked = [await asker.ask("When is the lamp lit?") for _ in range(NUM_ANSWERS)]
    owner = await stack.owner()
    starts, claims = [], []
    for each in asked:
        started, claimed = await waits_ms(owner, each)
        starts.append(started)
        claims.append(claimed)
    await owner.close()
    return figures(starts, claims)


async def waits_ms(owner: asyncpg.Connection, asked: Asked) -> tuple[float, float]:
    """Milliseconds from the commit until the claim began, and until it had the row."""
    row = await owner.fetchrow(COMMITTED, row_id(asked))
    if row is None:
        raise RuntimeError(f"the answer {asked.answer} is gone")
    claimed = next(received for received in asked.events if received.kind == "AgentStarted")
    return (row["started_at"] - row["committed_at"]) * 1e3, (claimed.at - row["committed_at"]) * 1e3


def row_id(asked: Asked) -> UUID:
    return row_of(asked.answer)


def figures(starts: list[float], claims: list[float]) -> list[Figure]:
    def figure(name: str, value: float, goal: float | None = None) -> Figure:
        return Figure("queue", name, value, "ms", goal, len(starts))

    return [
        figure("question committed → claim begun, p50", median(starts), GOAL_P50),
        figure("question committed → claim begun, p99", percentile(starts, 99), GOAL_P99),
        figure("question committed → answer claimed, p50", median(claims)),
        figure("question committed → answer claimed, p99", percentile(claims, 99)),
    ]
