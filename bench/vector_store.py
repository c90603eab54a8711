"""Filling and searching many projects, against LangChain's two stores on PostgreSQL in the same run."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np
from numpy.typing import NDArray

from backend.local import installation as installations
from bench import shelves
from bench.measure import cpu_seconds
from bench.results import Figure
from bench.shelves import Library, Pile, Shelf
from bench.stack import Stack
from bench.writes import stage_target
from db import engine
from db.engine import Database
from db.queries import chunks, search
from db.queries.chunks import NewChunk
from db.queries.search import Cut, Scope

PACKAGES = ("langchain-postgres==0.0.19", "psycopg[binary]==3.3.9")
STORES = {
    "PGVector": "LangChain PGVector",
    "PGVectorStore": "LangChain PGVectorStore, HNSW",
}
DIMENSIONS, K, BATCH = 384, 10, 500
NUM_CHUNKS = 30_000
NUM_INGESTED = 2_000
DATABASE = "langchain"


@dataclass(frozen=True)
class Site:
    """All projects' chunks, of which some are searched."""

    piles: Sequence[Pile]
    asked: Sequence[Shelf]

    @property
    def vectors(self) -> NDArray[np.float32]:
        return np.vstack([pile.vectors for pile in self.piles])

    def nearest(self, shelf: Shelf) -> list[set[str]]:
        """The ids of the ten nearest of a project to each of its queries, by looking at all of them."""
        own = [pile for pile in self.piles if pile.project_id == shelf.project_id]
        ids = np.array([str(id) for pile in own for id in pile.ids])
        cosines = shelf.queries @ np.vstack([pile.vectors for pile in own]).T
        return [set(ids[np.argsort(-row)[:K]]) for row in cosines]


async def run(stack: Stack) -> list[Figure]:
    """Ours first, then each of theirs on a database of its own in the same server."""
    python = await _environment()
    database = await engine.open(stack.postgres.url, pool_size=2, transaction_pooler=False)
    figures: list[Figure] = []
    try:
        library = Library(database, dimensions=DIMENSIONS, num_chunks=NUM_CHUNKS)
        site = await _lay_out(stack, library)
        figures += await _ingested(database, library)
    finally:
        await engine.close(database)
    for shelf in site.asked:
        figures += await _searched(stack, shelf, site.nearest(shelf))
    for name in STORES:
        figures += _theirs(name, site, await _langchain(stack, python, name, site))
    return figures


async def _environment() -> Path:
    """Python with LangChain's packages, in a virtual environment of their own that is made once."""
    folder = installations.find().folder / "langchain-venv"
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        await _call(sys.executable, "-m", "venv", str(folder))
        await _call(str(python), "-m", "pip", "install", "-q", *PACKAGES)
        (folder / "made").touch()
    return python


