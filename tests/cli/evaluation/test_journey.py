"""`opentrace eval` takes a set in through the API, asks every question, and says the same when run again."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.cli.client import Client
from backend.cli.evaluation import operations
from backend.cli.evaluation.settings import LADDER
from backend.cli.upload import find_project, pages
from backend.local.installation import PROJECT
from tests.cli.evaluation import judged
from tests.e2e.product import Product


async def evaluate(client: Client, folder: Path, out: Path, *words: str) -> dict[str, Any]:
    """The newest result that the command kept."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend.cli", "eval", str(folder), "--out", str(out), *words),
        env={**os.environ, "OPENTRACE_API_URL": client.url, "OPENTRACE_TOKEN": client.token()},
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    (path,) = out.glob("*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    assert path.with_suffix(".html").exists()
    return found


async def documents_of(client: Client, project: str) -> list[str]:
    path = ("project", "documents")
    return [each["status"] async for each in pages(client, operations.DOCUMENTS, {"project": project}, *path)]


async def test_a_judged_set_is_taken_in_once_and_measured_through_the_api(
    product: Product, tmp_path: Path
) -> None:
    client = await product.start_api()
    await product.start_worker("ingestion")
    folder = judged.write_documents(tmp_path / "water")
    words = ("--project", "Wells", "--threshold", "0.2")
    first = await evaluate(client, folder, tmp_path / "one", *words)
    assert [run["name"] for run in first["runs"]] == ["similarityThreshold 0.2", "bm25s"]
    assert (first["data"]["num_documents"], first["data"]["num_questions"]) == (4, 2)
    own, library = first["runs"]
    assert own["settings"] == {"similarityThreshold": 0.2}
    assert own["measures"] == {"nDCG@10": 1.0, "recall@10": 1.0, "recall@100": 1.0, "MRR@10": 1.0}
    assert own["questions"]["q2"]["ranking"][:2] == ["d2", "d4"]
    assert library["measures"]["MRR@10"] == 1.0

    again = await evaluate(client, folder, tmp_path / "two", *words)
    assert [run["questions"] for run in again["runs"]] == [run["questions"] for run in first["runs"]]
    assert await documents_of(client, await find_project(client, "Wells")) == ["COMPLETED"] * 3


async def test_pages_are_measured_and_so_are_the_answers_that_cite_them(
    product: Product, tmp_path: Path
) -> None:
    client = await product.start_api()
    await product.start_worker("ingestion")
    await product.start_worker("answers")
    folder = judged.write_pages(tmp_path / "port")
    found = await evaluate(client, folder, tmp_path / "out", "--threshold", "0.1", "--ask", "--given")
    measures = found["runs"][0]["measures"]
    assert (measures["hit@5"], measures["hit@5, document given"]) == (1.0, 1.0)
    assert (measures["answers that cite right"], measures["quotes verified"]) == (1.0, 1.0)
    assert found["runs"][1]["measures"]["hit@1"] == 1.0


async def test_the_ladder_climbs_from_one_arm_to_a_reranked_fusion(product: Product, tmp_path: Path) -> None:
    client = await product.start_api()
    await product.start_worker("ingestion")
    found = await evaluate(client, judged.write_documents(tmp_path / "water"), tmp_path / "out", "--ladder")
    rungs = [each.name for each in LADDER]
    assert [run["name"] for run in found["runs"]] == [*rungs, "bm25s"]
    assert {run["measures"]["recall@10"] for run in found["runs"]} == {1.0}


async def test_empty_documents_are_told_and_the_others_measured(product: Product, tmp_path: Path) -> None:
    client = await product.start_api()
    await product.start_worker("ingestion")
    folder = judged.write_documents(tmp_path / "water")
    with (folder / "corpus.jsonl").open("a") as opened:
        opened.write('{"_id": "blank", "text": " "}\n')
    found = await evaluate(client, folder, tmp_path / "out")
    assert found["unread"] == {"blank": "It is empty."}
    assert found["runs"][0]["measures"]["recall@10"] == pytest.approx(1.0)
