"""Plays the soak: people and blows side by side, then calm, then the verdict; figures are kept."""

import asyncio
import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from statistics import median

import click

from backend import logging
from backend.cli.client import Client
from bench import results
from bench.measure import percentile
from bench.soak import verdict
from bench.soak.blows import Fate
from bench.soak.cast import Cast, cast
from bench.soak.growth import Growth
from bench.soak.people import Notes, Person
from bench.soak.verdict import Verdict

NUM_PEOPLE = 2
REST_SECONDS = 180.0
QUIET_SECONDS = 5.0
LONG_ENOUGH_MINUTES = 4.0
"""Shorter runs say nothing about growth."""


async def soak(minutes: float, seed: int) -> tuple[dict[str, object], list[str]]:
    """The figures of one run, and what was broken."""
    async with cast() as played:
        growth, notes = Growth(played), Notes()
        fate = Fate(played, Random(seed))
        crowd = [_person(played, notes, seed, number) for number in range(NUM_PEOPLE)]
        for person in crowd:
            await person.settle()
        sampling = asyncio.create_task(growth.sample())
        began = time.monotonic()
        until = began + minutes * 60
        await asyncio.gather(fate.deal(until), *(person.live(until) for person in crowd))
        seconds = time.monotonic() - began
        await _rest(played)
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling
        ruling = Verdict(played, notes)
        await ruling.reach()
        if minutes >= LONG_ENOUGH_MINUTES:
            ruling.broken += growth.grown()
        figures = {
            "seed": seed,
            "seconds": round(seconds, 1),
            "blows": dict(sorted(fate.dealt.items())),
            "done": dict(notes.counts),
            "outcomes": dict(sorted(ruling.outcomes.items())),
            "errors that people saw and outlived": dict(notes.errors.most_common()),
            "times": _times(notes),
            "elders: once warm, and at the end": growth.figures(),
            "connections: once warm, and at the end": growth.held(),
            "cores in use": _cores(growth.cpu, seconds),
        }
        return figures, ruling.broken


async def _rest(played: Cast) -> None:
    """Until nothing waits any more, and what was on its way has arrived."""
    deadline = time.monotonic() + REST_SECONDS
    while await verdict.unfinished(played) and time.monotonic() < deadline:  # noqa: ASYNC110 - no one tells us
        await asyncio.sleep(1)
    await asyncio.sleep(QUIET_SECONDS)


def _person(played: Cast, notes: Notes, seed: int, number: int) -> Person:
    name = f"Harbour {number}"

    def token() -> str:
        return played.issuer.issue(subject=f"user_soak{number}", ttl_seconds=3600)

    clients = [Client(url, token) for url in played.apis]
    return Person(clients, Random(seed * 1000 + number), notes, name)


def _times(notes: Notes) -> dict[str, list[float]]:
    """Medians and 95th percentiles, troubles included."""
    series = {
        "search, ms": notes.search_ms,
        "question to end, s": notes.answer_seconds,
        "upload to end, s": notes.document_seconds,
    }
    return {
        name: [round(median(values), 2), round(percentile(values, 95), 2)]
        for name, values in series.items()
        if values
    }


def _cores(cpu: dict[str, float], seconds: float) -> dict[str, float]:
    return {name: round(spent / seconds, 3) for name, spent in sorted(cpu.items(), key=lambda each: -each[1])}


@click.command()
@click.option("--minutes", default=30.0, show_default=True, help="How long people come and blows fall.")
@click.option("--seed", default=0, show_default=True, help="Decides the blows and what people do.")
def main(minutes: float, seed: int) -> None:
    """Everything at once, while servers are killed, slow and wrong; exits with 1 when anything is broken."""
    logging.configure("WARNING")
    figures, broken = asyncio.run(soak(minutes, seed))
    kept = {**figures, "broken": broken, "machine": results.machine()}
    results.FOLDER.mkdir(exist_ok=True)
    path = results.FOLDER / f"soak-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(kept, indent=1) + "\n")
    for name, found in figures.items():
        click.echo(f"{name}: {json.dumps(found)}")
    click.echo(f"kept in {path.relative_to(results.FOLDER.parents[1])}")
    for sentence in broken:
        click.echo(f"BROKEN: {sentence}")
    if broken:
        raise SystemExit(1)
    click.echo("Nothing was lost, doubled or left over.")


if __name__ == "__main__":
    main()
