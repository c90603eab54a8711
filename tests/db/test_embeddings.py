"""Embeddings that were paid for: found by hash within their project, kept once, forgotten in time."""

import asyncio
import hashlib

import numpy as np
import pytest

from db.engine import Database
from db.errors import Stale
from db.queries import chunks, embeddings
from db.queries.chunks import Target
from db.queries.embeddings import Bought, Source
from tests.db import seed
from tests.db.seed import Home

NUM = 5
HASHES = [hashlib.sha256(f"text {number}".encode()).digest() for number in range(NUM)]


def source(home: Home, *, model: str = "m", dimensions: int = seed.DIMENSIONS) -> Source:
    return Source(home.generation_id, model, dimensions)


async def keep(database: Database, home: Home, place: Target, first: int = 0, last: int = NUM) -> None:
    rows = seed.vectors(NUM)[first:last]
    hashes = HASHES[first:last]
    bought = Bought([place.document_id] * len(hashes), hashes, rows)
    await embeddings.keep(database, project_id=place.project_id, source=source(home), bought=bought)


async def known(database: Database, place: Target, of: Source) -> set[int]:
    return await embeddings.stage_known(
        database, target=place, source=of, positions=range(NUM), sha256s=HASHES
    )


async def num_kept(database: Database) -> int:
    return int(await database.pool.fetchval("SELECT count(*) FROM opentrace.cached_embeddings"))


async def aged(database: Database, sha256: bytes, days: int) -> None:
    await database.pool.execute(
        "UPDATE opentrace.cached_embeddings SET used_at = now() - make_interval(days => $1)"
        " WHERE sha256 = $2",
        days,
        sha256,
    )


async def test_what_was_bought_for_one_document_is_staged_for_another(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await keep(database, home, place, last=3)
    again = await seed.target(database, home)
    await chunks.stage_chunks(database, target=again, rows=[seed.chunk(n) for n in range(NUM)])
    assert await known(database, again, source(home)) == {0, 1, 2}
    rows = await database.pool.fetch(
        "SELECT position, embedding::text AS numbers FROM opentrace.staged_vectors"
        " WHERE version_id = $1 AND generation_id = $2 ORDER BY position",
        again.version_id,
        home.generation_id,
    )
    found = [np.array(row["numbers"].strip("[]").split(","), dtype=np.float32) for row in rows]
    assert np.allclose(found, seed.vectors(NUM)[:3].astype(np.float16), atol=1e-3)


async def test_other_models_widths_and_projects_have_none_of_it(database: Database) -> None:
    home = await seed.home(database)
    await keep(database, home, await seed.target(database, home))
    place = await seed.target(database, home)
    assert await known(database, place, source(home, model="n")) == set()
    assert await known(database, place, source(home, dimensions=9)) == set()
    other = await seed.home(database)
    assert await known(database, await seed.target(database, other), source(other)) == set()
    assert await known(database, place, source(home)) == set(range(NUM))


async def test_a_lost_fence_stages_nothing(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await keep(database, home, place)
    late = Target(place.project_id, place.document_id, place.version_id, attempt=0)
    with pytest.raises(Stale):
        await known(database, late, source(home))


async def test_two_that_buy_the_same_at_the_same_time_keep_it_once(database: Database) -> None:
    home = await seed.home(database)
    places = [await seed.target(database, home) for _ in range(3)]
    await asyncio.gather(
        keep(database, home, places[0], 0, 4),
        keep(database, home, places[1], 1, 5),
        keep(database, home, places[2], 0, 5),
    )
    assert await num_kept(database) == NUM


async def test_it_goes_with_the_document_that_paid_and_is_not_kept_for_one_that_is_gone(
    database: Database,
) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await keep(database, home, place)
    await database.pool.execute("DELETE FROM opentrace.documents WHERE id = $1", place.document_id)
    assert await num_kept(database) == 0
    await keep(database, home, place)
    assert await num_kept(database) == 0


async def test_the_longest_unused_are_forgotten_by_age_and_by_number(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await keep(database, home, place)
    for number, sha256 in enumerate(HASHES):
        await aged(database, sha256, days=10 * (NUM - number))
    day = 86_400.0

    async def pruned(days: float, max_entries: int, limit: int = 100) -> int:
        return await embeddings.prune(
            database, older_than_seconds=days * day, max_entries=max_entries, limit=limit
        )

    assert await pruned(days=100, max_entries=NUM) == 0
    assert await pruned(days=45, max_entries=NUM) == 1
    assert await pruned(days=100, max_entries=2, limit=1) == 1
    assert await pruned(days=100, max_entries=2) == 1
    assert await known(database, place, source(home)) == {3, 4}


async def test_what_is_of_use_stays_longer(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await keep(database, home, place)
    for sha256 in HASHES:
        await aged(database, sha256, days=10)
    await embeddings.stage_known(
        database, target=place, source=source(home), positions=[0], sha256s=HASHES[:1]
    )
    assert await embeddings.prune(database, older_than_seconds=86_400, max_entries=NUM, limit=100) == NUM - 1
