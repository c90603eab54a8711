"""A project under load changes its embedding model; its worker is killed with -9; then it goes back."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import httpx

from backend.cli.client import Client, result_of
from backend.local.model_server import EMBEDDING_MODEL
from db.engine import Database
from tests.chaos.undisturbed import BATCH, SMALL_BATCHES, num_bought_again, write_pdf
from tests.e2e.product import Product, follow_document, new_project, upload

NARROW = f"{EMBEDDING_MODEL}-256"
CHANGE = """
mutation ($project: ID!, $model: String!) {
  changeEmbeddingModel(input: {projectId: $project, model: $model}) { __typename ... on Error { message } }
}
"""
ROLL_BACK = """
mutation ($project: ID!) {
  rollBackEmbeddingModel(input: {projectId: $project}) { __typename ... on Error { message } }
}
"""
EVENTS = """
subscription ($project: ID!) {
  projectEvents(projectId: $project) {
    __typename
    ... on ProjectSnapshot { embeddingModelChange { ...Change } }
    ... on EmbeddingModelProgressed { change { ...Change } }
  }
}
fragment Change on EmbeddingModelChange { model { name } status numChunks numEmbedded }
"""
QUESTION = "What did the sea do?"
SEARCH = """
query ($project: ID!, $query: String!) {
  search(input: {projectId: $project, query: $query, first: 5, similarityThreshold: 0}) {
    __typename ... on SearchPayload { hits { chunkId score } }
  }
}
"""
MODELS = """
query ($project: ID!) { project(id: $project) { embeddingModel { name } formerEmbeddingModel { name } } }
"""


async def until(client: Client, project: str, model: str, status: str, least: int = 0) -> dict[str, Any]:
    """The change to a model as soon as it is so far; what was told before counts as well."""
    async for event in client.subscribe(EVENTS, {"project": project}):
        change = event.get("change") or event.get("embeddingModelChange")
        is_it = change and (change["model"]["name"], change["status"]) == (model, status)
        if is_it and change["numEmbedded"] >= least:
            return dict(change)
    raise AssertionError("the subscription ended")


async def num_times_asked(model_control: httpx.AsyncClient) -> int:
    """How often the question was embedded again."""
    stats = (await model_control.get("/control/stats")).json()
    return int(stats["embeddings"]["texts"][hashlib.sha256(QUESTION.encode()).hexdigest()]) - 1


async def test_a_change_survives_a_kill_searches_go_on_and_it_can_be_taken_back(
    product: Product, database: Database, model_control: httpx.AsyncClient, tmp_path: Path
) -> None:
    api = await product.start_api()
    worker = await product.start_worker("ingestion", **SMALL_BATCHES)
    project = await new_project(api)
    document = await upload(api, project, write_pdf(tmp_path / "0.pdf", 0))
    async with asyncio.timeout(120):
        await follow_document(api, document)
    await model_control.post("/control/reset")
    answers: list[Any] = []
    is_over = asyncio.Event()

    async def search() -> None:
        while not is_over.is_set():
            answers.append(await api.execute(SEARCH, {"project": project, "query": QUESTION}))

    searching = asyncio.create_task(search())
    async with asyncio.timeout(180):
        result_of(await api.execute(CHANGE, {"project": project, "model": NARROW}))
        await until(api, project, NARROW, "BUILDING", least=2 * BATCH)
        await product.kill(worker)
        await product.start_worker("ingestion", **SMALL_BATCHES)
        change = await until(api, project, NARROW, "ACTIVE")
    assert change["numEmbedded"] == change["numChunks"] > 30
    again = await num_bought_again(model_control) - await num_times_asked(model_control)
    async with asyncio.timeout(60):
        result_of(await api.execute(ROLL_BACK, {"project": project}))
        await until(api, project, EMBEDDING_MODEL, "ACTIVE")
    is_over.set()
    await searching
    assert again <= BATCH
    found = await api.execute(MODELS, {"project": project})
    assert found["project"] == {
        "embeddingModel": {"name": EMBEDDING_MODEL},
        "formerEmbeddingModel": {"name": NARROW},
    }
    rows = await database.pool.fetch(
        "SELECT count(*) AS num FROM opentrace.chunk_vectors GROUP BY generation_id"
    )
    assert [row["num"] for row in rows] == [change["numChunks"]] * 2
    assert {answer["search"]["__typename"] for answer in answers} == {"SearchPayload"}
    assert {len(answer["search"]["hits"]) for answer in answers} == {5}
    # Two models, two rankings, and nothing between them.
    assert len({str(answer["search"]["hits"]) for answer in answers}) == 2
