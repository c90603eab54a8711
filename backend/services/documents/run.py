"""One attempt at a document: what it works with, and the fenced steps in which it writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from backend import metrics, tracing
from backend.llm import EmbeddingModel, Models
from backend.rag import embed, parse
from backend.services import work
from backend.services.documents import events, failures, progress
from backend.services.documents.pace import Pace
from backend.storage import Storage
from backend.transactions import Transactions
from backend.web import Web
from db.engine import Database, Session
from db.models import Document, DocumentStatus, DocumentVersion, EmbeddingGeneration, UsageKind
from db.models.base import utc_now
from db.queries import stages, usage
from db.queries import work as work_queries
from db.queries.chunks import Target

log = structlog.get_logger()

_PAID = {DocumentStatus.SUMMARISING: UsageKind.SUMMARY, DocumentStatus.VECTORIZATION: UsageKind.EMBEDDING}


@dataclass(frozen=True)
class Limits:
    """What one document may cost, and how much of it is asked of models at once."""

    hold: work.Limits = field(default_factory=work.Limits)
    parsing: parse.Limits = field(default_factory=parse.Limits)
    embedding: embed.Capacity = field(default_factory=embed.Capacity)
    summary_concurrency: int = 4


@dataclass(frozen=True)
class Doors:
    """What ingestion reads from and writes to."""

    transactions: Transactions
    database: Database
    storage: Storage
    models: Models
    web: Web


@dataclass(frozen=True)
class File:
    """The bytes that a version is made of, and what they were announced to be."""

    storage_key: str
    content_type: str
    sha256: str


@dataclass(frozen=True)
class Run:
    """A claimed document; `document` is the row as it was claimed, `finished` the stages done before."""

    doors: Doors
    limits: Limits
    document: Document
    version: DocumentVersion
    target: Target
    generation: EmbeddingGeneration
    finished: frozenset[DocumentStatus]
    pace: Pace
    trace: tracing.Steps = field(default_factory=tracing.Steps, repr=False)

    @property
    def embedding(self) -> EmbeddingModel:
        """The model that made the vectors which serve."""
        return EmbeddingModel(self.generation.model, self.generation.dimensions)

    @property
    def file(self) -> File:
        """The version's own file, or else the document's."""
        row = self.document if self.version.storage_key is None else self.version
        assert row.storage_key and row.content_type and row.sha256, "a file has them all"
        return File(row.storage_key, row.content_type, row.sha256)

    @asynccontextmanager
    async def step(self) -> AsyncIterator[tuple[Session, Document]]:
        """A transaction that holds the row; raises Stale when it has changed hands."""
        async with self.doors.transactions.unit_of_work() as session:
            row = await work_queries.fence(session, Document, self.document.id, self.target.attempt)
            yield session, row

    async def start(self, stage: DocumentStatus) -> None:
        """Enter a stage, unless the step that closed the one before has done so."""
        if self.pace.stage is not stage:
            async with self.step() as (session, document):
                await self.enter(session, document, stage)

    async def enter(self, session: Session, document: Document, stage: DocumentStatus) -> None:
        """Enter a stage in the caller's step, in the ledger and for whoever follows."""
        await stages.start(session, version=self.version, stage=stage, attempt=document.attempt)
        document.status = stage
        self.pace.enter(stage)
        self.trace.enter(f"stage.{stage.value.lower()}")
        self._estimate(document)
        events.record(session, document, events.STAGE_STARTED, {"stage": stage})
        log.info("stage.started", stage=stage)

    async def close(
        self, session: Session, document: Document, stage: DocumentStatus, detail: dict[str, Any]
    ) -> None:
        """Close a stage in the caller's step; its detail says as well what its calls of a model have cost."""
        kind = _PAID.get(stage)
        if kind is not None:
            since = self.version.created_at
            detail |= await usage.spent(session, document_id=document.id, kind=kind, since=since)
        metrics.stage_ended(stage.value.lower(), self.pace.passed)
        await stages.finish(session, version_id=self.target.version_id, stage=stage, detail=detail)
        events.record(session, document, events.STAGE_FINISHED, {"stage": stage, "detail": detail})

    async def advance(self, stage: DocumentStatus, *, done: int, total: int, **columns: int) -> None:
        """Tell how far a stage is; counts that grow are never set back, whatever an earlier attempt did."""
        async with self.step() as (session, document):
            for name, value in columns.items():
                setattr(document, name, max(value, getattr(document, name) or 0))
            self.pace.reach(done, total)
            self._estimate(document)
            told = {"stage": stage, "done": done, "total": total, "progress": progress.of(document)}
            told["remaining"] = document.estimate
            events.record(session, document, events.STAGE_PROGRESSED, told)

    def _estimate(self, document: Document) -> None:
        left = self.pace.remaining(document)
        document.estimate = None if left is None else left.to_json(utc_now())

    async def fail(self, error: Exception) -> None:
        """End the work with the reason; what was staged is kept for a retry."""
        code, message = failures.explained(error)
        async with self.step() as (session, document):
            give_up(session, document, code=code, message=message)


def give_up(session: Session, document: Document, *, code: str, message: str) -> None:
    """Mark a document, held by the caller, as FAILED."""
    document.status = DocumentStatus.FAILED
    document.failure_code = code
    document.failure_message = message
    document.leased_until = None
    document.finished_at = utc_now()
    events.record(session, document, events.FAILED, events.failure(document))
