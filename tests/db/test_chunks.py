"""The chunk store: staged aside under a fence, published whole, found exactly, gone without a trace."""

import asyncio
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from db.engine import Database
from db.errors import Incomplete, Stale
from db.models import Document, User
from db.queries import chunks, search, stages
from db.queries.chunks import Target
from db.queries.search import Cut, Hit, Scope
from tests.db import seed

_COUNTS = """
SELECT (SELECT count(*) FROM opentrace.chunks), (SELECT count(*) FROM opentrace.chunk_vectors),
       (SELECT count(*) FROM opentrace.staged_chunks), (SELECT count(*) FROM opentrace.staged_vectors)
"""


async def counts(database: Database) -> tuple[int, ...]:
    """Chunks, vectors, staged chunks, staged vectors."""
    (row,) = await database.pool.fetch(_COUNTS)
    return tuple(row)


async def publish(database: Database, home: seed.Home, place: Target) -> int:
    async with database.sessions.begin() as session:
        return await chunks.publish_version(session, target=place, generation_id=home.generation_id)


async def find(database: Database, home: seed.Home, **changes: object) -> list[Hit]:
    options: dict[str, Any] = {
        "query": np.ones(seed.DIMENSIONS, np.float32),
        "threshold": -1.0,
        "limit": 100,
        **changes,
    }
    cut = Cut(options.pop("threshold"), options.pop("limit"))
    scope = Scope(home.user_id, home.project_id, home.generation_id)
    return await search.basic(database, scope=scope, cut=cut, **options)


async def take_over(database: Database, document_id: UUID) -> None:
    async with database.sessions.begin() as session:
        await session.exec(update(Document).where(col(Document.id) == document_id).values(attempt=2))


async def test_a_published_chunk_comes_back_as_it_was_staged(database: Database) -> None:
    home = await seed.home(database)
    vectors = seed.vectors(3)
    place = await seed.published(database, home, vectors, second=4)
    hits = await find(database, home, query=vectors[1], limit=1)
    expected = seed.chunk(1)
    assert hits == [
        Hit(
            chunk_id=chunks.chunk_id(place.version_id, 1),
            document_id=place.document_id,
            document_name="4.pdf",
            position=1,
            text=expected.text,
            title_path=expected.title_path,
            page_first=1,
            page_last=2,
            regions=expected.regions,
            score=hits[0].score,
            vector_rank=1,
        )
    ]
    assert hits[0].score == pytest.approx(1, abs=1e-5)
    assert await counts(database) == (3, 3, 0, 0)


async def test_search_is_exact(database: Database) -> None:
    home = await seed.home(database)
    vectors = seed.vectors(300)
    await seed.published(database, home, vectors)
    query = seed.vectors(1, seed=1)[0]
    stored = vectors.astype(np.float16).astype(np.float64)
    asked = query.astype(np.float16).astype(np.float64)
    cosines = stored @ asked / np.linalg.norm(stored, axis=1) / np.linalg.norm(asked)
    hits = await find(database, home, query=query, limit=300)
    assert [hit.position for hit in hits] == np.argsort(-cosines).tolist()
    np.testing.assert_allclose([hit.score for hit in hits], np.sort(cosines)[::-1], atol=1e-6)
    above = await find(database, home, query=query, threshold=0.3, limit=300)
    assert above == [hit for hit in hits if hit.score >= 0.3]
    assert 0 < len(above) < 300
    assert await find(database, home, query=query, threshold=0.3, limit=4) == above[:4]


async def test_a_vector_of_zeros_is_never_found(database: Database) -> None:
    home = await seed.home(database)
    vectors = np.vstack([np.zeros((1, seed.DIMENSIONS)), np.ones((1, seed.DIMENSIONS))]).astype(np.float32)
    await seed.published(database, home, vectors)
    assert [hit.position for hit in await find(database, home)] == [1]


async def test_search_looks_at_one_project_and_one_generation(database: Database) -> None:
    home, neighbour = await seed.home(database), await seed.home(database)
    await seed.published(database, home, seed.vectors(2))
    await seed.published(database, neighbour, seed.vectors(5))
    assert len(await find(database, home)) == 2
    elsewhere = seed.Home(home.user_id, home.project_id, neighbour.generation_id)
    assert await find(database, elsewhere) == []


async def test_a_stranger_finds_nothing(database: Database, api_database: Database) -> None:
    home, stranger = await seed.home(database), await seed.user(database)
    await seed.published(database, home, seed.vectors(2))
    for role in (database, api_database):
        assert len(await find(role, home)) == 2
        assert await find(role, seed.Home(stranger, home.project_id, home.generation_id)) == []


async def test_searching_leaves_no_viewer_behind(database: Database) -> None:
    home = await seed.home(database)
    async with database.pool.acquire() as connection:
        await connection.fetch(
            "SELECT * FROM opentrace.search_basic_as($1, $2, $3, $4::real[], 0, 5)",
            *(home.user_id, home.project_id, home.generation_id, [1.0] * seed.DIMENSIONS),
        )
        assert await connection.fetchval("SELECT opentrace.viewer_id()") is None


