"""Batches are staged one behind: the next is bought meanwhile, and nothing that was bought is lost."""

import asyncio
from typing import Any

import httpx
import pytest

from backend.errors import Unavailable
from backend.rag import embed
from backend.services.documents import control
from db.models import DocumentStatus
from db.queries import chunks
from tests.fixtures.house import House, markdown


async def test_the_next_batch_is_bought_while_the_one_before_is_staged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, buy = chunks.stage_vectors, embed.embed
    second_is_asked_for = asyncio.Event()
    num_bought = 0

    async def staged(*given: Any, **named: Any) -> None:
        async with asyncio.timeout(20):
            await second_is_asked_for.wait()
        await stage(*given, **named)

    async def bought(*given: Any, **named: Any) -> embed.Vectors:
        nonlocal num_bought
        num_bought += 1
        if num_bought == 2:
            second_is_asked_for.set()
        return await buy(*given, **named)

    monkeypatch.setattr(chunks, "stage_vectors", staged)
    monkeypatch.setattr(embed, "embed", bought)
    document_id = await house.upload(markdown(12))
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert (num_bought, len(await house.seen_by_search(document_id))) == (3, 12)


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_a_batch_that_cannot_be_staged_ends_the_attempt_and_is_not_bought_again(
    house: House, monkeypatch: pytest.MonkeyPatch, model_control: httpx.AsyncClient, failing: int
) -> None:
    stage, calls = chunks.stage_vectors, iter(range(1, 100))

    async def staged(*given: Any, **named: Any) -> None:
        if next(calls) == failing:
            raise Unavailable("The disk is full.")
        await stage(*given, **named)

    monkeypatch.setattr(chunks, "stage_vectors", staged)
    document_id = await house.upload(markdown(12))
    await house.ingest()
    failed = await house.document(document_id)
    assert (failed.status, failed.failure_code) == (DocumentStatus.FAILED, "UNAVAILABLE")
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await control.retry(session, viewer=house.viewer, document_id=document_id)
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert len(await house.seen_by_search(document_id)) == 12
    texts = (await model_control.get("/control/stats")).json()["embeddings"]["texts"]
    assert sorted(texts.values()) == [1] * 12
