"""Taking documents in: what is told, what is kept, and what every bad file ends in."""

import io
import json
from typing import Any

import httpx
import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

from backend.errors import Unavailable
from backend.events import Event
from backend.llm import calls, gate
from backend.services.documents import control
from db.models import DocumentStatus, UsageKind
from tests.fixtures.house import House, markdown

NOTHING = {"chunks": 0, "vectors": 0, "staged": 0, "staged_vectors": 0}


def pdf(num_pages: int) -> bytes:
    style = getSampleStyleSheet()["BodyText"]
    flow: list[Any] = []
    for number in range(1, num_pages + 1):
        flow += [
            Paragraph(f"Page {number} tells of lamp {number} and of no other lamp. " * 9, style),
            PageBreak(),
        ]
    output = io.BytesIO()
    SimpleDocTemplate(output, invariant=1).build(flow)
    return output.getvalue()


def encrypted_pdf() -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output, encrypt="secret")
    canvas.drawString(100, 700, "Nobody reads this.")
    canvas.save()
    return output.getvalue()


def blank_pdf() -> bytes:
    output = io.BytesIO()
    canvas = Canvas(output)
    canvas.rect(100, 100, 50, 50)
    canvas.save()
    return output.getvalue()


def progress_of(events: list[Event]) -> list[float]:
    return [event.data["progress"] for event in events if event.kind == "StageProgressed"]


async def test_a_document_is_found_by_search_when_it_is_completed_and_its_chunks_have_been_paid_once(
    house: House, model_control: httpx.AsyncClient
) -> None:
    document_id = await house.upload(markdown(10))
    assert await house.ingest() is True
    row = await house.document(document_id)
    assert (row.status, row.attempt, row.version) == (DocumentStatus.COMPLETED, 2, 1)
    assert (row.num_pages, row.num_pages_parsed) == (None, 1)
    assert (row.num_chunks, row.num_chunks_embedded) == (10, 10)
    assert row.leased_until is None
    assert row.finished_at is not None
    seen = await house.seen_by_search(document_id)
    assert [position for position, _ in seen] == list(range(10))
    assert all(f"tower {position} " in text for position, text in seen)
    assert await house.counts() == {"chunks": 10, "vectors": 10, "staged": 0, "staged_vectors": 0}
    stats = (await model_control.get("/control/stats")).json()
    assert sorted(stats["embeddings"]["texts"].values()) == [1] * 10
    usage = await house.usage()
    assert [(row.kind, row.attempt, row.document_id) for row in usage] == [
        (UsageKind.EMBEDDING, 2, document_id)
    ] * 3
    assert all(row.num_input_tokens > 0 for row in usage)


async def test_followers_are_told_every_step_without_a_gap(house: House) -> None:
    document_id = await house.upload(markdown(10))
    await house.ingest()
    events = await house.history(document_id)
    assert [str(event.cursor) for event in events] == ["1-0", *(f"2-{seq}" for seq in range(len(events) - 1))]
    told = [(event.kind, event.data.get("stage")) for event in events]
    assert told == [
        ("DocumentSnapshot", None),
        ("DocumentSnapshot", None),
        ("StageStarted", "PARTITIONING"),
        ("StageFinished", "PARTITIONING"),
        ("StageStarted", "CHUNKING"),
        ("StageFinished", "CHUNKING"),
        ("StageStarted", "SUMMARISING"),
        ("StageFinished", "SUMMARISING"),
        ("StageStarted", "VECTORIZATION"),
        ("StageProgressed", "VECTORIZATION"),
        ("StageProgressed", "VECTORIZATION"),
        ("StageProgressed", "VECTORIZATION"),
        ("StageFinished", "VECTORIZATION"),
        ("DocumentCompleted", None),
    ]
    assert progress_of(events) == [0.56, 0.82, 0.95]
    assert events[5].data["detail"] == {"num_chunks": 10, "num_summaries": 0}
    assert events[-1].final is True
    assert events[-1].data["document"]["status"] == "COMPLETED"
    row = await house.document(document_id)
    assert (row.attempt, row.event_seq) == events[-1].cursor


