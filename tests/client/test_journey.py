"""The client in a real browser, against the whole stack as `make up` starts it."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from backend.errors import Unavailable
from backend.local import installation as installations
from backend.local import server
from backend.local.client import build
from backend.local.installation import Installation
from backend.local.model_server import ModelServer
from backend.local.stack import Options, Stack
from backend.local.swift.server import Swift

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARTEFACTS = build.FOLDER / "artefacts"
QUOTE = "The harbour crane lifts at most forty tonnes when the wind stays below nine knots."
PLACE = {"left": 12, "top": 18}
"""Where the quotation begins on its page, in hundredths."""
QUESTION = "How much does the harbour crane lift at most?"


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    """Two pages; the second one has the sentence that is asked for."""
    path = tmp_path / "harbour.pdf"
    canvas = Canvas(str(path), pagesize=A5)
    pages = (
        ("The harbour office", "The office opens at seven and closes when the last ferry has left."),
        ("The harbour crane", QUOTE),
    )
    for title, sentence in pages:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(50, 520, title)
        canvas.setFont("Helvetica", 11)
        words = sentence.split()
        canvas.drawString(50, 480, " ".join(words[:8]))
        canvas.drawString(50, 464, " ".join(words[8:]))
        canvas.showPage()
    canvas.save()
    return path


@pytest.fixture
async def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    """Everything, on free ports and with empty data; the model writes so slowly that one can follow."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    try:
        await build.node()
    except Unavailable as missing:
        pytest.skip(str(missing))
    monkeypatch.setenv("LOCAL_MODELS_TOKENS_PER_SECOND", "12")
    options = Options(api_port=server.free_port(), client_port=server.free_port())
    kept = installations.find().folder
    stack = Stack(Installation(tmp_path / "home"), options, lambda progress: None)
    stack.swift = Swift(
        stack.installation, allowed_origins=options.client_origins, packages_folder=kept / "swift-venv"
    )
    stack.models = ModelServer(stack.installation, data_folder=kept / "models")
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()


async def journey(script: str, **given: Any) -> Any:
    """What the browser saw; its figures go to the artefacts, where its pictures are."""
    ARTEFACTS.mkdir(exist_ok=True)
    told = json.dumps({"chromium": CHROMIUM, "artefacts": str(ARTEFACTS), **given})
    child = await asyncio.create_subprocess_exec(
        "node",
        f"e2e/{script}",
        told,
        cwd=build.FOLDER,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await child.communicate()
    assert child.returncode == 0, err.decode()
    (ARTEFACTS / "figures.json").write_bytes(out)
    return json.loads(out)


async def test_a_person_signs_in_uploads_asks_reads_the_source_and_deletes(stack: Stack, pdf: Path) -> None:
    address = f"http://127.0.0.1:{stack.options.client_port}"
    told = {"pdf": str(pdf), "question": QUESTION, "quote": QUOTE, "place": PLACE}
    seen = await journey("journey.mjs", client=address, **told)
    assert seen["complaints"] == []
    assert seen["hosts"] == ["127.0.0.1"]
