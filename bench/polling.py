"""Who knows first, and at what cost: a subscription to a document, or asking for it every two seconds."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from random import Random
from statistics import median
from uuid import UUID

import httpx

from backend.cli.client import Client, events_of, result_of
from backend.local.server import Server
from backend.schema.nodes import global_id
from bench.measure import cpu_seconds, percentile, tree_cpu_seconds
from bench.page import new_project, row_of
from bench.results import Figure
from bench.stack import Stack

LEVELS = (1, 100)
ROUNDS = {1: 10, 100: 1}
"""One watcher sees one change in a round: a few rounds make a median."""
POLL_SECONDS = 2.0
WINDOW_SECONDS = {1: 5.0, 100: 40.0}
SETTLE_SECONDS = 1.0

INSERT = """
INSERT INTO opentrace.documents
      (id, project_id, uploaded_by, name, content_type, size_bytes, sha256, storage_key, source, status,
       attempt, event_seq, num_tries, num_pages_parsed, num_chunks_embedded, version, newest_version,
       num_summaries_made,
       created_at, updated_at, queued_at)
SELECT gen_random_uuid(), p.id, p.created_by, format('Report %s.pdf', n), 'application/pdf', 20000,
       repeat('a', 64), format('bench/%s', n), 'UPLOAD', 'QUEUED', 1, 1, 0, 0, 0, 0, 1, 0, now(), now(), now()
  FROM opentrace.projects p, generate_series(1, $2::int) AS n
 WHERE p.id = $1
RETURNING id
"""
CANCEL = """
mutation ($document: ID!) {
  cancelDocument(input: {documentId: $document}) {
    __typename
    ... on DocumentPayload { document { id } }
    ... on Error { message code }
  }
}
"""
EVENTS = """
subscription ($document: ID!) {
  documentEvents(documentId: $document) {
    __typename
    ... on Event { cursor }
    ... on DocumentSnapshot { document { status } }
  }
}
"""


@dataclass
class Watch:
    """One document, and when it changed and when its watcher knew."""

    document: UUID
    changed_at: float = 0.0
    known_at: float = 0.0
    num_requests: int = 0

    @property
    def seconds(self) -> float:
        return self.known_at - self.changed_at


@dataclass(frozen=True)
class Site:
    """The API that people watch by, another one by which documents change, and the REST server."""

    stack: Stack
    client: Client
    changing: Client
    project: str
    api: Server
    rest: Server

    async def by_subscription(self, watch: Watch, is_ready: asyncio.Event) -> None:
        async with self.client.socket() as socket:
            watch.num_requests = 1
            wanted = {"document": global_id("Document", watch.document)}
            async with aclosing(events_of(socket, EVENTS, wanted)) as events:
                async for event in events:
                    is_ready.set()
                    if event["__typename"] == "DocumentCancelled":
                        watch.known_at = time.monotonic()
                        return

    async def by_polling(self, watch: Watch, is_ready: asyncio.Event) -> None:
        address = f"{self.rest.address}/documents/{watch.document}/status"
        headers = self.client.headers()
        async with httpx.AsyncClient(trust_env=False, headers=headers) as http:
            while True:
                found = (await http.get(address)).json()
                watch.num_requests += 1
                is_ready.set()
                if found["status"] == "CANCELLED":
                    watch.known_at = time.monotonic()
                    return
                await asyncio.sleep(POLL_SECONDS)


Way = Callable[[Watch, asyncio.Event], Awaitable[None]]


@dataclass(frozen=True)
class Round:
    """What so many watchers saw within one window, and what that cost: seconds of CPU."""

    watches: Sequence[Watch]
    server: float
    stores: float


async def run(stack: Stack) -> list[Figure]:
    """Both ways in turns, at each number of watchers."""
    api, other = await stack.api(), await stack.api()
    rest = await stack.module("bench.status_page", "/healthz")
    client = stack.client(api)
    site = Site(stack, client, stack.client(other), await new_project(client), api, rest)
    figures: list[Figure] = []
    for num in LEVELS:
        polled: list[Round] = []
        followed: list[Round] = []
        for number in range(ROUNDS[num]):
            polled.append(await _round(site, site.by_polling, site.rest, num, Random(number)))
            followed.append(await _round(site, site.by_subscription, site.api, num, Random(number)))
        figures += _figures(num, followed, polled)
    return figures


async def _round(site: Site, way: Way, server: Server, num: int, random: Random) -> Round:
    """Everybody watches; each document is cancelled at a moment of its own within the window."""
    watches = [Watch(document) for document in await _documents(site, num)]
    ready = [asyncio.Event() for _ in watches]
    watching = [asyncio.create_task(way(*pair)) for pair in zip(watches, ready, strict=True)]
    await asyncio.gather(*(each.wait() for each in ready))
    await asyncio.sleep(SETTLE_SECONDS)
    before = _spent(site, server)
    await asyncio.gather(*(_change(site, each, random.uniform(0, WINDOW_SECONDS[num])) for each in watches))
    await asyncio.gather(*watching)
    own, stores = (late - early for late, early in zip(_spent(site, server), before, strict=True))
    return Round(watches, own, stores)


async def _change(site: Site, watch: Watch, after: float) -> None:
    await asyncio.sleep(after)
    watch.changed_at = time.monotonic()
    result_of(await site.changing.execute(CANCEL, {"document": global_id("Document", watch.document)}))


async def _documents(site: Site, num: int) -> list[UUID]:
    owner = await site.stack.owner()
    rows = await owner.fetch(INSERT, row_of(site.project), num)
    await owner.close()
    return [row["id"] for row in rows]


def _spent(site: Site, server: Server) -> tuple[float, float]:
    """CPU so far of the server that is asked, and of PostgreSQL and Redis."""
    assert server.child is not None
    stores = [each.child for each in (site.stack.postgres, site.stack.redis) if each.child is not None]
    return cpu_seconds(server.child.pid), sum(tree_cpu_seconds(child.pid) for child in stores)


def _figures(num: int, followed: Sequence[Round], polled: Sequence[Round]) -> list[Figure]:
    figures: list[Figure] = []
    for name, rounds in (("subscription", followed), ("polled every 2 s", polled)):
        watches = [each for one in rounds for each in one.watches]
        known = [each.seconds * 1e3 for each in watches]
        minutes = num * len(rounds) * WINDOW_SECONDS[num] / 2 / 60
        of = f"{num} watched, {name}"
        requests = sum(each.num_requests for each in watches) / len(watches)
        server, stores = (sum(getattr(each, kind) for each in rounds) for kind in ("server", "stores"))
        figures += [
            Figure("polling", f"{of}: changed → known, p50", median(known), "ms", None, len(known)),
            Figure("polling", f"{of}: changed → known, p95", percentile(known, 95), "ms", None, len(known)),
            Figure("polling", f"{of}: requests per document", requests, "", None, len(known)),
            Figure("polling", f"{of}: server CPU per document and minute", server / minutes * 1e3, "ms"),
            Figure("polling", f"{of}: database and Redis CPU, same", stores / minutes * 1e3, "ms"),
        ]
    return figures
