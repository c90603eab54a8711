"""Large projects are searched by an index of their own, which never finds fewer chunks than there are."""

import asyncio
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import numpy as np
import pytest

from backend.services import vector_indexes
from backend.services.vector_indexes import CHORE, Rules
from backend.transactions import Transactions
from db import engine, migrate
from db.engine import Database
from db.models import Fusion, VectorIndex, VectorIndexStatus
from db.queries import search
from db.queries import vector_indexes as index_rows
from db.queries.search import Arms, Cut, Scope, Wordings
from tests.db import seed
from tests.fixtures.databases import DatabaseAddress

NUM = 300
RULES = Rules(num_chunks=200, every_seconds=0)
READY = {"num_built": 1, "num_ready": 1}
VECTORS = seed.vectors(NUM + 100)
NEAREST = "SELECT chunk_id FROM opentrace.nearest_chunks($1, $2, $3::real[]::halfvec, $4, $5)"
EXACT = NEAREST.replace("nearest_chunks", "exact_chunks")
INDEXED = NEAREST.replace("nearest_chunks($1, $2,", f"indexed_chunks($1, $2, {seed.DIMENSIONS}, 200,")
INDEXES = """
SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE c.relname LIKE 'chunk_vectors_near_%'
"""


async def tend(database: Database, rules: Rules = RULES) -> dict[str, int] | None:
    """One turn; nothing is announced or queued by it."""
    return await vector_indexes.tend(
        Transactions(database.sessions, cast(Any, None), cast(Any, None)), database, rules
    )


async def large(database: Database) -> seed.Home:
    """A project with two documents, of which the second is a hundred chunks long."""
    home = await seed.home(database)
    await seed.published(database, home, VECTORS[:NUM])
    await seed.published(database, home, VECTORS[NUM:], second=1)
    return home


async def rows(database: Database) -> list[VectorIndex]:
    found = await database.pool.fetch("SELECT * FROM opentrace.vector_indexes")
    return [VectorIndex(**dict(row)) for row in found]


async def names(database: Database) -> dict[str, bool]:
    return {row["relname"]: row["indisvalid"] for row in await database.pool.fetch(INDEXES)}


async def found(
    database: Any, home: seed.Home, statement: str, *, documents: list[UUID] | None = None, num: int = 100
) -> list[UUID]:
    query = seed.vectors(1, seed=7)[0].tolist()
    hits = await database.fetch(statement, home.project_id, home.generation_id, query, documents, num)
    return [row["chunk_id"] for row in hits]


async def num_scans(database: Database) -> int:
    """How often the project's index was used so far."""
    await database.pool.execute("SELECT pg_stat_force_next_flush()")
    num: int = await database.pool.fetchval(
        "SELECT sum(idx_scan) FROM pg_stat_user_indexes WHERE indexrelname LIKE 'chunk_vectors_near_%'"
    )
    return num


async def expire(database: Database) -> None:
    await database.pool.execute(
        "UPDATE opentrace.chores SET leased_until = now() - interval '1 second' WHERE name = $1", CHORE
    )


async def test_a_large_project_is_searched_by_its_index_and_finds_the_same(database: Database) -> None:
    home = await large(database)
    scope = Scope(home.user_id, home.project_id, home.generation_id)
    query = seed.vectors(2, seed=3)
    cut = Cut(-1, 100)
    arms = Arms(by_words=True, fusion=Fusion.CONVEX, vector_weight=0.7, keyword_weight=0.3)
    wordings = Wordings(["text 7", "text 320"], query)

    async def searched() -> list[Any]:
        return [
            await search.basic(database, scope=scope, query=query[0], cut=cut),
            await search.fused(database, scope=scope, wordings=wordings, arms=arms, cut=cut),
        ]

    before = await searched()
    assert await tend(database) == READY
    (row,) = await rows(database)
    assert (row.generation_id, row.status, row.num_chunks) == (home.generation_id, "READY", NUM + 100)
    assert row.breadth == 200
    assert (row.recall or 0) >= 0.98 and row.built_at is not None and row.build_seconds is not None
    used = await num_scans(database)
    assert await searched() == before
    assert await num_scans(database) - used == 3
    assert await tend(database) == {}


