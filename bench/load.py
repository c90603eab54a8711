"""How many subscribers and answers one API holds before what they see is late, and how many two of them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection

from backend.cli.client import events_of
from bench import pair, streaming
from bench.asking import EVENTS, FROM_THE_START, Asker, asking, new_chat
from bench.measure import percentile
from bench.results import Figure
from bench.stack import Stack
from bench.stopping import STOP
from bench.streaming import ENOUGH, ROOM, Level, Seen

SUBSCRIBERS = (50, 100, 200, 400, 800, 1600)
ANSWERS = (10, 20, 40, 80, 120, 160)
NUM_SHARED = 4
"""Answers that all subscribers follow: what each of them costs the workers is paid once."""
SAMPLED = 8
"""Of so many subscribers one reads what it gets; the others let it pass: few cores can play them all so."""
OPENED_AT_ONCE = 20
LATE_MS = 100.0
NUM_TOKENS = 4000
SETTLE_SECONDS = 1.0
CLIMB_SECONDS = 40.0
"""After which no further step begins."""

Measure = Callable[[Stack, Sequence[Asker], int], Awaitable[Level]]


@dataclass(frozen=True)
class Climb:
    """Steps up to `tried`, which was too much; `held` is the last that was not."""

    held: int
    tried: int
    levels: Sequence[Level]

    @property
    def last(self) -> Level:
        return self.levels[-1]


async def run(stack: Stack) -> list[Figure]:
    """Each kind of load step by step, by one API and one worker, then by two of each."""
    pace = streaming.pace(NUM_TOKENS)
    figures: list[Figure] = []
    async with AsyncExitStack() as opened:
        first = await opened.enter_async_context(asking(stack, num_warm=0, room=ROOM, **pace))
        crowd = await climb(stack, [first], SUBSCRIBERS, subscribers)
        crew = await climb(stack, [first], ANSWERS, streaming.level)
        figures += _of("one API, subscribers", crowd) + _of("one API, one worker, answers", crew)
        both = [first, await pair.beside(stack, first, opened)]
        crowd = await climb(stack, both, _from(SUBSCRIBERS, crowd.held), subscribers)
        crew = await climb(stack, both, _from(ANSWERS, crew.held), streaming.level)
        figures += _of("two APIs, subscribers", crowd) + _of("two APIs, two workers, answers", crew)
    return figures


async def climb(stack: Stack, askers: Sequence[Asker], steps: Sequence[int], measure: Measure) -> Climb:
    """Until what is seen is late, or does not all come twice: one pause of the machine is neither."""
    held, levels = 0, []
    until = time.monotonic() + CLIMB_SECONDS
    for step in steps:
        for _ in range(2):
            level = await measure(stack, askers, step)
            if is_held(level):
                break
        levels.append(level)
        if not is_held(level):
            break
        held = step
        if time.monotonic() > until:
            break
    return Climb(held, step, levels)


def is_held(level: Level) -> bool:
    return level.share >= ENOUGH and percentile(level.ages_ms, 99) <= LATE_MS


async def subscribers(stack: Stack, askers: Sequence[Asker], num: int) -> Level:
    """So many sockets, by one API after the other, that all follow the same few answers."""
    chats = [await new_chat(askers[0].client, askers[0].project) for _ in range(NUM_SHARED)]
    answers = [await askers[0].send("When is the lamp lit?", chat) for chat in chats]
    gate = asyncio.Semaphore(OPENED_AT_ONCE)
    async with AsyncExitStack() as viewing:

        async def join(number: int) -> Seen | None:
            async with gate:
                asker = askers[number % len(askers)]
                socket = await viewing.enter_async_context(asker.client.socket())
            wanted = {"message": answers[number // len(askers) % NUM_SHARED], "after": FROM_THE_START}
            if number % SAMPLED < len(askers):
                events = events_of(socket, EVENTS, wanted)
                seen, _ = await viewing.enter_async_context(streaming.reading(events))
                return seen
            passing = asyncio.create_task(_let_pass(socket, wanted))
            viewing.callback(passing.cancel)
            return None

        sample = [seen for seen in await asyncio.gather(*map(join, range(num))) if seen is not None]
        level = await streaming.window(stack, sample, settle_seconds=SETTLE_SECONDS)
        for answer in answers:
            await askers[0].execute(STOP, {"message": answer})
    return level


async def _let_pass(socket: ClientConnection, wanted: dict[str, str]) -> None:
    await anext(events_of(socket, EVENTS, wanted))
    async for _ in socket:
        continue


def _from(steps: Sequence[int], held: int) -> Sequence[int]:
    """Two of them begin at half of what one of them held."""
    return [step for step in steps if step >= held / 2]


def _of(cast: str, climbed: Climb) -> list[Figure]:
    last = climbed.last
    is_all = is_held(last)
    said = "at the last step, which it holds" if is_all else f"at {climbed.tried}, which is too much"
    kept = climbed.levels[-2] if not is_all and len(climbed.levels) > 1 else last

    def figure(name: str, value: float, unit: str) -> Figure:
        return Figure("load", f"{cast}: {name}", value, unit, None, last.num_tokens)

    return [
        figure(f"held with p99 under {LATE_MS:g} ms", climbed.held, ""),
        figure("token → viewer there, p99", percentile(kept.ages_ms, 99), "ms"),
        figure(f"token → viewer, p99, {said}", percentile(last.ages_ms, 99), "ms"),
        figure(f"cores in use {said} ({last})", sum(last.cpu.values()) / last.seconds, ""),
    ]
