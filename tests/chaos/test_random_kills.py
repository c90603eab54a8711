"""Workers are killed at random moments, again and again: every document ends as if nothing had happened.

CHAOS_ROUNDS sets the number of documents (100), CHAOS_SEED the moments (0).
"""

import asyncio
import os
from pathlib import Path
from random import Random

import httpx
import pytest

from db.engine import Database
from tests.chaos.undisturbed import BATCH, SMALL_BATCHES, num_bought_again, published, texts_of, write_pdf
from tests.e2e.product import Product, follow_document, new_project, upload

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "100"))
SEED = int(os.environ.get("CHAOS_SEED", "0"))
LONGEST_LIFE_SECONDS = 4.0


@pytest.mark.chaos
async def test_documents_survive_workers_that_are_killed_at_any_moment(
    product: Product, database: Database, model_control: httpx.AsyncClient, tmp_path: Path
) -> None:
    random = Random(SEED)
    api = await product.start_api()
    project = await new_project(api)
    worker = await product.start_worker("ingestion", **SMALL_BATCHES)
    num_kills = 0
    for number in range(ROUNDS):
        path = write_pdf(tmp_path / f"{number}.pdf", number)
        document = await upload(api, project, path)
        for _ in range(random.randint(1, 2)):
            await asyncio.sleep(random.uniform(0, LONGEST_LIFE_SECONDS))
            await product.kill(worker)
            num_kills += 1
            worker = await product.start_worker("ingestion", **SMALL_BATCHES)
        async with asyncio.timeout(120):
            events = await follow_document(api, document)
        assert events[-1]["__typename"] == "DocumentCompleted"
        expected = texts_of(path)
        assert await published(database, document) == (expected, len(expected))
    again = await num_bought_again(model_control)
    print(f"{ROUNDS} documents, {num_kills} kills, {again} texts bought again")
    assert again <= num_kills * BATCH
