"""Many answers at once: what a streamed token costs, how late it is, and what gives out first."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from statistics import median

import orjson
from websockets.asyncio.client import connect

from backend.cli.client import JSON, Client, events_of
from bench.asking import EVENTS, FROM_THE_START, Asker, asking, new_chat
from bench.measure import percentile
from bench.results import Figure
from bench.stack import Module, Stack
from bench.stopping import STOP

LEVELS = (1, 10, 100, 150, 200, 300)
RAW_LEVELS = (1, 10, 100)
TOKENS_PER_SECOND = 50
NUM_TOKENS = 1500
BEGIN_SECONDS, WINDOW_SECONDS = 15.0, 4.0
ENOUGH, LATE_MS = 0.95, 1000.0
GOAL_RATIO = 1.0
STOCK_EVENTS = """
subscription {
  messageEvents { __typename ... on Event { cursor at } ... on TextAppended { text } }
}
"""

ROOM = {
    "OPENTRACE_WORK__ANSWERS_CONCURRENCY": "400",
    "OPENTRACE_WORK__ANSWERS_IN_FLIGHT_PER_USER": "400",
    "OPENTRACE_MODELS__CONCURRENCY": "1000",
}
"""So that the machine is the limit, and not what an operator would set to protect it."""


@dataclass
class Seen:
    """What one viewer has of its answer."""

    num_tokens: int = 0
    ages_ms: list[float] = field(default_factory=list)
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Level:
    """So many answers at once, over some seconds: tokens that arrived, their ages, and who spent what CPU."""

    num_answers: int
    seconds: float
    num_tokens: int
    ages_ms: list[float]
    cpu: Mapping[str, float]
    """Seconds, by process."""

    @property
    def share(self) -> float:
        """Of the tokens that the models should have said and the viewers should have seen."""
        return self.num_tokens / (self.num_answers * TOKENS_PER_SECOND * self.seconds)

    @property
    def is_saturated(self) -> bool:
        return self.share < ENOUGH or percentile(self.ages_ms, 99) > LATE_MS

    def cost(self, process: str) -> float:
        """Microseconds of CPU per token."""
        return self.cpu[process] / max(self.num_tokens, 1) * 1e6

    def __str__(self) -> str:
        spent = sorted(self.cpu.items(), key=lambda each: -each[1])
        return ", ".join(f"{name} {used / self.seconds:.0%}" for name, used in spent)


async def run(stack: Stack) -> list[Figure]:
    """The baseline at its levels, then answers at theirs, up to what is too much for the machine."""
    raw = await _levels_beside(stack, "bench.raw_socket", _raw)
    stock = await _levels_beside(stack, "bench.stock", _stock)
    found: list[Level] = []
    async with asking(stack, num_warm=0, room=ROOM, **pace()) as asker:
        for num_answers in LEVELS:
            found.append(await level(stack, [asker], num_answers))
            if found[-1].is_saturated:
                break
    return figures(raw, stock, found)


def pace(num_tokens: int = NUM_TOKENS) -> dict[str, str]:
    """How the model speaks: at a chat model's pace, for so many tokens."""
    return {
        "NUM_TOKENS": str(num_tokens),
        "TOKENS_PER_SECOND": str(TOKENS_PER_SECOND),
        "THINK_SECONDS": "0.2",
    }


async def level(stack: Stack, askers: Sequence[Asker], num_answers: int) -> Level:
    """Viewers, by one asker after the other, are there from the question on.

    The window opens when all have begun to read.
    """
    async with AsyncExitStack() as viewing:
        turns = (askers[number % len(askers)] for number in range(num_answers))
        seen = [await viewing.enter_async_context(_viewer(asker)) for asker in turns]
        return await window(stack, seen)


