"""Documents, their versions, and the ledger of the stages each version has been through."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from db.models.base import Table, check, choice, identifier, now, one_of, reference, time, utc_now


class DocumentStatus(StrEnum):
    UPLOADING = "UPLOADING"
    QUEUED = "QUEUED"
    PARTITIONING = "PARTITIONING"
    CHUNKING = "CHUNKING"
    SUMMARISING = "SUMMARISING"
    VECTORIZATION = "VECTORIZATION"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


STAGES = (
    DocumentStatus.PARTITIONING,
    DocumentStatus.CHUNKING,
    DocumentStatus.SUMMARISING,
    DocumentStatus.VECTORIZATION,
)
RUNNING = STAGES
ENDED = (DocumentStatus.COMPLETED, DocumentStatus.FAILED, DocumentStatus.CANCELLED)


WORK = "status IN ('QUEUED', 'PARTITIONING', 'CHUNKING', 'SUMMARISING', 'VECTORIZATION')"
"""Rows that wait for a worker or have one."""


class DocumentSource(StrEnum):
    UPLOAD = "UPLOAD"
    WEB_PAGE = "WEB_PAGE"


class Document(Table, table=True):
    """One file or page of a project, and the work of taking it in.

    `attempt` grows with every change of hands (confirm, claim, cancel, retry) and fences all writes;
    `(attempt, event_seq)` is the cursor of the last event that this row already contains.
    """

    __tablename__ = "documents"
    __table_args__ = (
        Index(None, "project_id", "created_at", "id"),
        Index(None, "project_id", "sha256"),
        Index(None, "project_id", "change_seq"),
        Index(None, "project_id", "source_url", postgresql_where=text("source_url IS NOT NULL")),
        Index("ix_documents_uploading", "updated_at", postgresql_where=text("status = 'UPLOADING'")),
        Index("ix_documents_work", "uploaded_by", "queued_at", postgresql_where=text(WORK)),
        one_of("source", DocumentSource),
        one_of("status", DocumentStatus),
        check("size_bytes", "size_bytes >= 0"),
        check("sha256", "sha256 ~ '^[0-9a-f]{64}$'"),
        check("language", "language ~ '^[a-z]{2}$'"),
        check("cursor", "attempt >= 0 AND event_seq >= 0 AND num_tries >= 0"),
        check(
            "counts",
            "num_pages_parsed >= 0 AND num_chunks_embedded >= 0 AND version >= 0 AND newest_version > 0",
        ),
    )

    id: UUID = identifier()
    project_id: UUID = reference("projects.id")
    uploaded_by: UUID = reference("users.id", index=True)
    api_key_id: UUID | None = None
    """The key that last asked for it to be taken in; the database fills it in."""
    name: str
    content_type: str
    size_bytes: int = Field(sa_type=BigInteger)
    sha256: str
    """Lower-case hex of the bytes that the upload was signed for."""
    storage_key: str
    source: DocumentSource = choice(DocumentSource, default=DocumentSource.UPLOAD)
    source_url: str | None = None

    status: DocumentStatus = choice(DocumentStatus, default=DocumentStatus.UPLOADING)
    failure_code: str | None = None
    failure_message: str | None = None
    attempt: int = 0
    event_seq: int = 0
    num_tries: int = 0
    leased_until: datetime | None = time(default=None)
    rung_at: datetime | None = time(default=None)
    traceparent: str | None = None
    """The trace of the request that asked for it, where traces are recorded."""

    language: str | None = None
    """ISO 639-1 code of what most of it is written in; None before that is known, and where it is unclear."""
    num_pages: int | None = None
    num_pages_parsed: int = 0
    num_chunks: int | None = None
    num_summaries: int | None = None
    """Chunks with tables or images, which a model sums up."""
    num_summaries_made: int = 0
    num_chunks_embedded: int = 0
    version: int = 0
    """Number of the version that search sees; 0 before the first is published."""
    newest_version: int = 1
    """Number of the version that the work is about: being built, given up, or the one that search sees."""

    estimate: dict[str, Any] | None = Field(default=None, sa_type=JSONB(none_as_null=True))
    """Seconds to its end, `{seconds, low, high, at}`, as its worker last reckoned; None when unknown."""

    change_seq: int = Field(default=0, sa_type=BigInteger)
    """The project's `change_seq` at this document's last change of status; a trigger sets it."""
    created_at: datetime = now()
    updated_at: datetime = now()
    queued_at: datetime | None = time(default=None)
    started_at: datetime | None = time(default=None)
    finished_at: datetime | None = time(default=None)

    @property
    def is_stalled(self) -> bool:
        """Whether a worker has the document and was not heard of for a lease."""
        return self.status in STAGES and self.leased_until is not None and self.leased_until < utc_now()


class DocumentRemoval(Table, table=True):
    """A document that a project had: what is left for those who were away when it went."""

    __tablename__ = "document_removals"

    project_id: UUID = reference("projects.id", primary_key=True)
    change_seq: int = Field(sa_type=BigInteger, primary_key=True)
    document_id: UUID
    removed_at: datetime = now()


class DocumentReplacement(Table, table=True):
    """A file that was announced to take the place of a document's, and has not arrived."""

    __tablename__ = "document_replacements"
    __table_args__ = (Index(None, "requested_at"),)

    document_id: UUID = reference("documents.id", primary_key=True)
    storage_key: str
    name: str | None
    content_type: str
    size_bytes: int = Field(sa_type=BigInteger)
    sha256: str
    requested_at: datetime = now()


_WHOLE_FILE = check("file", "num_nulls(storage_key, content_type, size_bytes, sha256) IN (0, 4)")


class DocumentVersion(Table, table=True):
    """One ingestion of a document's bytes; built aside and published at once.

    It is made of the document's file, or of one of its own that takes the place of that with the publication.
    """

    __tablename__ = "document_versions"
    __table_args__ = (UniqueConstraint("document_id", "number"), check("number", "number > 0"), _WHOLE_FILE)

    id: UUID = identifier()
    document_id: UUID = reference("documents.id")
    number: int
    storage_key: str | None = None
    """Of its own file; with it come the four columns below."""
    name: str | None = None
    """What the document is called from the publication on; None leaves it as it is called then."""
    content_type: str | None = None
    size_bytes: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = None
    language: str | None = None
    """What its text is written in, for the document to know once it is published."""
    created_at: datetime = now()
    published_at: datetime | None = time(default=None)


class DocumentStage(Table, table=True):
    """One stage of one version: a finished one is not done again by a later attempt."""

    __tablename__ = "document_stages"
    __table_args__ = (one_of("stage", DocumentStatus),)

    version_id: UUID = reference("document_versions.id", primary_key=True)
    stage: DocumentStatus = choice(DocumentStatus, primary_key=True)
    document_id: UUID = reference("documents.id", index=True)
    attempt: int
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    started_at: datetime = now()
    finished_at: datetime | None = time(default=None)