async def test_it_is_the_same_where_the_types_of_vectors_have_a_schema_of_their_own(
    hosted_database: DatabaseAddress,
) -> None:
    await migrate.upgrade(hosted_database.url)
    opened = await engine.open(hosted_database.url, pool_size=5, transaction_pooler=False)
    try:
        home = await large(opened)
        scope, query = Scope(home.user_id, home.project_id, home.generation_id), seed.vectors(1, seed=3)[0]
        before = await search.basic(opened, scope=scope, query=query, cut=Cut(-1, 100))
        assert await tend(opened) == READY
        used = await num_scans(opened)
        assert await search.basic(opened, scope=scope, query=query, cut=Cut(-1, 100)) == before
        assert await num_scans(opened) - used == 1
    finally:
        await engine.close(opened)


async def test_a_small_project_stays_exact(database: Database) -> None:
    home = await seed.home(database)
    await seed.published(database, home, VECTORS[:199])
    assert await tend(database) == {}
    assert (await rows(database), await names(database)) == ([], {})


async def test_chunks_written_later_are_in_the_index_too(database: Database) -> None:
    home = await large(database)
    await tend(database)
    query = seed.vectors(1, seed=7)
    place = await seed.published(database, home, np.vstack([query] * 3), second=2)
    nearest = await found(database.pool, home, NEAREST, num=3)
    assert nearest == await found(database.pool, home, INDEXED, num=3)
    assert {place.document_id} == {
        row["document_id"]
        for row in await database.pool.fetch("SELECT * FROM opentrace.chunks WHERE id = ANY ($1)", nearest)
    }


async def test_filters_hold_in_the_index(database: Database) -> None:
    home = await large(database)
    await tend(database)
    documents = await database.pool.fetch("SELECT id, num_chunks FROM opentrace.documents")
    for row in documents:
        used = await num_scans(database)
        expected = await found(database.pool, home, EXACT, documents=[row["id"]])
        assert await found(database.pool, home, NEAREST, documents=[row["id"]]) == expected
        assert await num_scans(database) - used == 1
    few = await seed.published(database, home, VECTORS[:5], second=2)
    used = await num_scans(database)
    assert len(await found(database.pool, home, NEAREST, documents=[few.document_id])) == 5
    assert await num_scans(database) == used


async def test_what_the_index_does_not_find_is_found_by_looking_at_everything(database: Database) -> None:
    home = await seed.home(database)
    await seed.published(database, home, VECTORS[:NUM])
    away = VECTORS[NUM:] / np.float32(9) - seed.vectors(1, seed=7)
    far = await seed.published(database, home, away, second=1)
    await tend(database, replace(RULES, min_recall=0))
    async with database.pool.acquire() as connection:
        await connection.execute("SET hnsw.max_scan_tuples = 1")
        try:
            walked = await found(connection, home, INDEXED, documents=[far.document_id], num=20)
            exact = await found(connection, home, EXACT, documents=[far.document_id], num=20)
            assert len(walked) < len(exact) == 20
            assert await found(connection, home, NEAREST, documents=[far.document_id], num=20) == exact
        finally:
            await connection.execute("RESET hnsw.max_scan_tuples")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM opentrace.documents WHERE num_chunks > 100",
        "DELETE FROM opentrace.projects",
        "UPDATE opentrace.embedding_generations SET status = 'RETIRED'",
    ],
)
async def test_an_index_of_no_use_any_more_goes(database: Database, statement: str) -> None:
    await large(database)
    await tend(database)
    assert len(await names(database)) == 1
    await database.pool.execute(statement)
    assert await tend(database, replace(RULES, num_chunks=202)) == {"num_dropped": 1}
    assert (await rows(database), await names(database)) == ([], {})


