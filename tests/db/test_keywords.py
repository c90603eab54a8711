"""The keyword arm: BM25 by the project's own words, written with the chunks and gone with them."""

import asyncio
import math
from collections import Counter

import pytest
from sqlalchemy import text

from db import migrate
from db.engine import Database
from db.queries import chunks, keywords, removal
from tests.db import seed, words
from tests.fixtures.databases import DatabaseAddress

CORPUS = ("red boat red sail", "red boat", "blue boat blue sea wind", "green hill")


def bm25(query: str, corpus: tuple[str, ...]) -> dict[str, float]:
    """What the formula says, for texts whose words are their own stems."""
    average = sum(len(each.split()) for each in corpus) / len(corpus)
    scores: dict[str, float] = {}
    for each in corpus:
        length, score = len(each.split()), 0.0
        for word, num in Counter(each.split()).items():
            if word in query.split():
                having = sum(word in other.split() for other in corpus)
                rarity = math.log(1 + (len(corpus) - having + 0.5) / (having + 0.5))
                score += rarity * num * 2.2 / (num + 1.2 * (0.25 + 0.75 * length / average))
        if score:
            scores[each] = score
    return scores


async def tend(database: Database, num_rows: int = 10_000) -> int:
    async with database.sessions.begin() as session:
        return await keywords.tend(session, num_rows=num_rows)


async def test_scores_are_bm25_of_the_project(database: Database) -> None:
    home, neighbour = await seed.home(database), await seed.home(database)
    await words.published(database, home, *CORPUS)
    await words.published(database, neighbour, "red red red", "boat")
    rows = await words.scored(database, home, "red boat")
    assert {row["text"]: pytest.approx(row["score"], rel=1e-5) for row in rows} == bm25("red boat", CORPUS)
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert await words.found(database, home, "yellow") == []


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Form 10-K is due in March.", "10-K"),
        ("As § 4.2 says, lamps are lit.", "§ 4.2"),
        ("It was fixed: CVE-2026-1.", "cve-2026-1"),
        ("Write to a.keeper@light.example.org!", "a.keeper@light.example.org"),
        ("Since (v1.2.3) it works.", "v1.2.3"),
        ("The variable max_depth is set.", "max_depth"),
        ("They paid $1,577.00 for it.", "1577.00"),
        ("The ‘non‐linear’ part.", "non-linear"),
        ("TCP/IP is spoken.", "ip"),
        ("The end.Then it rains.", "rains"),
    ],
)
async def test_identifiers_and_numbers_survive(database: Database, written: str, asked: str) -> None:
    home = await seed.home(database)
    await words.published(database, home, written, "10 K CVE 2026 42 v1 max 1577 linear", "the lamp 4.3 10-Q")
    assert (await words.found(database, home, asked))[0] == written


async def test_a_phrase_must_stand_as_it_is(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, "the keeper of the lamp", "the lamp and its keeper")
    assert await words.found(database, home, '"keeper of the lamps"') == ["the keeper of the lamp"]
    assert await words.found(database, home, '"lamp keeper" lamp') == []
    assert len(await words.found(database, home, "keeper of the lamp")) == 2


async def test_a_star_stands_for_every_ending(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, "lighthouses shine", "lightning strikes", "CVE-2026-1", "dark")
    assert sorted(await words.found(database, home, "light*")) == ["lighthouses shine", "lightning strikes"]
    assert await words.found(database, home, "lighthouse*") == ["lighthouses shine"]
    assert await words.found(database, home, "cve-2026-*") == ["CVE-2026-1"]
    assert await words.found(database, home, "* a* **") == []


async def test_words_are_stemmed_in_the_language_of_their_document(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, "Die Häuser stehen.", language="de")
    await words.published(database, home, "Two houses stand.", second=1)
    await words.published(database, home, "Talo seisoo qwertyssä", second=2, language="xx")
    assert await words.found(database, home, "Haus") == ["Die Häuser stehen."]
    assert await words.found(database, home, "house") == ["Two houses stand."]
    assert await words.found(database, home, "qwertyssä") == ["Talo seisoo qwertyssä"]
    assert await words.found(database, home, "qwerty") == []


async def test_the_words_of_a_summary_find_its_chunk_too(database: Database) -> None:
    home = await seed.home(database)
    place = await words.staged(database, home, "2024 | 12")
    await database.pool.execute("UPDATE opentrace.staged_chunks SET summary = 'Lamps sold by year.'")
    async with database.sessions.begin() as session:
        await chunks.publish_version(session, target=place, generation_id=home.generation_id)
    assert await words.found(database, home, "lamp") == ["2024 | 12"]
    assert await words.found(database, home, "2024") == ["2024 | 12"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "the",
        "&|!<->():*'\\",
        "a & | b",
        "'; DROP",
        '"',
        '""" "',
        "\x01\x1f",
        "=",
        "(*)",
        "…—",
        "x" * 9999,
    ],
)
async def test_no_query_is_an_error(database: Database, query: str) -> None:
    home = await seed.home(database)
    await words.published(database, home, "boat")
    assert await words.found(database, home, query) == []


async def test_a_project_cannot_be_asked_for_by_name(database: Database) -> None:
    home, neighbour = await seed.home(database), await seed.home(database)
    await words.published(database, home, "boat")
    await words.published(database, neighbour, "boat of the neighbour")
    for query in (f"={neighbour.project_id}", f"'={neighbour.project_id}' | boat", "=english"):
        assert "boat of the neighbour" not in await words.found(database, home, query)


