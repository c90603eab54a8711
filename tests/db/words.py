"""Documents of known words, and the keyword arm asked for them."""

import asyncpg

from db.engine import Database
from db.queries import chunks
from db.queries.chunks import Target
from tests.db import seed

_FIND = """
SELECT c.text, k.score
  FROM opentrace.keyword_needle($1, $2, 20000) n,
       opentrace.keyword_chunks($1, n.filter, n.rarities, NULL, 100) k
  JOIN opentrace.chunks c ON c.id = k.chunk_id
 ORDER BY k.place
"""


async def staged(database: Database, home: seed.Home, *texts: str, **document: object) -> Target:
    """A version with these chunks, ready to be published."""
    place = await seed.target(database, home, **document)
    rows = [seed.chunk(position, text) for position, text in enumerate(texts)]
    await chunks.stage_chunks(database, target=place, rows=rows)
    await chunks.stage_vectors(
        database,
        target=place,
        generation_id=home.generation_id,
        positions=range(len(texts)),
        vectors=seed.vectors(len(texts)),
    )
    return place


async def published(database: Database, home: seed.Home, *texts: str, **document: object) -> Target:
    """A document with these chunks, found by search."""
    place = await staged(database, home, *texts, **document)
    async with database.sessions.begin() as session:
        await chunks.publish_version(session, target=place, generation_id=home.generation_id)
    return place


async def found(database: Database, home: seed.Home, query: str) -> list[str]:
    """The texts that have the query's words, best first."""
    return [text for text, _ in await scored(database, home, query)]


async def scored(database: Database, home: seed.Home, query: str) -> list[asyncpg.Record]:
    """The texts that have the query's words with their scores, best first."""
    rows: list[asyncpg.Record] = await database.pool.fetch(_FIND, home.project_id, query)
    return rows


async def counts(database: Database, home: seed.Home) -> dict[str, int]:
    """In how many chunks the project has each lexeme, and its totals, those that wait included."""
    rows = await database.pool.fetch(
        "SELECT lexeme, sum(num)::int AS num FROM"
        " (SELECT project_id, lexeme, num FROM opentrace.lexeme_counts UNION ALL"
        " SELECT project_id, lexeme, num FROM opentrace.lexeme_changes) AS every"
        " WHERE project_id = $1 AND lexeme <> '=' || $2 GROUP BY lexeme HAVING sum(num) <> 0",
        home.project_id,
        str(home.project_id),
    )
    return {row["lexeme"]: row["num"] for row in rows}
