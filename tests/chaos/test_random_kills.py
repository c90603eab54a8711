"""Workers are killed at random moments, again and again: every document ends as if nothing had happened.

CHAOS_ROUNDS sets the number of documents (100), CHAOS_SEED the moments (0).
"""

import asyncio
import os
from pathlib import Path
from random import Random
from uuid import UUID

import httpx
import pytest
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate
from sqlmodel import col, select
from strawberry.relay import GlobalID

from backend.rag import chunk, parse
from db.engine import Database
from db.models import Chunk, ChunkVector
from tests.e2e.product import Product, follow_document, new_project, upload

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "100"))
SEED = int(os.environ.get("CHAOS_SEED", "0"))
BATCH = 4
NUM_SECTIONS = 40
LONGEST_LIFE_SECONDS = 4.0


def write_pdf(path: Path, number: int) -> Path:
    """A PDF of its own for every round, so that no text was ever bought before."""
    styles = getSampleStyleSheet()
    flow = []
    for section in range(NUM_SECTIONS):
        words = f"Keeper {number} writes in book {section} what the sea did at tower {number * section}. "
        flow.append(Paragraph(f"Book {number} section {section}", styles["Heading1"]))
        flow.append(Paragraph(words * 10, styles["BodyText"]))
    SimpleDocTemplate(str(path), invariant=1).build(flow)
    return path


def undisturbed(path: Path) -> list[str]:
    """The chunks' texts as one process makes them that nobody kills."""
    pages = parse.stream(path, content_type="application/pdf", limits=parse.Limits())
    elements = [element for page in pages for element in page.elements]
    return [one.text for one in chunk.by_title(elements)]


async def chunks_of(database: Database, document: str) -> tuple[list[str], int]:
    """Published texts in order, and the number of their vectors."""
    document_id = UUID(GlobalID.from_id(document).node_id)
    async with database.sessions() as session:
        rows = select(Chunk.text).where(col(Chunk.document_id) == document_id)
        texts = (await session.exec(rows.order_by(col(Chunk.position)))).all()
        vectors = select(ChunkVector.chunk_id).where(col(ChunkVector.document_id) == document_id)
        return list(texts), len((await session.exec(vectors)).all())


@pytest.mark.chaos
async def test_documents_survive_workers_that_are_killed_at_any_moment(
    product: Product, database: Database, model_control: httpx.AsyncClient, tmp_path: Path
) -> None:
    random = Random(SEED)
    settings = {"OPENTRACE_INGESTION__EMBED_BATCH_INPUTS": str(BATCH), "OPENTRACE_WORK__MAX_TRIES": "50"}
    api = await product.start_api()
    project = await new_project(api)
    worker = await product.start_worker("ingestion", **settings)
    num_kills = 0
    for number in range(ROUNDS):
        path = write_pdf(tmp_path / f"{number}.pdf", number)
        document = await upload(api, project, path)
        for _ in range(random.randint(1, 2)):
            await asyncio.sleep(random.uniform(0, LONGEST_LIFE_SECONDS))
            await product.kill(worker)
            num_kills += 1
            worker = await product.start_worker("ingestion", **settings)
        async with asyncio.timeout(120):
            events = await follow_document(api, document)
        assert events[-1]["__typename"] == "DocumentCompleted"
        expected = undisturbed(path)
        assert await chunks_of(database, document) == (expected, len(expected))
    stats = (await model_control.get("/control/stats")).json()
    counts = stats["embeddings"]["texts"].values()
    num_bought_again = sum(counts) - len(counts)
    print(f"{ROUNDS} documents, {num_kills} kills, {len(counts)} texts, {num_bought_again} bought again")
    assert num_bought_again <= num_kills * BATCH