async def test_publishing_twice_changes_nothing(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await seed.stage(database, home, place, seed.vectors(4))
    assert await publish(database, home, place) == 4
    before = await find(database, home)
    assert await publish(database, home, place) == 4
    assert await find(database, home) == before
    assert await counts(database) == (4, 4, 0, 0)
    async with database.sessions() as session:
        document = await session.get_one(Document, place.document_id)
        version = await stages.current_version(session, place.document_id)
    assert (document.version, document.num_chunks) == (1, 4)
    assert version is not None and version.id == place.version_id


async def test_a_new_version_replaces_the_old_one_at_once_or_not_at_all(database: Database) -> None:
    home = await seed.home(database)
    first = await seed.published(database, home, seed.vectors(5))
    async with database.sessions.begin() as session:
        document = await session.get_one(Document, first.document_id)
        document.newest_version = 2
        version = await stages.working_version(session, document)
    second = Target(first.project_id, first.document_id, version.id, attempt=1)
    await seed.stage(database, home, second, seed.vectors(2, seed=2))
    old = await find(database, home)
    async with database.sessions() as session:
        await chunks.publish_version(session, target=second, generation_id=home.generation_id)
        assert await find(database, home) == old
        await session.rollback()
    assert await find(database, home) == old
    assert await counts(database) == (5, 5, 2, 2)
    assert await publish(database, home, second) == 2
    found = {hit.chunk_id for hit in await find(database, home)}
    assert found == {chunks.chunk_id(version.id, position) for position in range(2)}
    assert await counts(database) == (2, 2, 0, 0)


async def test_a_version_with_a_chunk_that_has_no_vector_is_not_published(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await seed.stage(database, home, place, seed.vectors(2))
    await chunks.stage_chunks(database, target=place, rows=[seed.chunk(n) for n in range(3)])
    with pytest.raises(Incomplete) as refused:
        await publish(database, home, place)
    assert (refused.value.num_chunks, refused.value.num_vectors) == (3, 2)
    assert await counts(database) == (0, 0, 3, 2)


async def test_a_document_without_text_publishes_no_chunks(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    assert await publish(database, home, place) == 0


async def test_staging_again_replaces_what_was_there(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await seed.stage(database, home, place, seed.vectors(3))
    await chunks.stage_chunks(database, target=place, rows=[seed.chunk(0, "new"), seed.chunk(1)])
    newer = seed.vectors(1, seed=5)
    await chunks.stage_vectors(
        database, target=place, generation_id=home.generation_id, positions=[1], vectors=newer
    )
    async with database.sessions() as session:
        assert await chunks.staged_texts(session, place.version_id) == [(0, "new"), (1, "text 1")]
        assert await chunks.staged_positions(session, place.version_id, home.generation_id) == {0, 1, 2}
        assert await chunks.staged_positions(session, place.version_id, place.version_id) == set()
    await publish(database, home, place)
    (hit,) = await find(database, home, query=newer[0], limit=1)
    assert hit.position == 1


async def test_a_zombie_stages_and_publishes_nothing(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    await seed.stage(database, home, place, seed.vectors(2))
    await take_over(database, place.document_id)
    with pytest.raises(Stale):
        await seed.stage(database, home, place, seed.vectors(9))
    with pytest.raises(Stale):
        await chunks.stage_vectors(
            database, target=place, generation_id=home.generation_id, positions=[7], vectors=seed.vectors(1)
        )
    with pytest.raises(Stale):
        await publish(database, home, place)
    assert await counts(database) == (0, 0, 2, 2)


async def test_a_zombies_copy_that_waits_for_the_takeover_stages_nothing(database: Database) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    async with database.sessions() as successor:
        await successor.exec(update(Document).where(col(Document.id) == place.document_id).values(attempt=2))
        zombie = asyncio.create_task(seed.stage(database, home, place, seed.vectors(2)))
        await seed.until_somebody_waits_for_a_lock(database)
        await successor.commit()
    with pytest.raises(Stale):
        await zombie
    assert await counts(database) == (0, 0, 0, 0)


async def test_deleting_a_user_takes_the_vectors_of_their_projects(database: Database) -> None:
    home, other = await seed.home(database), await seed.home(database)
    await seed.published(database, home, seed.vectors(3))
    await seed.published(database, other, seed.vectors(2))
    async with database.sessions.begin() as session:
        await session.exec(delete(User).where(col(User.id) == home.user_id))
    assert await counts(database) == (2, 2, 0, 0)


@pytest.mark.parametrize(
    ("positions", "vectors"),
    [
        ([0], np.ones((2, 8), np.float32)),
        ([0], np.ones((1, 4001), np.float32)),
        ([0], np.ones((1, 0), np.float32)),
        ([0], np.ones(8, np.float32)),
        ([0], np.full((1, 8), np.nan, np.float32)),
        ([0], np.full((1, 8), 1e6, np.float32)),
    ],
)
async def test_vectors_that_the_store_cannot_hold_are_refused_before_anything_is_written(
    database: Database, positions: list[int], vectors: np.ndarray
) -> None:
    home = await seed.home(database)
    place = await seed.target(database, home)
    with pytest.raises(ValueError):
        await chunks.stage_vectors(
            database, target=place, generation_id=home.generation_id, positions=positions, vectors=vectors
        )
    assert await counts(database) == (0, 0, 0, 0)


async def test_the_widest_vector_fits(database: Database) -> None:
    home = await seed.home(database)
    await seed.published(database, home, seed.vectors(2, dimensions=4000))
    assert len(await find(database, home, query=np.ones(4000, np.float32))) == 2
