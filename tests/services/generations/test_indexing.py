"""A large project's vectors are indexed before another embedding model serves."""

import asyncio
import json
import signal
import sys
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from backend.local.installation import PROJECT
from backend.services import vector_indexes
from backend.services.vector_indexes import Rules
from db.models import EmbeddingGeneration
from db.queries import generations
from db.queries import vector_indexes as index_rows
from tests.db import seed
from tests.fixtures.house import House
from tests.services.generations.switching import (
    NARROW,
    USUAL,
    act,
    change,
    last_change,
    serving,
    taken_in,
    told,
    watch,
    work,
)

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
        assert (await last_change(house)).is_indexing
        await act(house, "cancel")
    assert await working
    assert (await serving(house), (await last_change(house)).is_indexing) == (USUAL, False)
    await vector_indexes.tend(
        house.worker.transactions, house.worker.database, replace(INDEXES, num_chunks=100)
    )
    assert await indexes(house) == {}


async def test_a_worker_killed_while_the_index_is_built_is_followed_by_one_that_ends_it(
    house: House,
) -> None:
    await taken_in(house, 6)
    await change(house)
    async with aclosing(watch(house)) as events, house.worker.database.pool.acquire() as other:
        async with other.transaction():
            await other.execute("LOCK TABLE opentrace.chunk_vectors IN ROW EXCLUSIVE MODE")
            process = await worker(house)
            row = (await told(events)).data["model_change"]
            while not row["is_indexing"]:
                row = (await told(events)).data["model_change"]
            await seed.until_somebody_waits_for_a_lock(house.worker.database)
            process.kill()
            assert await process.wait() == -signal.SIGKILL
        assert (row["status"], row["num_embedded"], row["num_chunks"]) == ("BUILDING", 6, 6)
        assert await indexes(house) == {NARROW: "BUILDING"}
        async with asyncio.timeout(30):
            while not await work(house, indexes=INDEXES):  # noqa: ASYNC110 - only time ends a lease
                await asyncio.sleep(0.1)
        while row["status"] == "BUILDING":
            row = (await told(events)).data["model_change"]
    assert (row["status"], row["is_indexing"], await serving(house)) == ("ACTIVE", False, NARROW)
    assert await indexes(house) == {NARROW: "READY"}


def plain(value: Any) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


async def worker(house: House) -> asyncio.subprocess.Process:
    """A process of its own that works for one slice."""
    settings = house.worker.settings.model_dump()
    order = {"settings": settings, "num_chunks": INDEXES.num_chunks}
    words = json.dumps(order, default=plain)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.services.generations.worker", words, cwd=PROJECT
    )


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