async def test_an_index_stays_whose_model_is_asked_for_while_it_is_about_to_go(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await large(database)
    await tend(database)
    set_status = "UPDATE opentrace.embedding_generations SET status = "
    await database.pool.execute(set_status + "'CANCELLED'")
    surplus = index_rows.surplus

    async def asked_again(*given: Any, **named: Any) -> list[VectorIndex]:
        found = await surplus(*given, **named)
        assert len(found) == 1
        await database.pool.execute(set_status + "'BUILDING'")
        return found

    monkeypatch.setattr(index_rows, "surplus", asked_again)
    assert await tend(database) == {}
    assert [row.status for row in await rows(database)] == ["READY"]
    assert set((await names(database)).values()) == {True}


async def test_an_index_that_finds_too_little_is_not_used(database: Database) -> None:
    home = await large(database)
    strict = replace(RULES, min_recall=1.1)
    assert await tend(database, strict) == {"num_built": 1, "num_refused": 1}
    (row,) = await rows(database)
    assert (row.status, (row.recall or 0) >= 0.98) == (VectorIndexStatus.REFUSED, True)
    assert await names(database) == {}
    assert await found(database.pool, home, NEAREST) == await found(database.pool, home, EXACT)
    assert await tend(database) == {}
    await seed.published(database, home, seed.vectors(NUM + 200, seed=5), second=2)
    assert await tend(database) == READY


async def test_an_index_is_walked_as_broadly_as_it_must_be(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await large(database)
    tried = []

    async def recall(_: Database, index: VectorIndex, *, num_queries: int) -> float:
        tried.append((index.breadth, num_queries))
        return 0.97 if index.breadth < 400 else 0.99

    monkeypatch.setattr(index_rows, "recall", recall)
    assert await tend(database) == READY
    assert tried == [(200, 50), (400, 50)]
    assert [(row.breadth, row.recall) for row in await rows(database)] == [(400, 0.99)]


async def test_an_index_is_checked_again_when_its_project_has_doubled(database: Database) -> None:
    home = await large(database)
    await tend(database)
    await seed.published(database, home, seed.vectors(NUM + 200, seed=5), second=2)
    assert await tend(database) == {"num_ready": 1}
    assert [row.num_chunks for row in await rows(database)] == [2 * NUM + 300]


async def test_a_partition_has_few_indexes(database: Database) -> None:
    await large(database)
    assert await tend(database, replace(RULES, per_partition=0)) == {"num_without_place": 1}
    assert (await rows(database), await names(database)) == ([], {})


async def test_a_build_that_is_broken_off_is_begun_again(database: Database) -> None:
    home = await large(database)
    async with database.pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE opentrace.chunk_vectors IN ROW EXCLUSIVE MODE")
        broken = asyncio.create_task(tend(database))
        await seed.until_somebody_waits_for_a_lock(database)
        broken.cancel()
        with pytest.raises(asyncio.CancelledError):
            await broken
    assert [row.status for row in await rows(database)] == ["BUILDING"]
    assert set((await names(database)).values()) == {False}
    assert await found(database.pool, home, NEAREST) == await found(database.pool, home, EXACT)
    assert await tend(database) is None
    await expire(database)
    assert await tend(database) == READY
    assert set((await names(database)).values()) == {True}


async def test_a_worker_that_lost_the_lease_does_not_switch_its_index_on(database: Database) -> None:
    await large(database)
    async with database.pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE opentrace.chunk_vectors IN ROW EXCLUSIVE MODE")
        late = asyncio.create_task(tend(database))
        await seed.until_somebody_waits_for_a_lock(database)
        await database.pool.execute("UPDATE opentrace.chores SET attempt = attempt + 1")
    assert await late is None
    assert [row.status for row in await rows(database)] == ["BUILDING"]
    await expire(database)
    assert await tend(database) == READY
