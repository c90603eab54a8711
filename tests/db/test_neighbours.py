"""Chunks beside those that were found, for members alone."""

from uuid import UUID, uuid4

from db.engine import Database
from db.queries import search
from db.queries.search import Cut, Hit, Scope
from tests.db import seed


async def hits_of(database: Database, home: seed.Home) -> dict[int, Hit]:
    """Every chunk of the project's only document by its position."""
    query = seed.vectors(1, seed=7)[0]
    found = await search.basic(database, scope=scope(home), query=query, cut=Cut(-1, 100))
    return {hit.position: hit for hit in found}


def scope(home: seed.Home, viewer: UUID | None = None) -> Scope:
    return Scope(viewer or home.user_id, home.project_id, home.generation_id)


async def test_what_stands_beside_hits_comes_once_in_reading_order_without_them(
    database: Database, api_database: Database
) -> None:
    home = await seed.home(database)
    await seed.published(database, home, seed.vectors(9))
    hits = await hits_of(database, home)
    other = await seed.home(database)
    await seed.published(database, other, seed.vectors(3))
    found = [hits[1], hits[3], hits[8]]
    for reach, positions in ((1, [0, 2, 4, 7]), (2, [0, 2, 4, 5, 6, 7]), (3, [0, 2, 4, 5, 6, 7])):
        beside = await search.beside(api_database, scope=scope(home), hits=found, reach=reach)
        assert [hit.position for hit in beside] == positions
        assert {hit.score for hit in beside} == {max(hit.score for hit in found)}
    assert (beside[0].text, beside[0].page_first, beside[0].regions[0][0]) == ("text 0", 1, 0)


async def test_a_stranger_who_knows_the_chunks_gets_none(database: Database, api_database: Database) -> None:
    home = await seed.home(database)
    await seed.published(database, home, seed.vectors(3))
    hits = [(await hits_of(database, home))[1]]
    assert len(await search.beside(api_database, scope=scope(home), hits=hits, reach=1)) == 2
    stranger = await seed.home(database)
    for scoped in (
        scope(home, stranger.user_id),
        # In a project of their own, another's chunks have nothing beside them.
        scope(stranger),
        Scope(home.user_id, uuid4(), home.generation_id),
    ):
        assert await search.beside(api_database, scope=scoped, hits=hits, reach=3) == []
