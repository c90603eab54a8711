"""Chunks with tables are summed up: the summary is embedded, the text is shown, nothing is bought twice."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, select

from backend.errors import Invalid
from backend.llm import ContentRefused, ModelAnswerInvalid
from backend.services import search
from backend.services.documents import control
from db.models import Chunk, DocumentStatus, Summary, Usage, UsageKind
from tests.fixtures.house import House, markdown

EXPIRE = "UPDATE opentrace.documents SET leased_until = now() - interval '1 second' WHERE id = :id"


def tables(num: int, *, word: str = "tower") -> bytes:
    """A document of as many chunks as tables, no two of them alike."""
    sections = (
        f"# {word.title()} {number}\n\n| Lamp of {word} {number} | Oil in litres |\n|---|---|\n"
        + "\n".join(
            f"| lamp {number}-{row} of the {word} on its cliff | {number * row} |" for row in range(12)
        )
        for number in range(num)
    )
    return "\n\n".join(sections).encode()


async def chunks_of(house: House, document_id: UUID) -> list[Chunk]:
    statement = select(Chunk).where(Chunk.document_id == document_id).order_by(col(Chunk.position))
    async with house.worker.database.sessions() as session:
        return list(await session.exec(statement))


async def paid(house: House) -> list[Usage]:
    return [row for row in await house.usage() if row.kind is UsageKind.SUMMARY]


async def asked(control: httpx.AsyncClient) -> list[int]:
    """How often the model was asked for each text."""
    stats = (await control.get("/control/stats")).json()
    return sorted(stats["chat"]["texts"].values())


async def test_a_table_is_embedded_by_its_summary_and_shown_as_it_is(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(tables(3) + b"\n\n" + markdown(2))
    await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.num_chunks) == (DocumentStatus.COMPLETED, 5)
    assert (row.num_summaries, row.num_summaries_made) == (3, 3)
    chunks = await chunks_of(house, document_id)
    assert [chunk.summary is not None for chunk in chunks] == [True] * 3 + [False] * 2
    first = chunks[0]
    assert first.text.startswith("Tower 0\nLamp of tower 0 | Oil in litres\n")
    assert first.summary is not None
    assert "A table with the columns Lamp of tower 0, Oil in litres." in first.summary
    embedded = (await model_control.get("/control/stats")).json()["embeddings"]["texts"]
    assert set(embedded) == {digest(chunk.summary or chunk.text) for chunk in chunks}
    assert await asked(model_control) == [1, 1, 1]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_a_search_finds_the_table_and_shows_its_own_text(house: House) -> None:
    await house.upload(tables(3))
    await house.ingest()
    request = search.Request(house.project_id, "oil of the lamps of tower 2", first=100)
    api = house.api
    found = await search.search(
        api.transactions, api.database, api.models, viewer=house.viewer, request=request
    )
    assert {hit.text.split("\n")[1] for hit in found.hits} == {
        f"Lamp of tower {number} | Oil in litres" for number in range(3)
    }


async def test_followers_are_told_how_many_summaries_are_made_of_how_many(house: House) -> None:
    document_id = await house.upload(tables(6))
    await house.ingest()
    events = await house.history(document_id)
    told = [e.data for e in events if e.kind == "StageProgressed" and e.data["stage"] == "SUMMARISING"]
    assert [(data["done"], data["total"]) for data in told] == [(n, 6) for n in range(1, 7)]
    shares = [event.data["progress"] for event in events if event.kind == "StageProgressed"]
    assert shares == sorted(shares)
    assert told[-1]["progress"] == round(0.3 + 0.65 * 60 / 66, 4)
    ended = [
        e.data["detail"] for e in events if e.kind == "StageFinished" and e.data["stage"] == "SUMMARISING"
    ]
    assert [(detail["num_summaries"], detail["num_without"]) for detail in ended] == [(6, 0)]
    rows = await paid(house)
    assert ended[0]["num_input_tokens"] == sum(row.num_input_tokens for row in rows) > 0
    assert ended[0]["num_output_tokens"] == sum(row.num_output_tokens for row in rows) > 0
    assert ended[0]["cost_usd"] is None


async def test_every_call_is_counted_with_what_it_cost(house: House) -> None:
    document_id = await house.upload(tables(3))
    await house.ingest()
    rows = await paid(house)
    assert [(row.document_id, row.attempt, row.model) for row in rows] == [
        (document_id, 2, house.worker.models.chat_model)
    ] * 3
    assert all(row.num_input_tokens > 0 and row.num_output_tokens > 0 for row in rows)


async def test_equal_tables_are_bought_once_in_a_document_and_in_its_project(
    house: House, model_control: httpx.AsyncClient
) -> None:
    same = "\n\n".join([tables(1).decode()] * 4)
    first = await house.upload(same.encode())
    await house.ingest()
    second = await house.upload((same + "\n\n").encode(), name="again.md")
    await house.ingest()
    assert await asked(model_control) == [1]
    for document_id in (first, second):
        summaries = {chunk.summary for chunk in await chunks_of(house, document_id)}
        assert len(summaries) == 1
        assert None not in summaries


async def test_a_deleted_document_takes_its_summaries_along_and_no_others(
    house: House, model_control: httpx.AsyncClient
) -> None:
    first = await house.upload(tables(2))
    await house.ingest()
    await house.upload(tables(2) + b"\n", name="again.md")
    await house.ingest()
    await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=first, storage=house.api.storage
    )
    async with house.worker.database.sessions() as session:
        kept = list(await session.exec(select(Summary)))
    assert len(kept) == 2
    await house.upload(tables(2) + b"\n\n", name="once more.md")
    await house.ingest()
    assert await asked(model_control) == [1, 1]


@pytest.mark.parametrize("mode", ["429", "500"])
async def test_a_provider_that_fails_for_a_moment_is_asked_again(
    house: House, model_control: httpx.AsyncClient, mode: str
) -> None:
    order = {"endpoint": "chat", "mode": mode, "times": 1, "retry_after": 0}
    await model_control.post("/control", json=order)
    document_id = await house.upload(tables(2))
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert await asked(model_control) == [1, 1]


class Speaking:
    """Models whose summaries are said by the test: the real ones, or an error."""

    def __init__(self, models: Any, *errors: Exception | None) -> None:
        self.embeddings = models.embeddings
        self.summary_model = models.summary_model
        self.embed = models.embed
        self._models = models
        self._errors = list(errors)
        self.num_asked = 0

    async def summarise(self, form: Any, messages: Any) -> Any:
        self.num_asked += 1
        error = self._errors.pop(0) if self._errors else None
        if error is not None:
            raise error
        return await self._models.summarise(form, messages)


async def test_an_answer_that_cannot_be_used_is_asked_for_once_more(house: House) -> None:
    document_id = await house.upload(tables(1))
    models = Speaking(house.worker.models, ModelAnswerInvalid("Nonsense."))
    await house.ingest(models=models)
    assert models.num_asked == 2
    assert (await chunks_of(house, document_id))[0].summary is not None
    assert len(await paid(house)) == 2


@pytest.mark.parametrize(
    ("errors", "num_asked"),
    [
        ([ModelAnswerInvalid("Nonsense."), ModelAnswerInvalid("Nonsense.")], 2),
        ([ContentRefused("It is too long.")], 1),
    ],
)
async def test_a_chunk_of_which_the_model_says_nothing_is_embedded_by_its_text(
    house: House, errors: list[Exception], num_asked: int
) -> None:
    document_id = await house.upload(tables(1))
    models = Speaking(house.worker.models, *errors)
    await house.ingest(models=models)
    assert models.num_asked == num_asked
    row = await house.document(document_id)
    assert (row.status, row.num_summaries, row.num_summaries_made) == (DocumentStatus.COMPLETED, 1, 1)
    assert [chunk.summary for chunk in await chunks_of(house, document_id)] == [None]
    events = await house.history(document_id)
    ended = [
        e.data["detail"] for e in events if e.kind == "StageFinished" and e.data["stage"] == "SUMMARISING"
    ]
    assert [(detail["num_summaries"], detail["num_without"]) for detail in ended] == [(0, 1)]


async def test_a_server_that_speaks_nonsense_hangs_nothing_up(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await model_control.post("/control", json={"endpoint": "chat", "mode": "garbage"})
    document_id = await house.upload(tables(2))
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED


async def test_a_provider_that_refuses_us_fails_the_document_and_a_retry_goes_on_from_there(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(tables(6))
    models = Speaking(house.worker.models, None, None, Invalid("No such model.", code="MODEL_REFUSED"))
    await house.ingest(models=models)
    row = await house.document(document_id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, "MODEL_REFUSED")
    assert row.num_summaries_made == models.num_asked - 1
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await control.retry(session, viewer=house.viewer, document_id=document_id)
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert await asked(model_control) == [1] * 6
    events = await house.history(document_id)
    shares = [event.data["progress"] for event in events if event.kind == "StageProgressed"]
    assert shares == sorted(shares)


class Gated(Speaking):
    """Models that answer once, and keep all further summaries until they are let through."""

    def __init__(self, models: Any) -> None:
        super().__init__(models)
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def summarise(self, form: Any, messages: Any) -> Any:
        if self.num_asked > 0:
            self.reached.set()
            await self.opened.wait()
        return await super().summarise(form, messages)


async def test_a_second_worker_goes_on_from_the_summaries_that_were_kept_and_the_first_writes_nothing(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(tables(6))
    models = Gated(house.worker.models)
    worker = asyncio.create_task(house.ingest(models=models))
    async with asyncio.timeout(60):
        await models.reached.wait()
        while (await house.document(document_id)).num_summaries_made < 1:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)
    await house.sql(EXPIRE, id=document_id)
    assert await house.ingest() is True
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert await asked(model_control) == [1] * 6
    before = await house.history(document_id)
    models.opened.set()
    assert await worker is True
    assert await house.history(document_id) == before
    in_flight = house.limits.summary_concurrency
    assert len(await paid(house)) <= 6 + in_flight


async def test_a_document_deleted_in_the_middle_leaves_no_summary(house: House) -> None:
    document_id = await house.upload(tables(6))
    models = Gated(house.worker.models)
    worker = asyncio.create_task(house.ingest(models=models))
    async with asyncio.timeout(60):
        await models.reached.wait()
    await control.delete(
        house.api.transactions, viewer=house.viewer, document_id=document_id, storage=house.api.storage
    )
    models.opened.set()
    assert await worker is True
    async with house.worker.database.sessions() as session:
        assert list(await session.exec(select(Summary))) == []