async def test_what_is_removed_is_not_counted_any_more(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, "red boat")
    before = await words.counts(database, home)
    assert before == {"red": 1, "boat": 1, "=": 1, "=words": 2, "=english": 1}
    gone = await words.published(database, home, "blue boat", "blue sea", second=1)
    assert (await words.counts(database, home))["blue"] == 2
    await tend(database)
    async with seed.viewing(database, home.user_id) as session:
        await removal.delete_document(session, document_id=gone.document_id)
    assert await words.counts(database, home) == before
    await tend(database)
    assert await words.counts(database, home) == before
    left = await database.pool.fetchval("SELECT count(*) FROM opentrace.lexeme_counts WHERE num = 0")
    assert (left, await words.found(database, home, "blue")) == (0, [])


async def test_adding_up_changes_nothing_that_is_found(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, *CORPUS)
    before = await words.scored(database, home, "red boat"), await words.counts(database, home)
    while await tend(database, num_rows=3):
        assert (await words.scored(database, home, "red boat"), await words.counts(database, home)) == before
    assert await database.pool.fetchval("SELECT count(*) FROM opentrace.lexeme_changes") == 0


async def test_chunks_are_weighed_again_when_the_average_length_has_drifted(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, "red boat red sail")
    corpus = ("red boat red sail", "red " * 20, "blue " * 30, "boat " * 40)
    for second, each in enumerate(corpus[1:], start=1):
        await words.published(database, home, each, second=second)
    stale = {row["text"]: row["score"] for row in await words.scored(database, home, "red")}
    while await tend(database):
        pass
    fresh = {row["text"]: row["score"] for row in await words.scored(database, home, "red")}
    assert fresh == pytest.approx(bm25("red", corpus), rel=1e-5)
    assert fresh != pytest.approx(stale, rel=0.01)


async def test_publications_into_one_project_do_not_wait_for_each_other(database: Database) -> None:
    home = await seed.home(database)
    first = await words.staged(database, home, "red boat")
    second = await words.staged(database, home, "red sail", second=1)
    async with asyncio.timeout(20), database.sessions.begin() as session:
        await chunks.publish_version(session, target=first, generation_id=home.generation_id)
        async with database.sessions.begin() as other:
            await chunks.publish_version(other, target=second, generation_id=home.generation_id)
        await tend(database)
    assert (await words.counts(database, home))["red"] == 2


async def test_a_project_may_go_while_its_words_are_added_up(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, "red boat")
    async with seed.viewing(database, home.user_id) as session:
        await removal.delete_project(session, project_id=home.project_id)
        tending = asyncio.create_task(tend(database))
        await seed.until_somebody_waits_for_a_lock(database)
    await tending
    left = await database.pool.fetchval(
        "SELECT (SELECT count(*) FROM opentrace.lexeme_changes)"
        " + (SELECT count(*) FROM opentrace.lexeme_counts) + (SELECT count(*) FROM opentrace.chunk_keywords)"
    )
    assert left == 0


async def test_words_are_found_by_their_index(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, *CORPUS)
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.fetch(
            "SELECT k.* FROM opentrace.keyword_needle($1, 'red boat', 20000) n,"
            " opentrace.keyword_chunks($1, n.filter, n.rarities, NULL, 100) k",
            home.project_id,
        )
        scans = await connection.fetchrow(
            "SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'chunk_keywords'"
        )
    assert tuple(scans) == (0, 1)


async def test_words_too_common_to_drive_the_search_still_weigh(database: Database) -> None:
    home = await seed.home(database)
    await words.published(database, home, "red boat", "red sea", "red hill", "boat")
    asked = "SELECT filter::text FROM opentrace.keyword_needle($1, 'red boat sea', $2)"
    assert await database.pool.fetchval(asked, home.project_id, 0) == f"'={home.project_id}' & 'sea'"
    driven = await database.pool.fetchval(asked, home.project_id, 3)
    assert driven == f"'={home.project_id}' & ( 'sea' | 'boat' )"
    rarities = await database.pool.fetchval(
        "SELECT rarities::text FROM opentrace.keyword_needle($1, 'red boat sea', 0)", home.project_id
    )
    assert rarities.count(":") == 3


async def test_chunks_of_before_are_indexed_by_the_migration(
    database: Database, database_address: DatabaseAddress
) -> None:
    home = await seed.home(database)
    await words.published(database, home, *CORPUS)
    before = await words.scored(database, home, "red boat")
    async with database.sessions.begin() as session:
        connection = await session.connection()
        for table in ("chunk_keywords", "lexeme_counts", "lexeme_changes"):
            await connection.execute(text(f"DELETE FROM opentrace.{table}"))
        await connection.execute(text("COMMENT ON SCHEMA opentrace IS 'older'"))
    assert await words.found(database, home, "red boat") == []
    await migrate.upgrade(database_address.url)
    assert await words.scored(database, home, "red boat") == before


async def test_stop_words_of_most_chunks_are_no_rarities_where_one_is_of_another_language(
    database: Database,
) -> None:
    home = await seed.home(database)
    towers = [f"La torre {number} está en la isla." for number in range(8)]
    await words.published(database, home, "La luz de la torre es roja.", *towers, language="es")
    await words.published(database, home, "La de la", second=2, language="xx")
    assert (await words.found(database, home, "¿De qué color es la luz de la torre?"))[0] == (
        "La luz de la torre es roja."
    )
