"""Ingestion: a thousand small documents and one long PDF, beside parsing and embedding the same alone."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A5
from reportlab.pdfgen.canvas import Canvas

from backend.cli.client import Client
from backend.llm import Models
from backend.local import installation as installations
from backend.local.model_server import ModelServer
from backend.local.product import Worker
from backend.local.swift.server import Swift
from backend.rag import chunk, embed
from backend.rag.parse import Limits, child
from bench.filling import fill
from bench.memory import MIB, Peak, watched
from bench.page import new_project
from bench.results import Figure
from bench.stack import Stack

NUM_FEW, NUM_MANY, NUM_ALONE = 50, 1000, 100
PAGES_FEW, PAGES_MANY = 100, 2000
SEATS = 2
"""Documents that one worker takes in beside each other, and that the baseline does."""
MAX_INPUTS, MAX_TOKENS = 16, 100_000
GOAL_OVERHEAD, GOAL_GROWTH = 1.10, 1.25

UNFINISHED = "SELECT count(*) FROM opentrace.documents WHERE finished_at IS NULL"
FAILED = "SELECT count(*) FROM opentrace.documents WHERE status <> 'COMPLETED'"
SECONDS = """
SELECT extract(epoch FROM max(finished_at) - min(started_at))::float
  FROM opentrace.documents WHERE created_at >= $1
