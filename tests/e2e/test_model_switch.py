"""A project under load changes its embedding model; its worker is killed with -9; then it goes back."""

import asyncio
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from backend.cli.client import Client, result_of
from backend.local.model_server import EMBEDDING_MODEL
from db.engine import Database
from db.models import RagStrategy
from tests.chaos.undisturbed import BATCH, SMALL_BATCHES, write_pdf
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
STRATEGIES = tuple(RagStrategy)
QUESTION = "What did the sea do?"
SEARCH = """
query ($project: ID!, $query: String!, $strategy: RagStrategy!) {
  search(input: {
    projectId: $project, query: $query, first: 5, similarityThreshold: 0, ragStrategy: $strategy
  }) {
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


async def num_embedded(model_control: httpx.AsyncClient) -> dict[str, int]:
    """How often each text was embedded since the last reset."""
    stats = (await model_control.get("/control/stats")).json()
    return dict(stats["embeddings"]["texts"])


async def test_a_change_survives_a_kill_searches_go_on_and_it_can_be_taken_back(
    product: Product, database: Database, model_control: httpx.AsyncClient, tmp_path: Path
) -> None:
    api = await product.start_api()
    worker = await product.start_worker("ingestion", **SMALL_BATCHES)
    project = await new_project(api)
    document = await upload(api, project, write_pdf(tmp_path / "0.pdf", 0))
    async with asyncio.timeout(120):
        await follow_document(api, document)
    chunks = await num_embedded(model_control)
    await model_control.post("/control/reset")
    answers: list[tuple[str, Any]] = []
    is_over = asyncio.Event()

    async def search() -> None:
        asked = {"project": project, "query": QUESTION}
        for strategy in cycle(STRATEGIES):
            if is_over.is_set():
                return
            found = await api.execute(SEARCH, asked | {"strategy": strategy})
            answers.append((strategy, found["search"]))

    async def searched_in_every_way() -> None:
        until = len(answers) + len(STRATEGIES) + 1
        while len(answers) < until:  # noqa: ASYNC110 - what is waited for are the searches themselves
            await asyncio.sleep(0.01)

    searching = asyncio.create_task(search())
    async with asyncio.timeout(180):
        await searched_in_every_way()
        result_of(await api.execute(CHANGE, {"project": project, "model": NARROW}))
        await until(api, project, NARROW, "BUILDING", least=2 * BATCH)
        await product.kill(worker)
        await product.start_worker("ingestion", **SMALL_BATCHES)
        change = await until(api, project, NARROW, "ACTIVE")
        await searched_in_every_way()
    assert change["numEmbedded"] == change["numChunks"] > 30
    counts = await num_embedded(model_control)
    async with asyncio.timeout(60):
        result_of(await api.execute(ROLL_BACK, {"project": project}))
        await until(api, project, EMBEDDING_MODEL, "ACTIVE")
    is_over.set()
    await searching
    # Questions and their wordings do not count.
    assert sum(counts[chunk] - 1 for chunk in chunks) <= BATCH
    found = await api.execute(MODELS, {"project": project})
    assert found["project"] == {
        "embeddingModel": {"name": EMBEDDING_MODEL},
        "formerEmbeddingModel": {"name": NARROW},
    }
    rows = await database.pool.fetch(
        "SELECT count(*) AS num FROM opentrace.chunk_vectors GROUP BY generation_id"
    )
    assert [row["num"] for row in rows] == [change["numChunks"]] * 2
    assert {found["__typename"] for _, found in answers} == {"SearchPayload"}
    assert {len(found["hits"]) for _, found in answers} == {5}
    # Two models, two rankings, and nothing between them.
    for strategy in STRATEGIES:
        assert len({str(found["hits"]) for each, found in answers if each == strategy}) == 2, strategy
