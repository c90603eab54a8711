"""Attacks: how long a person who asks for a page waits meanwhile, and how much memory the API takes."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import click
import orjson

from backend.cli.client import Client
from bench.measure import percentile
from bench.memory import MIB, Peak, resident, watched
from bench.page import QUERY, fill, new_project
from bench.results import Figure
from bench.siege import KINDS
from bench.stack import Stack
from bench.wire import Wire

BEFORE_SECONDS = 3.0
DURING_SECONDS = 7.0
PACE_SECONDS = 0.02
PRODUCTION = {
    "OPENTRACE_API__BUDGET_POINTS": "100000",
    "OPENTRACE_API__POINTS_PER_SECOND": "2000",
    "OPENTRACE_API__CONNECTIONS_PER_SENDER": "200",
    "OPENTRACE_API__SUBSCRIPTIONS_PER_SENDER": "1000",
}
"""The limits as they are by default; other benchmarks lift them."""


async def run(stack: Stack) -> list[Figure]:
    """Each attack on an API of its own, so that none pays for what another has left behind."""
    figures: list[Figure] = []
    for kind in KINDS:
        figures += await _under(stack, kind)
    return figures


async def _under(stack: Stack, kind: str) -> list[Figure]:
    api = await stack.api(**PRODUCTION)
    assert api.child is not None
    pid = api.child.pid
    attacker = stack.issuer.issue(subject="user_attacker", ttl_seconds=3600)
    theirs = await new_project(Client(api.address, lambda: attacker))
    project = await new_project(stack.client(api))
    await fill(stack, project)
    async with Wire(api.address) as wire:
        body = orjson.dumps({"query": QUERY, "variables": {"project": project}})
        request = wire.post("/graphql", body, {"Authorization": f"Bearer {stack.token()}"})
        await _waits(wire, request, BEFORE_SECONDS / 3)
        before, held = await _waits(wire, request, BEFORE_SECONDS), resident(pid)
        async with watched(pid) as peak, _attacked(kind, api.address, attacker, theirs):
            during = await _waits(wire, request, DURING_SECONDS)
    await api.stop()
    return _figures(kind, before, during, held, peak)


async def _waits(wire: Wire, request: bytes, seconds: float) -> list[float]:
    """How long each of a person's requests took; the next comes when they have read for a moment."""
    waits, until = [], time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        await wire.send(request)
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(PACE_SECONDS)
    return waits


@asynccontextmanager
async def _attacked(kind: str, address: str, token: str, project: str) -> AsyncIterator[None]:
    """The attack is under way while the block runs, from a process of its own; its answers are printed."""
    url = urlsplit(address)
    words = ("-m", "bench.siege", kind, str(url.hostname), str(url.port), token, project)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        await process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        told = await process.stdout.readline()
        await process.wait()
    click.echo(f"  {kind}: {json.loads(told or b'{}')}", err=True)


def _figures(kind: str, before: list[float], during: list[float], held: int, peak: Peak) -> list[Figure]:
    def figure(name: str, value: float, unit: str = "") -> Figure:
        return Figure("attacks", f"{kind}: {name}", value, unit, None, len(during))

    figures = [figure("p50 before", percentile(before, 50) * 1000, "ms")]
    for percent in (50, 95):
        ratio = percentile(during, percent) / percentile(before, percent)
        figures.append(figure(f"p{percent} during, times before", ratio))
    figures.append(figure("p95 during", percentile(during, 95) * 1000, "ms"))
    figures.append(figure("memory before", held / MIB, "MiB"))
    figures.append(figure("memory during, times before", peak.own / held))
    return figures
