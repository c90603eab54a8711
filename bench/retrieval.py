"""Search in one project among many: exact, indexed and as most people build it; recall, strategies, sizes."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import click
import numpy as np

from backend.services import vector_indexes
from backend.services.vector_indexes import Rules
from backend.transactions import Transactions
from bench import shelves, strategies, wide, writes
from bench.measure import percentile
from bench.results import Figure
from bench.shelves import Library, Shelf
from bench.stack import Stack
from db import engine
from db.engine import Database

DIMENSIONS = 384
WIDE_DIMENSIONS, NUM_WIDE = 1536, 5_000
MAX_WHOLE = 300_000
"""Of more, only the projects that are measured have words and are in the wide table, so that it ends."""
GOAL_EXACT, GOAL_MISSED = 0.2, 0.02
_OF = "SELECT chunk_id FROM opentrace.{}($1, $2, $3::real[]::{}.halfvec, NULL, $4)"
_BYTES = """
SELECT coalesce(sum(pg_relation_size(c.oid)), 0)::bigint FROM pg_class c
 WHERE c.relkind = $2 AND c.relname LIKE $1
"""
_COMMON = """
SELECT lexeme FROM opentrace.lexeme_counts
 WHERE project_id = $1 AND NOT starts_with(lexeme, '=') ORDER BY num DESC LIMIT 5
"""
_WORDED = """
SELECT k.chunk_id FROM opentrace.keyword_needle($1, $2, 2000) AS n
 CROSS JOIN opentrace.keyword_chunks($1, n.filter, n.rarities, NULL, 100) AS k
"""


@dataclass
class Bench:
    """What the measurements share."""

    database: Database
    connection: asyncpg.Connection
    home: str
    """The schema of pgvector."""
    figures: list[Figure]

    def note(self, name: str, value: float, unit: str, goal: float | None = None, num: int = 0) -> None:
        self.figures.append(Figure("retrieval", name, value, unit, goal, num))

    async def near(self, shelf: Shelf, function: str, num: int) -> list[list[Any]]:
        statement = _OF.format(function, self.home)
        return [
            [row[0] for row in await self.connection.fetch(statement, *_place(shelf), query.tolist(), num)]
            for query in shelf.queries
        ]


async def run(stack: Stack) -> list[Figure]:
    """Rows 8 to 11: see README.md. Everything is made anew from a seed; the clock is one connection's."""
    database = await engine.open(stack.postgres.url, pool_size=6, transaction_pooler=False)
    connection = await stack.owner()
    home = await connection.fetchval(
        "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector'"
    )
    bench = Bench(database, connection, home, [])
    try:
        found = await _lay_out(bench, DIMENSIONS, shelves.sizes(stack.num_chunks))
        samples = _one_of_each(found)
        await _exact(bench, samples, "")
        await strategies.measure(
            bench.figures, stack, [each for each in samples if each.num_chunks <= 10_000], "exact"
        )
        await _words(bench, samples[0])
        await _index(bench, samples)
        await _recall(bench, samples)
        await strategies.measure(
            bench.figures, stack, [each for each in samples if each.num_chunks > 10_000], "indexed"
        )
        await writes.measure(bench.figures, database, samples[0].user_id)
        await connection.execute("TRUNCATE opentrace.projects CASCADE; TRUNCATE opentrace.chunk_vectors")
        few = await _lay_out(bench, WIDE_DIMENSIONS, [NUM_WIDE], with_words=False)
        await _exact(bench, few, f" ({WIDE_DIMENSIONS} dimensions)")
    finally:
        await connection.close()
        await engine.close(database)
    return bench.figures


async def _lay_out(
    bench: Bench, dimensions: int, sizes: Sequence[int], with_words: bool = True
) -> list[Shelf]:
    start = time.perf_counter()
    library = Library(bench.database, dimensions=dimensions, num_chunks=sum(sizes))
    user = await library.user()
    found, documents, seen = [], [], set[int]()
    for size in sizes:
        shelf, piles = await library.shelf(user, size)
        for pile in piles:
            await shelves.write(bench.connection, pile)
        if sum(sizes) <= MAX_WHOLE or size not in seen:
            documents += [pile.document_id for pile in piles]
        seen.add(size)
        found.append(shelf)
    _say(f"{sum(sizes):,} chunks in {len(sizes)} projects written", start)
    if with_words:
        begun = time.perf_counter()
        await shelves.index_words(bench.database, documents)
        _say("words indexed", begun)
    for table in ("chunks", "chunk_vectors", "chunk_keywords", "lexeme_counts", "lexeme_changes"):
        await bench.connection.execute(f"VACUUM ANALYZE opentrace.{table}")
    await wide.fill(bench.connection, dimensions, documents)
    _say("the wide table filled", start)
    return found


def _one_of_each(found: Sequence[Shelf]) -> list[Shelf]:
    """The first of each size: those are whole in large tables too."""
    return list({shelf.num_chunks: shelf for shelf in reversed(found)}.values())[::-1]


async def _exact(bench: Bench, found: Sequence[Shelf], of: str) -> None:
    """Row 8: the ten nearest of a project, by looking at all of them; the two take turns."""
    statement = _OF.format("exact_chunks", bench.home)
    for shelf in found:
        ours, theirs = [], []
        for query in [*shelf.queries[:5], *shelf.queries]:
            given = query.tolist()
            ours.append(await _timed(bench.connection, statement, *_place(shelf), given, 10))
            theirs.append(await _timed(bench.connection, wide.NEAREST, shelf.project_id, given))
        mine, wides = statistics.median(ours[5:]), statistics.median(theirs[5:])
        name = f"exact, {shelf.num_chunks:,} chunks{of}"
        bench.note(f"{name}: p50", mine * 1e3, "ms", num=len(ours) - 5)
        bench.note(f"{name}: wide table, p50", wides * 1e3, "ms", num=len(ours) - 5)
        bench.note(f"{name}: times the wide table", mine / wides, "", GOAL_EXACT, len(ours) - 5)


