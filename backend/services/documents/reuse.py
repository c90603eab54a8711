"""What is not bought again: embeddings that the project has of the same text (docs/adr/0012)."""

import hashlib
from collections.abc import Sequence

from backend.rag.embed import Vectors
from backend.services.documents.run import Run
from db.engine import Database
from db.queries import embeddings
from db.queries.embeddings import Bought, Source

SLICE = 1000
"""Texts of one lookup: it holds the document's row, and the lease must be renewed beside it."""
PRUNE_LIMIT = 10_000


async def stage_known(run: Run, texts: Sequence[tuple[int, str]]) -> set[int]:
    """Stage the vectors that the project has already of these (position, text); returns their positions."""
    staged: set[int] = set()
    for start in range(0, len(texts), SLICE):
        part = texts[start : start + SLICE]
        staged |= await embeddings.stage_known(
            run.doors.database,
            target=run.target,
            source=_source(run),
            positions=[position for position, _ in part],
            sha256s=[digest(text) for _, text in part],
        )
    return staged


async def keep(run: Run, bought: Vectors) -> None:
    """Remember vectors as soon as they are paid for, whatever becomes of this attempt."""
    sha256s = [digest(text) for text in bought.batch.texts]
    await embeddings.keep(
        run.doors.database,
        project_id=run.target.project_id,
        source=_source(run),
        bought=Bought([run.target.document_id] * len(sha256s), sha256s, bought.vectors),
    )


async def prune(database: Database, *, max_entries: int, older_than_seconds: float) -> int:
    """Forget what was long of no use, and what is beyond the number to be kept; returns how many went."""
    num_gone = await embeddings.prune(
        database, older_than_seconds=older_than_seconds, max_entries=max_entries, limit=PRUNE_LIMIT
    )
    return num_gone


def _source(run: Run) -> Source:
    return Source(run.generation.id, run.generation.model, run.generation.dimensions)


def digest(text: str) -> bytes:
    """By which an embedding is known again."""
    return hashlib.sha256(text.encode()).digest()
