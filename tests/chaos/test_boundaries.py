"""A worker is killed at each boundary between two stages, and messages are delivered many times over."""

import asyncio
from pathlib import Path
from uuid import UUID

import httpx
from strawberry.relay import GlobalID

from backend.queue import Job, Queue
from db.engine import Database
from tests.chaos.undisturbed import BATCH, SMALL_BATCHES, num_bought_again, published, texts_of, write_pdf
from tests.e2e.product import Product, follow_document, new_project, upload

BOUNDARIES = """
subscription Boundaries($document: ID!, $after: String) {
  documentEvents(documentId: $document, after: $after) {
    __typename
    ... on Event { cursor }
    ... on StageStarted { stage }
    ... on StageFinished { stage }
    ... on DocumentCompleted { document { numChunks } }
  }
}
"""


async def test_a_document_survives_a_kill_at_every_boundary_of_its_stages(
    product: Product, database: Database, model_control: httpx.AsyncClient, tmp_path: Path
) -> None:
    path = write_pdf(tmp_path / "towers.pdf", 1)
    api = await product.start_api()
    project = await new_project(api)
    document = await upload(api, project, path)
    worker = await product.start_worker("ingestion", **SMALL_BATCHES)
    killed_at: list[tuple[str, str]] = []
    async with asyncio.timeout(240):
        async for event in api.subscribe(BOUNDARIES, {"document": document}):
            boundary = (event["__typename"], event.get("stage", ""))
            if boundary[1] and boundary not in killed_at and event["__typename"] != "StageProgressed":
                await product.kill(worker)
                killed_at.append(boundary)
                worker = await product.start_worker("ingestion", **SMALL_BATCHES)
    assert event["__typename"] == "DocumentCompleted"
    entered = {stage for kind, stage in killed_at if kind == "StageStarted"}
    assert entered == {"PARTITIONING", "CHUNKING", "SUMMARISING", "VECTORIZATION"}
    expected = texts_of(path)
    assert await published(database, document) == (expected, len(expected))
    assert await num_bought_again(model_control) <= len(killed_at) * BATCH


async def test_a_task_that_is_delivered_many_times_is_done_once(
    product: Product, database: Database, model_control: httpx.AsyncClient, tmp_path: Path
) -> None:
    path = write_pdf(tmp_path / "towers.pdf", 2)
    api = await product.start_api()
    project = await new_project(api)
    document = await upload(api, project, path)
    queue = Queue(product.env["OPENTRACE_REDIS__URL"])
    for _ in range(20):
        await queue.ring(Job.INGEST_DOCUMENT, UUID(GlobalID.from_id(document).node_id))
    for _ in range(2):
        await product.start_worker("ingestion", **SMALL_BATCHES)
    async with asyncio.timeout(120):
        events = await follow_document(api, document)
    queue.close()
    assert events[-1]["__typename"] == "DocumentCompleted"
    expected = texts_of(path)
    assert await published(database, document) == (expected, len(expected))
    assert await num_bought_again(model_control) == 0
