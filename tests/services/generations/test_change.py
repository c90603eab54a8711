"""A project gets another embedding model while the one before serves, and can go back."""

import asyncio
from typing import Any

import httpx
import pytest

from backend.errors import Conflict, Invalid, NotFound
from backend.services import upkeep
from backend.services.documents import control
from db.models import DocumentStatus, GenerationStatus
from tests.fixtures import house as houses
from tests.fixtures.house import House
from tests.fixtures.versions import OLD, ask_to_replace, halted, send
from tests.services.generations.switching import (
    NARROW,
    USUAL,
    act,
    change,
    changed,
    find,
    last_change,
    num_vectors,
    serving,
    taken_in,
    work,
)

BUILDING, ACTIVE = GenerationStatus.BUILDING, GenerationStatus.ACTIVE


async def bought(model_control: httpx.AsyncClient) -> list[int]:
    stats = (await model_control.get("/control/stats")).json()
    return sorted(stats["embeddings"]["texts"].values())


async def test_the_old_model_serves_until_nothing_is_missing_and_then_the_new_one_does(house: House) -> None:
    await taken_in(house, 6)
    await change(house)
    assert await work(house, slice_seconds=-1) is True
    row = await last_change(house)
    assert (row.model, row.status, row.num_chunks, row.num_embedded) == (NARROW, BUILDING, 6, 0)
    assert await serving(house) == USUAL
    before = await find(house)
    assert await work(house) is True
    row = await last_change(house)
    assert (row.status, row.num_chunks, row.num_embedded, row.failure_code) == (ACTIVE, 6, 6, None)
    assert row.finished_at == row.activated_at is not None
    assert await num_vectors(house) == {USUAL: 6, NARROW: 6}
    after = await find(house)
    assert [hit.chunk_id for hit in after.hits][:1] == [hit.chunk_id for hit in before.hits][:1]
    assert [hit.score for hit in after.hits] != [hit.score for hit in before.hits]
    assert await work(house) is False


async def test_an_empty_project_changes_at_once(house: House, model_control: httpx.AsyncClient) -> None:
    await changed(house)
    await taken_in(house, 2)
    assert await num_vectors(house) == {USUAL: 0, NARROW: 2}
    assert await bought(model_control) == [1, 1]


async def test_what_is_taken_in_or_deleted_during_the_change_is_right_after_it(house: House) -> None:
    gone, kept = await taken_in(house, 3, word="gone"), await taken_in(house, 3, word="kept")
    await change(house)
    assert await work(house, slice_seconds=-1)
    await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=gone, storage=house.api.storage
    )
    await taken_in(house, 4, word="late")
    ticket = await ask_to_replace(house, kept, OLD)
    await send(house, ticket, OLD)
    await house.confirm(kept)
    assert await house.ingest()
    assert await serving(house) == USUAL
    assert await work(house)
    assert await num_vectors(house) == {USUAL: 7, NARROW: 7}
    assert await serving(house) == NARROW


async def test_a_document_that_was_embedded_by_the_model_before_is_embedded_anew_and_published(
    house: House,
) -> None:
    await taken_in(house, 2, word="first")
    document_id = await house.upload(houses.markdown(6, word="second"))
    async with halted(house, before=2):
        await changed(house)
    row = await house.document(document_id)
    assert (row.status, row.num_chunks, row.num_chunks_embedded) == (DocumentStatus.COMPLETED, 6, 6)
    assert await num_vectors(house) == {USUAL: 2, NARROW: 8}
    assert (await house.counts())["staged_vectors"] == 0