async def window(stack: Stack, seen: list[Seen], *, settle_seconds: float = 0) -> Level:
    """What happens within some seconds, once all have begun or have had time enough for it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(BEGIN_SECONDS):
            await asyncio.gather(*(each.has_begun.wait() for each in seen))
            await asyncio.sleep(settle_seconds)
    for each in seen:
        each.num_tokens = 0
        each.ages_ms.clear()
    began, before = time.monotonic(), stack.cpu_seconds()
    await asyncio.sleep(WINDOW_SECONDS)
    cpu = {name: used - before[name] for name, used in stack.cpu_seconds().items()}
    ages = [age for each in seen for age in each.ages_ms]
    num_tokens = sum(each.num_tokens for each in seen)
    return Level(len(seen), time.monotonic() - began, num_tokens, ages or [float("inf")], cpu)


@asynccontextmanager
async def _viewer(asker: Asker) -> AsyncIterator[Seen]:
    """Somebody with a chat and a socket of their own: asks, reads along, and stops the answer at the end."""
    chat = await new_chat(asker.client, asker.project)
    async with asker.client.socket() as socket:
        answer = await asker.send("When is the lamp lit?", chat)
        wanted = {"message": answer, "after": FROM_THE_START}
        async with reading(events_of(socket, EVENTS, wanted)) as (seen, task):
            yield seen
            await asker.execute(STOP, {"message": answer})
            await asyncio.wait_for(asyncio.shield(task), BEGIN_SECONDS)


@asynccontextmanager
async def reading(events: AsyncGenerator[JSON]) -> AsyncIterator[tuple[Seen, asyncio.Task[None]]]:
    seen = Seen()
    reading = asyncio.create_task(_read(events, seen))
    try:
        yield seen, reading
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def _read(events: AsyncGenerator[JSON], seen: Seen) -> None:
    async for event in events:
        if event["__typename"] == "TextAppended":
            now = time.monotonic_ns()
            stamps = event["text"].split()
            seen.num_tokens += len(stamps)
            seen.ages_ms += [(now - int(stamp)) / 1e6 for stamp in stamps]
            seen.has_begun.set()


@asynccontextmanager
async def _raw(server: Module) -> AsyncIterator[AsyncGenerator[JSON]]:
    async with connect(f"ws://127.0.0.1:{server.port}", proxy=None) as socket:
        yield (orjson.loads(text)["payload"]["data"]["messageEvents"] async for text in socket)


@asynccontextmanager
async def _stock(server: Module) -> AsyncIterator[AsyncGenerator[JSON]]:
    async with Client(f"{server.address}/events", str).socket() as socket:
        yield events_of(socket, STOCK_EVENTS, {})


async def _levels_beside(
    stack: Stack, module: str, open: Callable[[Module], AbstractAsyncContextManager[AsyncGenerator[JSON]]]
) -> list[Level]:
    """The same tokens from a server of the benchmark's own, which makes them itself."""
    server = await stack.module(module, "/healthz", TOKENS_PER_SECOND=str(TOKENS_PER_SECOND))
    found: list[Level] = []
    for num_answers in RAW_LEVELS:
        async with AsyncExitStack() as viewing:
            seen: list[Seen] = []
            for _ in range(num_answers):
                events = await viewing.enter_async_context(open(server))
                each, _ = await viewing.enter_async_context(reading(events))
                seen.append(each)
            found.append(await window(stack, seen))
    await server.stop()
    return found


def figures(raw: list[Level], stock: list[Level], found: list[Level]) -> list[Figure]:
    shown: list[Figure] = []
    baselines = {level.num_answers: level.cost("bench.raw_socket") for level in raw}
    for level in found:
        shown += _of_level(level, baselines.get(level.num_answers))
    for level in stock:
        cost = level.cost("bench.stock")
        text = f"{level.num_answers} at once: stock: CPU per token"
        shown.append(Figure("streaming", text, cost, "µs", None, level.num_tokens))
        times = cost / baselines[level.num_answers]
        shown.append(Figure("streaming", f"{text}, times the baseline", times, "", None, level.num_tokens))
    best, last = max(found, key=lambda level: level.num_tokens / level.seconds), found[-1]
    rate = best.num_tokens / best.seconds
    shown.append(Figure("streaming", f"most tokens seen, of {best.num_answers} answers", rate, "tokens/s"))
    if last.is_saturated:
        most = max(last.cpu, key=lambda name: last.cpu[name])
        name = f"saturated at this many answers, by {most}, the busiest process"
        shown.append(Figure("streaming", name, last.num_answers, "answers"))
    return shown


def _of_level(level: Level, baseline: float | None) -> list[Figure]:
    def figure(name: str, value: float, unit: str, goal: float | None = None) -> Figure:
        text = f"{level.num_answers} at once: {name}"
        return Figure("streaming", text, value, unit, goal, level.num_tokens)

    shown = [
        figure("tokens seen, of those due", level.share * 100, "%"),
        figure("token → viewer, merging included, p50", median(level.ages_ms), "ms"),
        figure("token → viewer, merging included, p99", percentile(level.ages_ms, 99), "ms"),
        figure("the API's CPU per token", level.cost("api"), "µs"),
        figure("the worker's CPU per token", level.cost("worker-answers"), "µs"),
        figure(f"cores in use ({level})", sum(level.cpu.values()) / level.seconds, ""),
    ]
    if baseline is not None:
        shown.append(figure("baseline: one bare send per token", baseline, "µs"))
        shown.append(
            figure("the API's CPU, times the baseline", level.cost("api") / baseline, "", GOAL_RATIO)
        )
    return shown
