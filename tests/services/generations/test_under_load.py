"""Searches go on through every switch: none fails, and each sees the vectors of one model alone."""

import asyncio
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID

import pytest

from backend.errors import Conflict, NotFound
from backend.rag.search import Found
from backend.services import projects
from backend.services.documents import control
from db.models import RagStrategy
from tests.fixtures.house import House, markdown
from tests.fixtures.versions import Gate, ask_to_replace, send
from tests.services.generations.switching import (
    NARROW,
    USUAL,
    act,
    change,
    changed,
    find,
    num_vectors,
    serving,
    taken_in,
    work,
)

STRATEGIES = tuple(RagStrategy)


def scores(found: Found) -> tuple[Any, ...]:
    return tuple((hit.chunk_id, hit.score, hit.fused_score) for hit in found.hits)


async def test_searches_during_switches_see_one_model_or_the_other_and_never_fail(house: House) -> None:
    await taken_in(house, 12)
    whole: dict[tuple[str, RagStrategy], Any] = {}
    for name in (USUAL, NARROW):
        if name != USUAL:
            await changed(house, name)
        for strategy in STRATEGIES:
            whole[name, strategy] = scores(await find(house, rag_strategy=strategy))
    assert {len(hits) for hits in whole.values()} == {12}
    assert all(whole[USUAL, strategy] != whole[NARROW, strategy] for strategy in STRATEGIES)
    seen: list[tuple[RagStrategy, Any]] = []
    is_over = asyncio.Event()

    async def search(strategy: RagStrategy) -> None:
        while not is_over.is_set():
            seen.append((strategy, scores(await find(house, rag_strategy=strategy))))

    async def switch() -> None:
        for _ in range(6):
            await act(house, "roll_back")
            assert await work(house)
            # Not before all have looked at what this switch has brought.
            until = len(seen) + len(STRATEGIES) + 1
            while len(seen) < until:  # noqa: ASYNC110 - what is waited for are the searches themselves
                await asyncio.sleep(0)
        is_over.set()

    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        for strategy in STRATEGIES:
            tasks.create_task(search(strategy))
        tasks.create_task(switch())
    models = {(strategy, hits): name for (name, strategy), hits in whole.items()}
    assert {models[each] for each in seen} == {USUAL, NARROW}


async def test_a_question_that_was_embedded_before_a_switch_is_searched_where_its_vector_belongs(
    house: House,
) -> None:
    await taken_in(house, 4)
    before = scores(await find(house))
    gate = Gate(house.api.models)
    asked = asyncio.create_task(find(house, models=gate))
    async with asyncio.timeout(30):
        await gate.reached.wait()
        await changed(house)
        gate.opened.set()
        assert scores(await asked) == before
    assert scores(await find(house)) != before


class Disturbance:
    """Documents that come, go and change beside whatever else happens."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.random = Random(seed)
        self.ids: list[UUID] = []

    async def run(self, num_steps: int) -> None:
        for _ in range(num_steps):
            await asyncio.sleep(self.random.uniform(0, 0.05))
            # The other one may be at the same document.
            with suppress(Conflict, NotFound):
                await self.random.choice((self.add, self.delete, self.replace))()
            await self.settle()

    async def settle(self) -> None:
        while await self.house.ingest():
            pass

    async def add(self) -> None:
        self.ids.append(await self.house.upload(self.content()))

    async def delete(self) -> None:
        house, gone = self.house, self.random.choice(self.ids)
        await control.delete(
            house.api.transactions, viewer=house.viewer, document_id=gone, storage=house.api.storage
        )

    async def replace(self) -> None:
        document_id, content = self.random.choice(self.ids), self.content()
        ticket = await ask_to_replace(self.house, document_id, content, name=f"{len(content)}.md")
        await send(self.house, ticket, content)
        await self.house.confirm(document_id)

    def content(self) -> bytes:
        return markdown(self.random.randint(1, 6), word=f"word{self.random.randrange(10**9)}")


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_beside_it_a_switch_leaves_no_chunk_without_its_vector(
    house: House, seed: int
) -> None:
    disturbance = Disturbance(house, seed)
    for _ in range(3):
        await disturbance.add()
    await disturbance.settle()

    async def switch() -> None:
        for name in (NARROW, USUAL, NARROW):
            await change(house, name)
            while await serving(house) != name:
                await work(house, slice_seconds=0.05)

    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        tasks.create_task(switch())
        for _ in range(2):
            tasks.create_task(disturbance.run(5))
    await disturbance.settle()
    counts, vectors = await house.counts(), await num_vectors(house)
    assert vectors[NARROW] == counts["chunks"]
    assert sum(vectors.values()) == counts["vectors"], "a vector of no chunk"
    await changed(house, USUAL)
    assert (await num_vectors(house))[USUAL] == counts["chunks"]


async def test_a_project_may_be_deleted_while_its_model_changes(house: House) -> None:
    await taken_in(house, 12)
    await change(house)
    gate = Gate(house.worker.models, before=2)
    working = asyncio.create_task(work(house, models=gate))
    async with asyncio.timeout(30):
        await gate.reached.wait()
        await projects.delete(
            house.api.transactions,
            viewer=house.viewer,
            project_id=house.project_id,
            storage=house.api.storage,
        )
        gate.opened.set()
        assert await working
    assert await house.counts() == {"chunks": 0, "vectors": 0, "staged": 0, "staged_vectors": 0}
    with pytest.raises((NotFound, Conflict)):
        await find(house)