async def _call(*argv: str, **env: str) -> str:
    """What a command prints; raises RuntimeError with it when the command fails."""
    process = await asyncio.create_subprocess_exec(
        *argv, env=env or None, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, said = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{argv[:3]} failed: {said.decode()[-2000:]}")
    return output.decode()


async def _lay_out(stack: Stack, library: Library) -> Site:
    user = await library.user()
    owner = await stack.owner()
    made = [await library.shelf(user, size) for size in shelves.sizes(NUM_CHUNKS)]
    piles = [pile for _, some in made for pile in some]
    for pile in piles:
        await shelves.write(owner, pile)
    for table in ("chunks", "chunk_vectors"):
        await owner.execute(f"VACUUM ANALYZE opentrace.{table}")
    await owner.close()
    by_size = {shelf.num_chunks: shelf for shelf, _ in made}
    return Site(piles, list(by_size.values()))


async def _ingested(database: Database, library: Library) -> list[Figure]:
    """A document as a worker writes it: staged under its fence, then published with its words."""
    user = await library.user()
    shelf, (pile,) = await library.shelf(user, NUM_INGESTED)
    target = await stage_target(database, user, shelf.project_id)
    rows = [
        NewChunk(n, text, [], ["paragraph"], None, None, [], "0" * 64) for n, text in enumerate(pile.texts)
    ]
    began, spent = time.perf_counter(), time.process_time()
    await chunks.stage_chunks(database, target=target, rows=rows)
    for start in range(0, NUM_INGESTED, BATCH):
        places = range(start, min(start + BATCH, NUM_INGESTED))
        await chunks.stage_vectors(
            database,
            target=target,
            generation_id=shelf.generation_id,
            positions=places,
            vectors=pile.vectors[places.start : places.stop],
        )
    async with database.sessions.begin() as session:
        await chunks.publish_version(session, target=target, generation_id=shelf.generation_id)
    seconds, own = time.perf_counter() - began, time.process_time() - spent
    return _filled("Opentrace, staged and published", NUM_INGESTED, seconds, own)


async def _searched(stack: Stack, shelf: Shelf, truth: list[set[str]]) -> list[Figure]:
    """As the API does it: its role, its function, one connection."""
    database = await engine.open(stack.postgres.api_url, pool_size=1, transaction_pooler=False)
    pid: int = await database.pool.fetchval("SELECT pg_backend_pid()")
    scope, cut = Scope(shelf.user_id, shelf.project_id, shelf.generation_id), Cut(-1, K)
    times: list[float] = []
    found: list[list[str]] = []
    for query in shelf.queries[:3]:
        await search.basic(database, scope=scope, query=query, cut=cut)
    before, spent = cpu_seconds(pid), time.process_time()
    for query in shelf.queries:
        start = time.perf_counter()
        hits = await search.basic(database, scope=scope, query=query, cut=cut)
        times.append(time.perf_counter() - start)
        found.append([str(hit.chunk_id) for hit in hits])
    client, backend = time.process_time() - spent, cpu_seconds(pid) - before
    await engine.close(database)
    num = len(times)
    result = {"p50": float(np.median(times)), "client": client / num, "database": backend / num, "ids": found}
    return _hits("Opentrace", shelf, result, truth)


async def _langchain(stack: Stack, python: Path, name: str, site: Site) -> dict[str, Any]:
    folder = stack.installation.data("langchain")
    np.save(folder / "vectors.npy", site.vectors)
    np.save(folder / "queries.npy", np.stack([shelf.queries for shelf in site.asked]))
    given = {
        "texts": [text for pile in site.piles for text in pile.texts],
        "ids": [str(id) for pile in site.piles for id in pile.ids],
        "projects": [str(pile.project_id) for pile in site.piles for _ in pile.ids],
        "asked": [str(shelf.project_id) for shelf in site.asked],
    }
    (folder / "given.json").write_text(json.dumps(given))
    admin = await asyncpg.connect(stack.postgres.admin_url)
    await admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
    await admin.execute(f"CREATE DATABASE {DATABASE}")
    await admin.close()
    url = stack.postgres.admin_url.rpartition("/")[0] + f"/{DATABASE}"
    inside = await asyncpg.connect(url)
    await inside.execute("CREATE EXTENSION vector")
    await inside.close()
    # -P: the names of our modules must not hide those of the standard library.
    script = ("-P", str(Path(__file__).with_name("langchain_store.py")))
    said = await _call(
        str(python), *script, name, str(folder), STORE_URL=url.replace("postgresql", "postgresql+psycopg")
    )
    result: dict[str, Any] = json.loads(said.splitlines()[-1])
    return result


def _theirs(name: str, site: Site, result: dict[str, Any]) -> list[Figure]:
    seconds, client, _ = result["filled"]
    figures = _filled(STORES[name], len(site.vectors), seconds, client)
    if name == "PGVectorStore":
        figures.append(Figure("vector_store", f"{STORES[name]}: index built", result["indexed"][0], "s"))
    for shelf in site.asked:
        figures += _hits(STORES[name], shelf, result["searched"][str(shelf.project_id)], site.nearest(shelf))
    return figures


def _filled(name: str, num: int, seconds: float, client: float) -> list[Figure]:
    return [
        Figure("vector_store", f"{name}: written", num / seconds, "chunks/s", None, num),
        Figure("vector_store", f"{name}: client's CPU per chunk", client / num * 1e6, "µs", None, num),
    ]


def _hits(name: str, shelf: Shelf, result: dict[str, Any], truth: list[set[str]]) -> list[Figure]:
    found: list[list[str]] = result["ids"]
    shares = [len(best & set(mine)) / len(best) for best, mine in zip(truth, found, strict=True)]
    of, num = f"{name}, project of {shelf.num_chunks:,} among {NUM_CHUNKS:,}", len(found)
    return [
        Figure("vector_store", f"{of}: p50", result["p50"] * 1e3, "ms", None, num),
        Figure("vector_store", f"{of}: client's CPU", result["client"] * 1e3, "ms", None, num),
        Figure("vector_store", f"{of}: database's CPU", result["database"] * 1e3, "ms", None, num),
        Figure("vector_store", f"{of}: of the ten nearest", float(np.mean(shares)) * 100, "%", None, num),
    ]
