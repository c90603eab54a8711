"""Taking a document in again, and renaming it: search sees the old version until the new one is whole."""

import hashlib

import httpx
import pytest

from backend.errors import Conflict, Invalid, NotFound
from db.models import DocumentStatus
from tests.fixtures import house as houses
from tests.fixtures.house import House, described
from tests.fixtures.versions import NEW, OLD, act, ask_to_replace, halted, published, send, words


async def test_a_new_version_of_the_same_file_is_built_beside_the_old_one(house: House) -> None:
    document_id = await published(house)
    before = await house.seen_by_search(document_id)
    row = await act(house, "reingest", document_id)
    assert (row.status, row.version, row.newest_version) == (DocumentStatus.QUEUED, 1, 2)
    assert (row.num_chunks, row.num_chunks_embedded, row.num_pages_parsed) == (None, 0, 0)
    await house.sql("DELETE FROM opentrace.cached_embeddings")
    async with halted(house):
        row = await house.document(document_id)
        assert (row.status, row.version) == (DocumentStatus.VECTORIZATION, 1)
        assert await house.seen_by_search(document_id) == before
        assert (await house.counts())["staged"] == 3
    row = await house.document(document_id)
    assert (row.status, row.version, row.newest_version) == (DocumentStatus.COMPLETED, 2, 2)
    assert await house.seen_by_search(document_id) == before
    assert await house.counts() == {"chunks": 3, "vectors": 3, "staged": 0, "staged_vectors": 0}


async def test_the_same_file_again_buys_nothing(house: House, model_control: httpx.AsyncClient) -> None:
    document_id = await published(house)
    await act(house, "reingest", document_id)
    assert await house.ingest()
    assert (await house.document(document_id)).version == 2
    stats = (await model_control.get("/control/stats")).json()
    assert sorted(stats["embeddings"]["texts"].values()) == [1] * 3


async def test_asking_again_while_it_is_under_way_begins_nothing_more(house: House) -> None:
    document_id = await published(house)
    first = await act(house, "reingest", document_id)
    again = await act(house, "reingest", document_id)
    assert (again.newest_version, again.attempt) == (first.newest_version, first.attempt) == (2, 3)


async def test_a_repeat_with_the_same_key_begins_nothing_more_even_afterwards(house: House) -> None:
    document_id, other_id = await published(house), await published(house, NEW)
    await act(house, "reingest", document_id, idempotency_key="k")
    assert await house.ingest()
    row = await act(house, "reingest", document_id, idempotency_key="k")
    assert (row.status, row.newest_version) == (DocumentStatus.COMPLETED, 2)
    with pytest.raises(Conflict) as refused:
        await act(house, "reingest", other_id, idempotency_key="k")
    assert (refused.value.code, refused.value.field) == ("IDEMPOTENCY_KEY_REUSED", "idempotency_key")
    with pytest.raises(Invalid):
        await act(house, "reingest", document_id, idempotency_key="")


async def test_what_never_arrived_cannot_be_taken_in_anew(house: House) -> None:
    document_id = (await house.request(described(OLD)))[0].document.id
    for verb in ("reingest",):
        with pytest.raises(Conflict):
            await act(house, verb, document_id)
    with pytest.raises(Conflict):
        await ask_to_replace(house, document_id)


@pytest.mark.parametrize("end", ["fail", "cancel"])
async def test_a_new_version_that_fails_or_is_cancelled_leaves_the_old_one_and_says_so(
    house: House, model_control: httpx.AsyncClient, end: str
) -> None:
    document_id = await published(house)
    await send(house, await ask_to_replace(house, document_id))
    await house.confirm(document_id)
    if end == "fail":
        await model_control.post("/control", json={"endpoint": "embeddings", "mode": "garbage"})
        assert await house.ingest()
        await model_control.post("/control/reset")
        status = DocumentStatus.FAILED
    else:
        async with halted(house):
            await act(house, "cancel", document_id)
        status = DocumentStatus.CANCELLED
    row = await house.document(document_id)
    assert (row.status, row.version, row.newest_version) == (status, 1, 2)
    assert (row.name, row.sha256) == ("old.md", hashlib.sha256(OLD).hexdigest())
    assert await words(house, document_id) == ("old", 3)
    await act(house, "retry", document_id)
    assert await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.version, row.name) == (DocumentStatus.COMPLETED, 2, "new.md")
    assert await words(house, document_id) == ("new", 5)


async def test_a_new_name_stays_whatever_file_comes_later(house: House) -> None:
    document_id = await published(house)
    await send(house, await ask_to_replace(house, document_id))
    row = await act(house, "rename", document_id, name="  The\nhandbook ")
    assert row.name == "The handbook"
    await house.confirm(document_id)
    assert await house.ingest()
    row = await house.document(document_id)
    assert (row.name, row.version) == ("The handbook", 2)
    with pytest.raises(Invalid) as refused:
        await act(house, "rename", document_id, name=" \n")
    assert refused.value.field == "name"


async def test_a_new_name_is_told_to_followers_and_the_same_name_is_not(house: House) -> None:
    document_id = await house.upload(OLD)
    await act(house, "rename", document_id, name="Early")
    await house.ingest()
    before = await house.history(document_id)
    assert [event.data["document"]["name"] for event in before[:2]] == ["notes.md", "Early"]
    for name in ("Late", "Late"):
        await act(house, "rename", document_id, name=name)
    told = await house.history(document_id)
    assert [event.kind for event in told[len(before) :]] == ["DocumentCompleted"]
    assert told[-1].data["document"]["name"] == "Late"
    rest = await house.events(document_id, before[-1].cursor)
    assert [event.data["document"]["name"] for event in rest] == ["Late"]


@pytest.mark.parametrize("verb", ["reingest", "rename", "replace"])
async def test_a_stranger_turns_nothing(house: House, verb: str) -> None:
    document_id = await published(house)
    member, house.viewer = house.viewer, await houses.person(house.worker)
    with pytest.raises(NotFound):
        if verb == "replace":
            await ask_to_replace(house, document_id)
        else:
            await act(house, verb, document_id, **({"name": "Mine"} if verb == "rename" else {}))
    house.viewer = member
    row = await house.document(document_id)
    assert (row.name, row.status, row.newest_version) == ("old.md", DocumentStatus.COMPLETED, 1)
