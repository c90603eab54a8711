"""Two APIs and two answers workers on one machine: what still holds, and what is busy first."""

from contextlib import AsyncExitStack

from bench import streaming
from bench.asking import Asker, asking
from bench.measure import percentile
from bench.results import Figure
from bench.stack import Stack
from bench.streaming import ROOM, Level
from bench.wire import Wire

LEVELS = (20, 60)
CLAIMS = """
SELECT count(*) AS num, count(*) FILTER (WHERE num_tries > 1) AS num_again
  FROM opentrace.messages WHERE role = 'ASSISTANT'
"""


async def run(stack: Stack) -> list[Figure]:
    """The same answers by one API and one worker, then by two of each: viewers are shared out evenly."""
    pace = streaming.pace()
    figures: list[Figure] = []
    async with AsyncExitStack() as opened:
        first = await opened.enter_async_context(asking(stack, num_warm=0, room=ROOM, **pace))
        for num in LEVELS:
            figures += _of("one of each", await streaming.level(stack, [first], num))
        second = await beside(stack, first, opened)
        for num in LEVELS:
            figures += _of("two of each", await streaming.level(stack, [first, second], num))
    owner = await stack.owner()
    claims = await owner.fetchrow(CLAIMS)
    await owner.close()
    return [
        *figures,
        Figure("pair", "answers claimed more than once", claims["num_again"], "", None, claims["num"]),
    ]


async def beside(stack: Stack, first: Asker, opened: AsyncExitStack) -> Asker:
    """One more API and one more worker; the same user, by the other API."""
    settings = {"OPENTRACE_MODELS__BASE_URL": f"{first.model}/v1", **ROOM}
    api = await stack.api(**settings)
    await stack.worker("answers", **settings)
    client = stack.client(api)
    wire = await opened.enter_async_context(Wire(api.address))
    socket = await opened.enter_async_context(client.socket())
    return Asker(wire, socket, first.chat, first.token, client, first.project, first.model)


def _of(cast: str, level: Level) -> list[Figure]:
    def figure(name: str, value: float, unit: str) -> Figure:
        return Figure(
            "pair", f"{cast}, {level.num_answers} answers: {name}", value, unit, None, level.num_tokens
        )

    return [
        figure("tokens seen, of those due", level.share * 100, "%"),
        figure("tokens seen", level.num_tokens / level.seconds, "tokens/s"),
        figure("token → viewer, p99", percentile(level.ages_ms, 99), "ms"),
        figure(f"cores in use ({level})", sum(level.cpu.values()) / level.seconds, ""),
    ]