async def _words(bench: Bench, shelf: Shelf) -> None:
    """The keyword arm alone: words of a chunk, and the five that are in most chunks and nothing else."""
    place = await bench.connection.fetch(_COMMON, shelf.project_id)
    asked = {"words of a chunk": shelf.wordings, "common words": [" ".join(row[0] for row in place)] * 10}
    for name, wordings in asked.items():
        times = [await _timed(bench.connection, _WORDED, shelf.project_id, each) for each in wordings]
        value = statistics.median(times) * 1e3
        bench.note(f"{name} among {shelf.num_chunks:,} chunks: p50", value, "ms", num=len(times))


async def _index(bench: Bench, found: Sequence[Shelf]) -> None:
    """Upkeep's own indexes, and one over everything."""
    start = time.perf_counter()
    rules = replace(Rules(), every_seconds=0)
    nobody: Any = None
    await vector_indexes.tend(Transactions(bench.database.sessions, nobody, nobody), bench.database, rules)
    rows = await bench.connection.fetch("SELECT * FROM opentrace.vector_indexes")
    by_generation = {row["generation_id"]: row for row in rows}
    for shelf in found:
        row = by_generation.get(shelf.generation_id)
        if row is not None:
            name = f"index, {shelf.num_chunks:,} chunks"
            size = await _bytes(bench, f"chunk_vectors_near_{shelf.generation_id.hex}")
            bench.note(f"{name}: build", row["build_seconds"], "s")
            bench.note(f"{name}: size", size / 1e6, "MB")
            bench.note(f"{name}: missed by its own check", (1 - row["recall"]) * 100, "%", GOAL_MISSED * 100)
    _say("indexes built", start)
    seconds, size = await wide.index(bench.connection)
    bench.note("one index over all: build", seconds, "s")
    bench.note("one index over all: size", size / 1e6, "MB")
    bench.note("vectors: size", await _bytes(bench, "chunk_vectors_p__", "r") / 1e6, "MB")
    bench.note("index of words: size", await _bytes(bench, "ix_chunk_keywords_lexemes") / 1e6, "MB")
    _say("one index over all built", start)


async def _recall(bench: Bench, found: Sequence[Shelf]) -> None:
    """Row 9: of the ten nearest, how many are missed; and how it does where one index holds all projects."""
    for shelf in found:
        truth = await bench.near(shelf, "exact_chunks", 10)
        ours = await bench.near(shelf, "nearest_chunks", 10)
        stock = [
            [row[0] for row in await bench.connection.fetch(wide.NEAREST, shelf.project_id, query.tolist())]
            for query in shelf.queries
        ]
        name = f"{shelf.num_chunks:,} chunks"
        goal = 0.0 if shelf.num_chunks <= 10_000 else GOAL_MISSED * 100
        bench.note(f"missed of the ten nearest, {name}", _missed(truth, ours), "%", goal, len(truth))
        bench.note(
            f"missed of the ten nearest, {name}: stock plan", _missed(truth, stock), "%", num=len(truth)
        )
        short = max(len(each) - len(mine) for each, mine in zip(truth, ours, strict=True))
        bench.note(f"rows too few, {name}", short, "", 0.0, len(truth))
        if shelf.num_chunks >= Rules().num_chunks:
            for num in (10, 100):
                await _against_exact(bench, shelf, num)


async def _against_exact(bench: Bench, shelf: Shelf, num: int) -> None:
    exact, indexed = (_OF.format(name, bench.home) for name in ("exact_chunks", "nearest_chunks"))
    pairs = []
    for query in shelf.queries:
        given = (*_place(shelf), query.tolist(), num)
        pairs.append([await _timed(bench.connection, each, *given) for each in (exact, indexed)])
    slow, fast = (statistics.median(each) for each in zip(*pairs, strict=True))
    p95 = percentile([pair[1] for pair in pairs], 95)
    name = f"the {num} nearest of {shelf.num_chunks:,} chunks"
    bench.note(f"{name}, indexed: p50", fast * 1e3, "ms", num=len(pairs))
    bench.note(f"{name}, indexed: p95", p95 * 1e3, "ms", num=len(pairs))
    bench.note(f"{name}, indexed: times exact", fast / slow, "", 1.0, len(pairs))


def _missed(truth: Sequence[Sequence[Any]], found: Sequence[Sequence[Any]]) -> float:
    shares = [len(set(best) - set(mine)) / len(best) for best, mine in zip(truth, found, strict=True)]
    return float(np.mean(shares)) * 100


async def _timed(connection: asyncpg.Connection, statement: str, *values: Any) -> float:
    start = time.perf_counter()
    await connection.fetch(statement, *values)
    return time.perf_counter() - start


async def _bytes(bench: Bench, name: str, kind: str = "i") -> int:
    size: int = await bench.connection.fetchval(_BYTES, name, kind.encode())
    return size


def _place(shelf: Shelf) -> tuple[Any, Any]:
    return shelf.project_id, shelf.generation_id


def _say(what: str, since: float) -> None:
    click.echo(f"  {what}, {time.perf_counter() - since:.0f} s", err=True)
