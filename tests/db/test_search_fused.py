"""Search by meaning and by words, for one wording and for several, in one statement."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from numpy.typing import NDArray

from db import engine, migrate
from db.engine import Database
from db.models import Fusion
from db.queries import chunks, search
from db.queries.search import Arms, Cut, Filters, Hit, Reach, Scope, Wordings
from tests.db import seed
from tests.fixtures.databases import DatabaseAddress

BOTH = Arms(by_words=True, fusion=Fusion.CONVEX, vector_weight=0.5, keyword_weight=0.5)
TEXTS = ("red boat", "blue boat", "green hill", "red red sea", "white wall")


def along(*axes: float) -> NDArray[np.float32]:
    """A direction whose cosine to the first axis is known."""
    vector = np.zeros(seed.DIMENSIONS, np.float32)
    vector[: len(axes)] = axes
    return vector


VECTORS = np.stack([along(1, 1), along(1, 2), along(1), along(-1, 1), along(0, 0, 1)])
ASKED = along(1)


async def furnish(database: Database, texts: tuple[str, ...] = TEXTS, **document: Any) -> seed.Home:
    home = await seed.home(database)
    await publish(database, home, texts, VECTORS, **document)
    return home


async def publish(
    database: Database, home: seed.Home, texts: tuple[str, ...], vectors: NDArray[np.float32], **document: Any
) -> chunks.Target:
    place = await seed.target(database, home, **document)
    rows = [seed.chunk(position, text) for position, text in enumerate(texts)]
    await chunks.stage_chunks(database, target=place, rows=rows)
    await chunks.stage_vectors(
        database,
        target=place,
        generation_id=home.generation_id,
        positions=range(len(texts)),
        vectors=vectors[: len(texts)],
    )
    async with database.sessions.begin() as session:
        await chunks.publish_version(session, target=place, generation_id=home.generation_id)
    return place


def scope(home: seed.Home) -> Scope:
    return Scope(home.user_id, home.project_id, home.generation_id)


async def find(
    database: Database, home: seed.Home, *texts: str, arms: Arms = BOTH, **changes: Any
) -> list[Hit]:
    vectors = changes.pop("vectors", np.stack([ASKED] * len(texts)))
    cut = Cut(changes.pop("threshold", -1.0), changes.pop("limit", 100))
    wordings = Wordings(texts, vectors)
    return await search.fused(database, scope=scope(home), wordings=wordings, arms=arms, cut=cut, **changes)


def standardised(scores: list[float]) -> NDArray[np.float64]:
    values = np.array(scores)
    return (values - values.mean()) / values.std()


async def test_convex_fusion_adds_both_scores_as_deviations_from_their_means(database: Database) -> None:
    home = await furnish(database)
    hits = await find(database, home, "red boat", arms=replace(BOTH, vector_weight=0.7, keyword_weight=0.3))
    expected = 0.7 * standardised([hit.score for hit in hits]) + 0.3 * standardised(
        [hit.keyword_score or 0 for hit in hits]
    )
    assert [hit.fused_score for hit in hits] == pytest.approx(expected.tolist())
    assert [hit.fused_score for hit in hits] == sorted((hit.fused_score or 0 for hit in hits), reverse=True)
    assert {hit.text: hit.score for hit in hits} == pytest.approx(
        {
            "red boat": 0.5**0.5,
            "blue boat": 0.2**0.5,
            "green hill": 1,
            "red red sea": -(0.5**0.5),
            "white wall": 0,
        },
        abs=1e-3,
    )
    assert {hit.text: hit.vector_rank for hit in hits} == dict(
        zip(("green hill", "red boat", "blue boat", "white wall", "red red sea"), range(1, 6), strict=True)
    )
    assert {hit.text for hit in hits if hit.keyword_rank is None} == {"green hill", "white wall"}
    assert next(hit for hit in hits if hit.keyword_rank == 1).text == "red boat"


async def test_rrf_adds_weights_by_places_and_nothing_for_none(database: Database) -> None:
    home = await furnish(database)
    arms = Arms(by_words=True, fusion=Fusion.RRF, vector_weight=0.7, keyword_weight=0.3)
    hits = await find(database, home, "red boat", arms=arms)
    for hit in hits:
        by_meaning = 0.7 / (60 + hit.vector_rank) if hit.vector_rank else 0
        by_words = 0.3 / (60 + hit.keyword_rank) if hit.keyword_rank else 0
        assert hit.fused_score == pytest.approx(by_meaning + by_words)
    assert [hit.text for hit in hits[:2]] == ["red boat", "blue boat"]


async def test_weights_choose_the_arm(database: Database) -> None:
    home = await furnish(database)
    words = await find(database, home, "sea", arms=replace(BOTH, vector_weight=0, keyword_weight=1))
    meaning = await find(database, home, "sea", arms=replace(BOTH, vector_weight=1, keyword_weight=0))
    assert (words[0].text, meaning[0].text) == ("red red sea", "green hill")


async def test_what_one_arm_found_is_scored_by_the_other(database: Database) -> None:
    home = await seed.home(database)
    near = np.stack([along(1, 0.001 * number) for number in range(130)])
    await publish(database, home, tuple(f"hill {number}" for number in range(130)), near)
    await publish(database, home, ("hill boat",), along(-1)[None], second=1)
    hits = await find(database, home, "boat", limit=200)
    (boat,) = [hit for hit in hits if hit.text == "hill boat"]
    assert len(hits) == 101
    assert (boat.vector_rank, boat.keyword_rank, boat.score) == (None, 1, pytest.approx(-1, abs=1e-3))
    assert {hit.keyword_score for hit in hits if hit is not boat} == {0.0}


async def test_threshold_and_limit_cut_after_fusion(database: Database) -> None:
    home = await furnish(database)
    everything = await find(database, home, "red boat")
    above = await find(database, home, "red boat", threshold=0.4)
    assert above == [hit for hit in everything if hit.score >= 0.4]
    assert await find(database, home, "red boat", threshold=0.4, limit=2) == above[:2]
    assert len(above) == 3


async def test_several_wordings_are_searched_in_one_statement(database: Database) -> None:
    home = await furnish(database)
    vectors = np.stack([along(1), along(0, 0, 1)])
    by_meaning = replace(BOTH, by_words=False)
    for fusion in Fusion:
        arms = replace(by_meaning, fusion=fusion, vector_weight=1)
        hits = await find(database, home, "a", "b", vectors=vectors, arms=arms)
        places: dict[str, list[float]] = {}
        for number in range(2):
            alone = await find(database, home, "a", vectors=vectors[number : number + 1], arms=arms)
            for place, hit in enumerate(alone, start=1):
                places.setdefault(hit.text, []).append(1 / (60 + place))
        assert {hit.text: hit.fused_score for hit in hits} == pytest.approx(
            {text: sum(each) for text, each in places.items()}
        )
        assert {hit.text: round(hit.score, 2) for hit in hits}["white wall"] == 1.0
        assert {hit.keyword_score for hit in hits} == {None}


async def test_every_wording_brings_its_words(database: Database) -> None:
    home = await furnish(database)
    arms = replace(BOTH, fusion=Fusion.RRF, vector_weight=0, keyword_weight=1)
    hits = await find(database, home, "hill", "wall", arms=arms)
    assert {hit.text for hit in hits[:2]} == {"green hill", "white wall"}
    assert hits[0].fused_score == pytest.approx(1 / 61)


@pytest.mark.parametrize("words", ["", "the", "&|!():*'\\", '"', "\x01", "unknown"])
async def test_a_query_without_known_words_is_searched_by_meaning(database: Database, words: str) -> None:
    home = await furnish(database)
    hits = await find(database, home, words)
    assert hits[0].text == "green hill"
    assert {hit.keyword_score for hit in hits} == {None}


async def test_a_vector_of_zeros_is_not_found_by_its_words(database: Database) -> None:
    home = await seed.home(database)
    await publish(database, home, ("red boat", "red sea"), np.stack([along(0), along(1)]))
    assert [hit.text for hit in await find(database, home, "red")] == ["red sea"]


async def test_a_stranger_finds_nothing(database: Database, api_database: Database) -> None:
    home, stranger = await furnish(database), await seed.user(database)
    for role in (database, api_database):
        assert len(await find(role, home, "red")) == 5
        elsewhere = replace(home, user_id=stranger)
        assert await find(role, elsewhere, "red") == []
        assert await search.reach(role, scope=scope(elsewhere), filters=Filters()) == Reach(0, 0)


async def test_filters_hold_before_candidates_are_counted(database: Database) -> None:
    home = await seed.home(database)
    await publish(database, home, tuple(f"hill {n}" for n in range(120)), np.stack([along(1)] * 120))
    filed = {"content_type": "text/html", "language": "de", "second": 60}
    place = await publish(database, home, ("hill boat",), along(0, 1)[None], **filed)
    start = seed.START
    for filters in (
        Filters(document_ids=(place.document_id, uuid4())),
        Filters(content_types=("text/html", "text/plain")),
        Filters(languages=("de",)),
        Filters(created_from=start + timedelta(seconds=60)),
        Filters(document_ids=(place.document_id,), languages=("de", "fr"), created_from=start),
    ):
        for arms in (BOTH, replace(BOTH, by_words=False)):
            hits = await find(database, home, "hill", arms=arms, filters=filters)
            assert [hit.text for hit in hits] == ["hill boat"]
        cut = Cut(-1, 5)
        (hit,) = await search.basic(database, scope=scope(home), query=ASKED, cut=cut, filters=filters)
        assert hit.text == "hill boat"
        assert await search.reach(database, scope=scope(home), filters=filters) == Reach(121, 1)
    before = Filters(created_before=start + timedelta(seconds=60))
    assert "hill boat" not in {hit.text for hit in await find(database, home, "boat", filters=before)}
    none = Filters(languages=())
    assert await find(database, home, "hill", filters=none) == []
    assert await search.reach(database, scope=scope(home), filters=none) == Reach(121, 0)


async def test_it_works_where_pgvector_lives_elsewhere(hosted_database: DatabaseAddress) -> None:
    await migrate.upgrade(hosted_database.url)
    owner = await engine.open(hosted_database.url, pool_size=2, transaction_pooler=False)
    api = await engine.open(hosted_database.api_url, pool_size=2, transaction_pooler=True)
    try:
        home = await furnish(owner)
        hits = await find(api, home, "red boat", "sea")
        assert {hit.text for hit in hits} == set(TEXTS)
        assert {hit.text for hit in hits if hit.keyword_rank} == {"red boat", "blue boat", "red red sea"}
    finally:
        await engine.close(api)
        await engine.close(owner)
