"""The first token over the model's own: from the model's socket to the subscriber's, through everything."""

from statistics import median

from bench.asking import Asked, asking
from bench.measure import percentile
from bench.results import Figure
from bench.stack import Stack

NUM_ANSWERS = 60
THINK_SECONDS = 0.2
GOAL_P50, GOAL_P99 = 5.0, 15.0


async def run(stack: Stack) -> list[Figure]:
    """Warm answers one at a time; the model thinks 0.2 s, so the subscriber is there before it speaks."""
    async with asking(stack, THINK_SECONDS=str(THINK_SECONDS), NUM_TOKENS="20") as asker:
        asked = [await asker.ask("When is the lamp lit?") for _ in range(NUM_ANSWERS)]
    return figures(asked)


def figures(asked: list[Asked]) -> list[Figure]:
    firsts = [first_ms(each) for each in asked]
    events = [(received.wall - received.at) * 1e3 for each in asked for received in each.texts]
    tokens = [
        (received.monotonic_ns - stamp) / 1e6
        for each in asked
        for received in each.texts[1:]
        for stamp in received.stamps
    ]
    totals = [(each.texts[0].monotonic_ns - each.sent_ns) / 1e6 - THINK_SECONDS * 1e3 for each in asked]

    def figure(name: str, value: float, samples: list[float], goal: float | None = None) -> Figure:
        return Figure("first_token", name, value, "ms", goal, len(samples))

    return [
        figure("model's first token → subscriber, p50", median(firsts), firsts, GOAL_P50),
        figure("model's first token → subscriber, p99", percentile(firsts, 99), firsts, GOAL_P99),
        figure("text event made → subscriber, p50", median(events), events),
        figure("text event made → subscriber, p99", percentile(events, 99), events),
        figure("later token → subscriber with merging, p50", median(tokens), tokens),
        figure("sendMessage answered → first token, less the model's thinking, p50", median(totals), totals),
    ]


def first_ms(asked: Asked) -> float:
    """Milliseconds between the model's first token and its arrival at the subscriber."""
    first = asked.texts[0]
    return (first.monotonic_ns - first.stamps[0]) / 1e6