async def test_the_language_is_told_once_the_text_is_known(house: House) -> None:
    document_id = await house.upload(markdown(10))
    assert (await house.document(document_id)).language is None
    await house.ingest()
    assert (await house.document(document_id)).language == "en"
    finished = [event for event in await house.history(document_id) if event.kind == "StageFinished"]
    assert finished[0].data["detail"]["language"] == "en"


async def test_pages_are_counted_as_they_are_parsed_and_remembered_by_the_chunks(house: House) -> None:
    document_id = await house.upload(pdf(3), name="lamps.pdf", content_type="application/pdf")
    await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.num_pages, row.num_pages_parsed) == (DocumentStatus.COMPLETED, 3, 3)
    events = await house.history(document_id)
    parsed = [e.data for e in events if e.kind == "StageProgressed" and e.data["stage"] == "PARTITIONING"]
    assert (parsed[-1]["done"], parsed[-1]["total"], parsed[-1]["progress"]) == (3, 3, 0.3)
    shares = progress_of(events)
    assert shares == sorted(shares)
    async with house.worker.database.pool.acquire() as connection:
        pages = await connection.fetch("SELECT page_first, regions FROM opentrace.chunks ORDER BY position")
    assert pages[0]["page_first"] == 1
    assert all(len(region) == 7 for row in pages for region in json.loads(row["regions"]))


async def test_equal_passages_are_bought_once(house: House, model_control: httpx.AsyncClient) -> None:
    section = "# Lamp\n\n" + "The lamp is trimmed every 90 days. " * 30
    document_id = await house.upload("\n\n".join([section] * 6).encode())
    await house.ingest()
    assert len(await house.seen_by_search(document_id)) == 6
    stats = (await model_control.get("/control/stats")).json()
    assert list(stats["embeddings"]["texts"].values()) == [1]


@pytest.mark.parametrize(
    ("content", "name", "content_type", "code"),
    [
        (encrypted_pdf(), "a.pdf", "application/pdf", "ENCRYPTED"),
        (b"%PDF-1.7\n" + b"rubbish " * 100, "a.pdf", "application/pdf", "CORRUPT"),
        (blank_pdf(), "a.pdf", "application/pdf", "EMPTY"),
        (b"\n \n", "a.md", "text/markdown", "EMPTY"),
    ],
)
async def test_a_file_that_cannot_be_read_fails_with_its_reason_and_leaves_nothing(
    house: House, content: bytes, name: str, content_type: str, code: str
) -> None:
    document_id = await house.upload(content, name=name, content_type=content_type)
    assert await house.ingest() is True
    row = await house.document(document_id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, code)
    assert row.failure_message
    assert row.leased_until is None
    assert await house.counts() == NOTHING
    last = (await house.history(document_id))[-1]
    assert (last.kind, last.final) == ("DocumentFailed", True)
    assert (last.data["code"], last.data["retryable"]) == (code, False)
    assert last.data["message"] == row.failure_message
    assert await house.ingest() is False


async def test_an_object_that_is_gone_fails_the_document(house: House) -> None:
    document_id = await house.upload(markdown(1))
    row = await house.document(document_id)
    await house.worker.storage.delete([row.storage_key])
    await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, "UPLOAD_MISSING")
    assert await house.counts() == NOTHING


async def test_bytes_that_are_not_the_announced_ones_fail_the_document(house: House) -> None:
    content = markdown(1)
    document_id = await house.upload(content)
    row = await house.document(document_id)
    await house.worker.storage.put(row.storage_key, content.replace(b"wave", b"gale"), "text/markdown")
    await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, "UPLOAD_DIFFERS")
    assert await house.counts() == NOTHING