"""


@dataclass(frozen=True)
class Taken:
    """What a worker needed: seconds from its first claim to its last commit, and memory."""

    seconds: float
    memory: Peak


@dataclass(frozen=True)
class Site:
    """The product with real stores and the local model, and a folder for the files."""

    stack: Stack
    client: Client
    project: str
    worker: Worker
    models: Models
    folder: Path

    async def take_in(self, files: Sequence[Path]) -> Taken:
        """Let all files wait, then start a worker; raises RuntimeError unless all are completed."""
        owner = await self.stack.owner()
        began = await owner.fetchval("SELECT now()")
        await fill(self.client, self.project, files)
        await self.worker.start()
        assert self.worker.child is not None, "it was started"
        async with watched(self.worker.child.pid) as peak:
            while await owner.fetchval(UNFINISHED):  # noqa: ASYNC110 - the database tells nobody
                await asyncio.sleep(0.2)
        await self.worker.stop()
        if await owner.fetchval(FAILED):
            raise RuntimeError("a document failed")
        seconds = await owner.fetchval(SECONDS, began)
        await owner.close()
        return Taken(seconds, peak)

    async def alone(self, files: Sequence[Path]) -> float:
        """Parse, cut and embed the files, as many at a time, and do nothing else: seconds."""
        waiting = list(files)

        async def read() -> None:
            while waiting:
                await self._read(waiting.pop())

        began = time.monotonic()
        await asyncio.gather(*(read() for _ in range(SEATS)))
        return time.monotonic() - began

    async def _read(self, file: Path) -> None:
        elements = await child.run(file, limits=Limits(max_pages=PAGES_MANY), hint="text/markdown")
        texts = [(each.position, each.text) for each in chunk.by_title(elements)]
        for batch in embed.batches(texts, embed.Capacity(MAX_INPUTS, MAX_TOKENS)):
            await embed.embed(self.models, batch, self.models.embedding)


async def run(stack: Stack) -> list[Figure]:
    """Both jobs on one stack, the baseline of each right before it."""
    site = await _site(stack)
    try:
        return [*await _small(site), *await _long(site)]
    finally:
        await site.models.close()


async def _small(site: Site) -> list[Figure]:
    few, alone, many = (
        [_write_note(site.folder / f"{name}{n}.md", f"{name} {n}") for n in range(num)]
        for name, num in (("few", NUM_FEW), ("alone", NUM_ALONE), ("many", NUM_MANY))
    )
    before = await site.take_in(few)
    per_document = await site.alone(alone) / NUM_ALONE
    taken = await site.take_in(many)
    return [
        _figure(f"{NUM_MANY} small documents", NUM_MANY / taken.seconds, "documents/s"),
        _figure("the same, over parse + embed", taken.seconds / NUM_MANY / per_document, "×", GOAL_OVERHEAD),
        _figure("worker's memory", taken.memory.own / MIB, "MiB"),
        _figure(f"over that with {NUM_FEW}", taken.memory.own / before.memory.own, "×", GOAL_GROWTH),
    ]


async def _long(site: Site) -> list[Figure]:
    few, alone, many = (
        _write_pdf(site.folder / f"{name}.pdf", num, name)
        for name, num in (("few", PAGES_FEW), ("alone", PAGES_MANY), ("many", PAGES_MANY))
    )
    before = await site.take_in([few])
    seconds = await site.alone([alone])
    taken = await site.take_in([many])
    own, parser = taken.memory.own / before.memory.own, taken.memory.child / before.memory.child
    return [
        _figure(f"a PDF of {PAGES_MANY} pages", PAGES_MANY / taken.seconds, "pages/s"),
        _figure("the same, over parse + embed", taken.seconds / seconds, "×", GOAL_OVERHEAD),
        _figure("parser's memory", taken.memory.child / MIB, "MiB"),
        _figure(f"over that with {PAGES_FEW} pages", parser, "×", GOAL_GROWTH),
        _figure(f"worker's memory over that with {PAGES_FEW} pages", own, "×", GOAL_GROWTH),
    ]


async def _site(stack: Stack) -> Site:
    kept = installations.find().folder
    swift = Swift(stack.installation, packages_folder=kept / "swift-venv")
    server = ModelServer(stack.installation, data_folder=kept / "models")
    await stack.start(swift)
    await stack.start(server)
    stack.env |= {
        "OPENTRACE_STORAGE__ENDPOINT_URL": swift.endpoint_url,
        "OPENTRACE_STORAGE__REGION": swift.region,
        "OPENTRACE_STORAGE__BUCKET": swift.bucket,
        "OPENTRACE_STORAGE__ACCESS_KEY": swift.access_key,
        "OPENTRACE_STORAGE__SECRET_KEY": swift.secret_key,
        "OPENTRACE_MODELS__BASE_URL": server.base_url,
        "OPENTRACE_MODELS__EMBEDDING_MODEL": server.embedding_model,
        "OPENTRACE_INGESTION__EMBED_BATCH_INPUTS": str(MAX_INPUTS),
        "OPENTRACE_WORK__INGESTION_CONCURRENCY": str(SEATS),
    }
    client = stack.client(await stack.api())
    worker = await stack.worker("ingestion")
    await worker.stop()
    folder = stack.installation.folder / "files"
    folder.mkdir()
    return Site(stack, client, await new_project(client), worker, _models(server), folder)


def _models(server: ModelServer) -> Models:
    return Models(
        base_url=server.base_url,
        api_key=server.api_key,
        chat_model=server.chat_model,
        guardrail_model=server.chat_model,
        embedding_model=server.embedding_model,
        embedding_dimensions=server.embedding_dimensions,
        timeout_seconds=60,
    )


def _write_note(path: Path, name: str) -> Path:
    lines = (f"The keeper of {name} saw wave {number} from tower {number * 7}." for number in range(20))
    path.write_text(f"# Watch {name}\n\n" + " ".join(lines) + "\n")
    return path


def _write_pdf(path: Path, num_pages: int, name: str) -> Path:
    """A born-digital PDF; every page is a section, and no two pages of any two names are alike."""
    canvas = Canvas(str(path), pagesize=A5, invariant=1)
    for page in range(num_pages):
        canvas.setFont("Helvetica-Bold", 14)
        canvas.drawString(40, 550, f"{name} watch {page}")
        canvas.setFont("Helvetica", 9)
        for line in range(12):
            words = f"The keeper of {name} {page} saw wave {page * line} from tower {line}."
            canvas.drawString(40, 520 - 14 * line, words)
        canvas.showPage()
    canvas.save()
    return path


def _figure(name: str, value: float, unit: str, goal: float | None = None) -> Figure:
    return Figure("ingestion", name, value, unit, goal, 1)
