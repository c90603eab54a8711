"""A large project's vectors are indexed before another embedding model serves."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from backend.services import vector_indexes
from backend.services.vector_indexes import Rules
from db.models import EmbeddingGeneration
from db.queries import generations
from db.queries import vector_indexes as index_rows
from tests.db import seed
from tests.fixtures.house import House
from tests.services.generations.switching import NARROW, USUAL, act, change, serving, taken_in, work

INDEXES = Rules(num_chunks=4, every_seconds=0)
READY = """
SELECT g.model, i.status::text FROM opentrace.vector_indexes i
  JOIN opentrace.embedding_generations g ON g.id = i.generation_id ORDER BY 1
"""


async def indexes(house: House) -> dict[str, str]:
    return {row["model"]: row["status"] for row in await house.worker.database.pool.fetch(READY)}


async def test_a_large_project_is_indexed_before_the_new_model_serves(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await taken_in(house, 6)
    seen = []
    switch = generations.switch

    async def watched(session: Any, generation: EmbeddingGeneration) -> EmbeddingGeneration | None:
        seen.append(await indexes(house))
        return await switch(session, generation)

    monkeypatch.setattr(generations, "switch", watched)
    await change(house)
    assert await work(house, indexes=INDEXES)
    assert await serving(house) == NARROW
    assert seen == [{NARROW: "READY"}]
    await vector_indexes.tend(house.worker.transactions, house.worker.database, INDEXES)
    assert await indexes(house) == {NARROW: "READY"}


async def test_an_index_of_a_change_that_was_cancelled_goes(house: House) -> None:
    await taken_in(house, 6)
    await change(house)
    async with house.worker.database.pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE opentrace.chunk_vectors IN ROW EXCLUSIVE MODE")
        working = asyncio.create_task(work(house, indexes=INDEXES))
        await seed.until_somebody_waits_for_a_lock(house.worker.database)
        assert await indexes(house) == {NARROW: "BUILDING"}
        await act(house, "cancel")
    assert await working
    assert await serving(house) == USUAL
    await vector_indexes.tend(
        house.worker.transactions, house.worker.database, replace(INDEXES, num_chunks=100)
    )
    assert await indexes(house) == {}


async def test_an_index_that_cannot_be_built_keeps_no_model_from_serving(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> None:
        raise OSError("the disk is full")

    await taken_in(house, 6)
    await change(house)
    with monkeypatch.context() as patched:
        patched.setattr(index_rows, "build", full)
        assert await work(house, indexes=INDEXES)
    assert (await serving(house), await indexes(house)) == (NARROW, {NARROW: "BUILDING"})
    await vector_indexes.tend(house.worker.transactions, house.worker.database, INDEXES)
    assert await indexes(house) == {NARROW: "READY"}