async def test_an_object_store_that_does_not_answer_is_worth_a_retry(house: House) -> None:
    document_id = await house.upload(markdown(1))
    await house.ingest(storage=Silent(house.worker.storage))
    last = (await house.history(document_id))[-1]
    assert (last.kind, last.data["retryable"]) == ("DocumentFailed", True)
    assert "retry" in last.data["message"]


class Silent:
    """An object store that is away."""

    def __init__(self, storage: object) -> None:
        self.storage = storage

    async def download(self, *_: object) -> str:
        raise Unavailable("The object store does not answer.")


async def test_a_batch_that_the_provider_refuses_for_a_while_is_asked_for_again(
    house: House, model_control: httpx.AsyncClient
) -> None:
    await model_control.post(
        "/control", json={"endpoint": "embeddings", "mode": "429", "times": 1, "retry_after": 0}
    )
    document_id = await house.upload(markdown(2))
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED


async def test_a_batch_that_is_answered_with_garbage_is_asked_for_again_and_each_call_is_counted(
    house: House, model_control: httpx.AsyncClient, pauses: list[float]
) -> None:
    order = {"endpoint": "embeddings", "mode": "garbage", "times": len(calls.RETRY_SECONDS)}
    await model_control.post("/control", json=order)
    document_id = await house.upload(markdown(2))
    await house.ingest()
    assert (await house.document(document_id)).status is DocumentStatus.COMPLETED
    assert len(await house.seen_by_search(document_id)) == 2
    assert len(pauses) == len(calls.RETRY_SECONDS)
    paid = await house.usage()
    assert len(paid) == 1 + len(calls.RETRY_SECONDS) and all(call.num_input_tokens > 0 for call in paid)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, noted instead of waited for."""
    noted: list[float] = []

    async def note(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr(gate, "sleep", note)
    return noted


@pytest.mark.parametrize(
    ("mode", "code"), [("500", "MODEL_UNAVAILABLE"), ("garbage", "MODEL_ANSWER_INVALID")]
)
async def test_a_provider_that_fails_ends_the_attempt_and_a_retry_buys_only_what_is_missing(
    house: House, model_control: httpx.AsyncClient, pauses: list[float], mode: str, code: str
) -> None:
    document_id = await house.upload(markdown(10))
    models = Failing(house.worker.models, model_control, after=2, mode=mode)
    await house.ingest(models=models)
    row = await house.document(document_id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, code)
    assert row.num_chunks_embedded == 8 and len(pauses) == 3
    assert await house.seen_by_search(document_id) == []
    last = (await house.history(document_id))[-1]
    assert last.data["retryable"] is True
    await model_control.post("/control", json={"mode": "ok"})
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await control.retry(session, viewer=house.viewer, document_id=document_id)
    assert await house.ingest() is True
    assert len(await house.seen_by_search(document_id)) == 10
    stats = (await model_control.get("/control/stats")).json()
    assert sorted(stats["embeddings"]["texts"].values()) == [1] * 10
    shares = progress_of(await house.history(document_id))
    assert shares == sorted(shares)


class Failing:
    """Models whose server begins to fail after some requests."""

    def __init__(self, models: Any, control: httpx.AsyncClient, *, after: int, mode: str) -> None:
        self.embeddings = models.embeddings
        self.models = models
        self.control = control
        self.left = after
        self.mode = mode

    async def embed(self, texts: list[str], *by: Any) -> Any:
        if self.left == 0:
            await self.control.post("/control", json={"endpoint": "embeddings", "mode": self.mode})
        self.left -= 1
        return await self.models.embed(texts, *by)


async def test_a_project_whose_model_is_not_served_says_so(house: House) -> None:
    document_id = await house.upload(markdown(1))
    await house.sql("UPDATE opentrace.embedding_generations SET model = 'another'")
    await house.ingest()
    row = await house.document(document_id)
    assert (row.status, row.failure_code) == (DocumentStatus.FAILED, "EMBEDDING_MODEL_MISSING")
    assert "another" in (row.failure_message or "")
