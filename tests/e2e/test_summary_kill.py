"""A worker is killed with -9 while it sums up tables: another goes on, and each summary is bought once."""

import asyncio
from pathlib import Path

import asyncpg
import httpx
import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle

from backend.cli import operations
from backend.cli.client import Client
from tests.e2e.product import Product, follow_document, new_project, upload
from tests.fixtures.databases import DatabaseAddress

NUM_TABLES = 24
AT_ONCE = 2


@pytest.fixture
def tables_pdf(tmp_path: Path) -> Path:
    """A PDF of as many ruled tables as summaries, no two of them alike."""
    path = tmp_path / "tables.pdf"
    heading = getSampleStyleSheet()["Heading1"]
    ruled = TableStyle([("GRID", (0, 0), (-1, -1), 1, colors.black)])
    flow = []
    for number in range(NUM_TABLES):
        rows = [
            [f"lamp {number}-{row} on the cliff of the tower", f"{number * row} litres"] for row in range(12)
        ]
        flow.append(Paragraph(f"Tower {number}", heading))
        flow.append(Table([[f"Lamp of tower {number}", "Oil"], *rows], style=ruled))
    SimpleDocTemplate(str(path), invariant=1).build(flow)
    return path


async def wait_for_summaries(client: Client, document: str, num: int) -> None:
    async for event in client.subscribe(operations.DOCUMENT_EVENTS, {"document": document}):
        if event.get("stage") == "SUMMARISING" and event.get("done", 0) >= num:
            return
    raise AssertionError("the document ended before that")


async def test_a_worker_killed_while_summarising_is_resumed_and_only_what_was_in_flight_is_bought_twice(
    product: Product,
    model_control: httpx.AsyncClient,
    tables_pdf: Path,
    database_address: DatabaseAddress,
) -> None:
    limits = {"OPENTRACE_INGESTION__SUMMARY_CONCURRENCY": str(AT_ONCE)}
    slowly = {"endpoint": "chat", "mode": "slow", "delay_seconds": 0.2}
    await model_control.post("/control", json=slowly)
    api = await product.start_api()
    worker = await product.start_worker("ingestion", **limits)
    document = await upload(api, await new_project(api), tables_pdf)
    async with asyncio.timeout(120):
        await wait_for_summaries(api, document, 4)
    await product.kill(worker)
    await model_control.post("/control", json={"mode": "ok"})
    await product.start_worker("ingestion", **limits)
    async with asyncio.timeout(180):
        events = await follow_document(api, document)
    assert events[-1]["__typename"] == "DocumentCompleted"
    stats = (await model_control.get("/control/stats")).json()["chat"]
    assert len(stats["texts"]) == NUM_TABLES
    assert NUM_TABLES <= stats["requests"] <= NUM_TABLES + AT_ONCE
    connection = await asyncpg.connect(database_address.url)
    counted = await connection.fetchval("SELECT count(*) FROM opentrace.usage WHERE kind = 'SUMMARY'")
    await connection.close()
    assert stats["requests"] <= counted <= NUM_TABLES + AT_ONCE
