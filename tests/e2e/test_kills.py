"""Workers are killed with -9 and sockets dropped in the middle: both jobs finish, and nothing is doubled."""

import asyncio
from pathlib import Path

import httpx
import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from backend.cli import operations
from backend.cli.client import Client
from backend.local.sample import PDF, QUESTION
from db.engine import Database
from tests.e2e.product import Product, ask, follow_answer, follow_document, new_project, text_of, upload

NUM_SECTIONS = 120


@pytest.fixture
def long_pdf(tmp_path: Path) -> Path:
    """A PDF whose embedding takes many batches; no two of its paragraphs are alike."""
    path = tmp_path / "long.pdf"
    styles = getSampleStyleSheet()
    words = "The keeper of tower {n} writes down the height of wave {n} and the colour of cloud {n}. "
    flow = []
    for number in range(NUM_SECTIONS):
        flow.append(Paragraph(f"Tower {number}", styles["Heading1"]))
        flow.append(Paragraph(words.format(n=number) * 12, styles["BodyText"]))
    SimpleDocTemplate(str(path), invariant=1).build(flow)
    return path


async def wait_for(client: Client, document: str, kind: str) -> None:
    """Until the document's stream shows an event of this kind."""
    async for event in client.subscribe(operations.DOCUMENT_EVENTS, {"document": document}):
        if event["__typename"] == kind and event.get("stage") == "VECTORIZATION":
            return
    raise AssertionError(f"the document ended before {kind}")


async def test_a_worker_killed_while_embedding_is_resumed_and_no_text_is_bought_twice(
    product: Product, database: Database, model_control: httpx.AsyncClient, long_pdf: Path
) -> None:
    batches = {"OPENTRACE_INGESTION__EMBED_BATCH_INPUTS": "4"}
    api = await product.start_api()
    worker = await product.start_worker("ingestion", **batches)
    project = await new_project(api)
    document = await upload(api, project, long_pdf)
    async with asyncio.timeout(120):
        await wait_for(api, document, "StageProgressed")
    await product.kill(worker)
    await product.start_worker("ingestion", **batches)
    async with asyncio.timeout(180):
        events = await follow_document(api, document)
    assert events[-1]["__typename"] == "DocumentCompleted"
    stats = (await model_control.get("/control/stats")).json()
    counts = list(stats["embeddings"]["texts"].values())
    assert len(counts) == events[-1]["document"]["numChunks"]
    assert sum(counts) - len(counts) <= 4
    # A call is counted before it is made: one more than was made, if the kill came between.
    num_counted = await database.pool.fetchval(
        "SELECT count(*) FROM opentrace.usage WHERE num_input_tokens > 0"
    )
    assert num_counted - stats["embeddings"]["requests"] in (0, 1)


async def test_a_worker_killed_while_answering_is_followed_by_another(
    product: Product, model_control: httpx.AsyncClient
) -> None:
    api = await product.start_api()
    await product.start_worker("ingestion")
    worker = await product.start_worker("answers")
    project = await new_project(api)
    await follow_document(api, await upload(api, project, PDF))
    await model_control.post("/control", json={"tokens_per_second": 5})
    answer = await ask(api, project, QUESTION)
    seen: list[dict[str, object]] = []
    async with asyncio.timeout(120):
        async for event in api.subscribe(operations.MESSAGE_EVENTS, {"message": answer}):
            seen.append(event)
            if event["__typename"] == "TextAppended" and worker.exit_code is None:
                await product.kill(worker)
                await model_control.post("/control/reset")
                await product.start_worker("answers")
    names = [event["__typename"] for event in seen]
    assert names.count("AnswerRestarted") == 1
    assert names[-1] == "MessageCompleted"
    assert text_of(seen) == text_of(await follow_answer(api, answer))
    assert "every 90 days" in text_of(seen)


async def test_a_socket_dropped_in_mid_answer_loses_and_repeats_nothing(
    product: Product, model_control: httpx.AsyncClient
) -> None:
    api = await product.start_api()
    await product.start_worker("ingestion")
    await product.start_worker("answers")
    project = await new_project(api)
    await follow_document(api, await upload(api, project, PDF))
    await model_control.post("/control", json={"tokens_per_second": 40})
    answer = await ask(api, project, QUESTION)
    seen: list[dict[str, object]] = []
    cursor: str | None = None
    num_sockets = 0
    while not seen or seen[-1]["__typename"] != "MessageCompleted":
        num_sockets += 1
        variables = {"message": answer, "after": cursor}
        async for event in api.subscribe(operations.MESSAGE_EVENTS, variables):
            seen.append(event)
            cursor = str(event["cursor"])
            if len(seen) % 5 == 0:
                break
    assert num_sockets > 3
    cursors = [event["cursor"] for event in seen]
    assert len(set(cursors)) == len(cursors)
    assert text_of(seen) == text_of(await follow_answer(api, answer))