async def test_rolling_back_embeds_only_what_came_since(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await taken_in(house, 4, word="first")
    await changed(house)
    await taken_in(house, 3, word="second")
    await model_control.post("/control/reset")
    await act(house, "roll_back")
    assert await serving(house) == NARROW
    assert await work(house)
    assert await serving(house) == USUAL
    assert await bought(model_control) == [1, 1, 1]
    assert await num_vectors(house) == {USUAL: 7, NARROW: 7}
    await act(house, "roll_back")
    assert await work(house)
    assert await serving(house) == NARROW
    assert len(await bought(model_control)) == 3


async def test_what_was_bought_for_the_model_before_is_not_bought_again(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await taken_in(house, 4)
    await changed(house)
    await house.sql("DELETE FROM opentrace.chunk_vectors")
    await model_control.post("/control/reset")
    await changed(house, USUAL)
    assert await bought(model_control) == []
    assert await num_vectors(house) == {USUAL: 4, NARROW: 0}


async def test_without_a_former_model_there_is_nothing_to_go_back_to(house: House) -> None:
    with pytest.raises(Conflict) as caught:
        await act(house, "roll_back")
    assert caught.value.code == "CONFLICT"


async def test_a_model_that_is_not_offered_is_refused(house: House) -> None:
    with pytest.raises(Invalid) as caught:
        await change(house, "no-such-model")
    assert (caught.value.code, caught.value.field) == ("EMBEDDING_MODEL_UNKNOWN", "model")
    assert USUAL in caught.value.message and NARROW in caught.value.message
    assert await work(house) is False


async def test_asking_twice_is_asking_once_and_the_serving_model_needs_no_change(house: House) -> None:
    await change(house, USUAL)
    assert await work(house) is False
    await change(house)
    row = await last_change(house)
    await change(house)
    assert await last_change(house) == row
    with pytest.raises(Conflict) as caught:
        await change(house, USUAL)
    assert caught.value.code == "EMBEDDING_MODEL_CHANGING"


async def test_two_who_ask_at_once_make_one_generation(house: House) -> None:
    await asyncio.gather(*(change(house) for _ in range(4)))
    assert await num_vectors(house) == {USUAL: 0, NARROW: 0}


async def test_strangers_find_no_project(house: House) -> None:
    stranger = await houses.person(house.worker)
    for verb, named in (("roll_back", {}), ("cancel", {}), ("change", {"name": NARROW, "offered": []})):
        with pytest.raises(NotFound):
            await act(house, verb, viewer=stranger, **named)
    assert await work(house) is False


class Bad:
    """Models of which the second gives numbers of another width, as a provider may that changed it."""

    def __init__(self, models: Any) -> None:
        self.models = models

    def __getattr__(self, name: str) -> Any:
        return getattr(self.models, name)

    async def embed(self, texts: list[str], *by: Any) -> Any:
        return await self.models.embed(texts)


async def test_a_model_that_fails_is_told_and_the_old_one_goes_on(house: House) -> None:
    await taken_in(house, 6)
    await change(house)
    assert await work(house, models=Bad(house.worker.models))
    row = await last_change(house)
    assert (row.status, row.failure_code) == (GenerationStatus.FAILED, "MODEL_ANSWER_INVALID")
    assert row.leased_until is None and row.finished_at is not None
    assert await serving(house) == USUAL
    assert len((await find(house)).hits) == 6
    await changed(house)
    assert (await last_change(house)).failure_code is None


async def test_a_model_that_is_no_longer_offered_fails_the_change(house: House) -> None:
    await taken_in(house, 1)
    await change(house)
    await house.sql("UPDATE opentrace.embedding_generations SET model = 'gone' WHERE status = 'BUILDING'")
    assert await work(house)
    assert (await last_change(house)).failure_code == "EMBEDDING_MODEL_MISSING"


async def test_a_cancelled_change_stops_its_worker_and_the_old_model_goes_on(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await taken_in(house, 12)

    class Cancelling(Bad):
        async def embed(self, texts: list[str], *by: Any) -> Any:
            await act(house, "cancel")
            return await self.models.embed(texts, *by)

    await change(house)
    await model_control.post("/control/reset")
    assert await work(house, models=Cancelling(house.worker.models))
    row = await last_change(house)
    assert (row.status, row.failure_code) == (GenerationStatus.CANCELLED, None)
    assert await num_vectors(house) == {USUAL: 12, NARROW: 0}
    await act(house, "cancel")
    assert await work(house) is False
    await changed(house)
    # The batch under way was paid for, and kept.
    assert await bought(model_control) == [1] * 12


async def test_a_change_that_nobody_asked_for_cannot_be_cancelled(house: House) -> None:
    with pytest.raises(Conflict):
        await act(house, "cancel")


async def test_a_change_that_kills_every_worker_is_given_up(house: House) -> None:
    await change(house)
    await house.sql("UPDATE opentrace.embedding_generations SET num_tries = 5 WHERE status = 'BUILDING'")
    assert await work(house) is False
    await upkeep.sweep(house.worker.transactions, max_tries=5, quiet_seconds=10)
    row = await last_change(house)
    assert (row.status, row.failure_code) == (GenerationStatus.FAILED, "GAVE_UP")


async def test_calls_are_counted_for_whoever_asked(house: House) -> None:
    await taken_in(house, 6)
    num_before = len(await house.usage())
    await changed(house)
    rows = [row for row in await house.usage() if row.model == NARROW]
    assert len(await house.usage()) - num_before == len(rows) == 2
    assert {(row.user_id, row.project_id, row.document_id) for row in rows} == {
        (house.viewer.user_id, house.project_id, None)
    }
    assert all(row.num_input_tokens > 0 for row in rows)
