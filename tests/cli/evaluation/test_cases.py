"""`opentrace cases`: what was rated up through the API is a judged set, and `opentrace eval` measures it."""

import asyncio
import os
import sys
from pathlib import Path

from backend.cli import operations
from backend.cli.client import Client
from backend.cli.evaluation import data
from backend.cli.evaluation.operations import PROJECT_DOCUMENTS
from backend.cli.upload import hash_of, pages, upload
from backend.local.installation import PROJECT
from tests.cli.evaluation.test_journey import evaluate
from tests.e2e.product import Product, ask, follow_answer, follow_document, new_project

RATE = """
mutation Rate($message: ID!, $positive: Boolean!) {
  rateMessage(input: {messageId: $message, positive: $positive}) { __typename }
}
"""
TEXTS = {
    "lamp.md": "# Lamp\n\nThe lamp of the lighthouse is lit at dusk by the keeper.\n",
    "water.md": "# Water\n\nFresh water comes by boat every second Tuesday.\n",
}


async def exported(client: Client, project: str, folder: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend.cli", "cases", project, str(folder)),
        env={**os.environ, "OPENTRACE_API_URL": client.url, "OPENTRACE_TOKEN": client.token()},
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def asked(client: Client, project: str, question: str, *, positive: bool) -> str:
    """A rated answer's id."""
    answer = await ask(client, project, question)
    assert (await follow_answer(client, answer))[-1]["__typename"] == "MessageCompleted"
    data = await client.execute(RATE, {"message": answer, "positive": positive})
    assert data == {"rateMessage": {"__typename": "MessagePayload"}}
    return answer


async def test_answers_rated_up_are_cases_that_can_be_measured(product: Product, tmp_path: Path) -> None:
    client = await product.start_api()
    for queue in ("ingestion", "answers"):
        await product.start_worker(queue)
    project = await new_project(client)
    assert await exported(client, "Lighthouse", tmp_path / "none") == (
        1,
        "None of your answers about this project is rated up and cites a document of it.\n",
    )
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
        document = await upload(client, project, tmp_path / name, hash_of(tmp_path / name))
        assert (await follow_document(client, document))[-1]["__typename"] == "DocumentCompleted"
    good = await asked(client, project, "When is the lamp lit?", positive=True)
    await asked(client, project, "How does fresh water come?", positive=False)

    code, said = await exported(client, "Lighthouse", tmp_path / "cases")
    assert (code, said) == (0, f"1 questions over 2 documents: opentrace eval {tmp_path / 'cases'}\n")
    dataset = data.read(tmp_path / "cases")
    named = PROJECT_DOCUMENTS, {"project": project}
    ids = {each["name"]: each["id"] async for each in pages(client, *named, "project", "documents")}
    (question,) = dataset.questions
    assert (question.id, question.text) == (good, "When is the lamp lit?")
    assert question.relevant == {ids["lamp.md"]: 1.0}
    found = await evaluate(client, tmp_path / "cases", tmp_path / "out", "--no-baseline")
    assert found["runs"][0]["measures"]["MRR@10"] == 1.0


async def test_a_project_that_is_not_there_is_not_made(product: Product, tmp_path: Path) -> None:
    client = await product.start_api()
    code, said = await exported(client, "Nowhere", tmp_path)
    assert (code, said) == (1, "You have no project that is called Nowhere.\n")
    assert [each async for each in pages(client, operations.PROJECTS, {}, "projects")] == []
