"""Documents of their own for every round, and what becomes of them where nothing is killed."""

from pathlib import Path
from uuid import UUID

import httpx
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table
from sqlmodel import col, select
from strawberry.relay import GlobalID

from backend.rag import chunk, parse
from db.engine import Database
from db.models import Chunk, ChunkVector

BATCH = 4
SMALL_BATCHES = {"OPENTRACE_INGESTION__EMBED_BATCH_INPUTS": str(BATCH), "OPENTRACE_WORK__MAX_TRIES": "50"}


def write_pdf(path: Path, number: int, *, num_sections: int = 40) -> Path:
    """A PDF of sections and ruled tables; no two texts of any two numbers are alike."""
    styles = getSampleStyleSheet()
    flow: list[Flowable] = []
    for section in range(num_sections):
        words = f"Keeper {number} writes in book {section} what the sea did at tower {number * section}. "
        flow.append(Paragraph(f"Book {number} section {section}", styles["Heading1"]))
        flow.append(Paragraph(words * 10, styles["BodyText"]))
        if section % 10 == 0:
            flow.append(_table(number, section))
    SimpleDocTemplate(str(path), invariant=1).build(flow)
    return path


def _table(number: int, section: int) -> Table:
    rows = [["Tower", "Height"], *([f"Tower {number}-{section}-{row}", f"{row} m"] for row in range(3))]
    return Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, colors.black)])


def texts_of(path: Path) -> list[str]:
    """The chunks' texts as one process makes them that nobody kills."""
    pages = parse.stream(path, content_type="application/pdf", limits=parse.Limits())
    elements = [element for page in pages for element in page.elements]
    return [one.text for one in chunk.by_title(elements)]


async def published(database: Database, document: str) -> tuple[list[str], int]:
    """A document's published texts in order, and the number of their vectors."""
    document_id = UUID(GlobalID.from_id(document).node_id)
    async with database.sessions() as session:
        rows = select(Chunk.text).where(col(Chunk.document_id) == document_id)
        texts = (await session.exec(rows.order_by(col(Chunk.position)))).all()
        vectors = select(ChunkVector.chunk_id).where(col(ChunkVector.document_id) == document_id)
        return list(texts), len((await session.exec(vectors)).all())


async def num_bought_again(model_control: httpx.AsyncClient) -> int:
    """How many texts the model server embedded more than once, each as often as it did so again."""
    stats = (await model_control.get("/control/stats")).json()
    counts = stats["embeddings"]["texts"].values()
    return sum(counts) - len(counts)
