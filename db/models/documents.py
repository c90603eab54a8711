"""Documents, their versions, and the ledger of the stages each version has been through."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, String

from db.models.base import Table, identifier, now, reference, time


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
ENDED = (DocumentStatus.COMPLETED, DocumentStatus.FAILED, DocumentStatus.CANCELLED)


class DocumentSource(StrEnum):
    UPLOAD = "UPLOAD"
    WEB_PAGE = "WEB_PAGE"


class Document(Table, table=True):
    """One file or page of a project, and the work of taking it in.

    `attempt` grows with every change of hands (confirm, claim, cancel, retry) and fences all writes;
    `(attempt, event_seq)` is the cursor of the last event that this row already contains.
    """

    __tablename__ = "documents"

    id: UUID = identifier()
    project_id: UUID = reference("projects.id", index=True)
    uploaded_by: UUID = reference("users.id", index=True)
    name: str
    content_type: str
    size_bytes: int = Field(sa_type=BigInteger)
    sha256: str
    """Lower-case hex of the bytes that the upload was signed for."""
    storage_key: str
    source: DocumentSource = Field(default=DocumentSource.UPLOAD, sa_type=String)
    source_url: str | None = None

    status: DocumentStatus = Field(default=DocumentStatus.UPLOADING, sa_type=String)
    failure_code: str | None = None
    failure_message: str | None = None
    attempt: int = 0
    event_seq: int = 0
    num_tries: int = 0
    leased_until: datetime | None = time(default=None)
    rung_at: datetime | None = time(default=None)

    num_pages: int | None = None
    num_pages_parsed: int = 0
    num_chunks: int | None = None
    num_chunks_embedded: int = 0
    version: int = 0
    """Number of the version that search sees; 0 before the first is published."""

    created_at: datetime = now()
    updated_at: datetime = now()
    queued_at: datetime | None = time(default=None)
    started_at: datetime | None = time(default=None)
    finished_at: datetime | None = time(default=None)


class DocumentVersion(Table, table=True):
    """One ingestion of a document's bytes; built aside and published at once."""

    __tablename__ = "document_versions"

    id: UUID = identifier()
    document_id: UUID = reference("documents.id", index=True)
    number: int
    created_at: datetime = now()
    published_at: datetime | None = time(default=None)


class DocumentStage(Table, table=True):
    """One stage of one version: a finished one is not done again by a later attempt."""

    __tablename__ = "document_stages"

    version_id: UUID = reference("document_versions.id", primary_key=True)
    stage: DocumentStatus = Field(primary_key=True, sa_type=String)
    document_id: UUID = reference("documents.id", index=True)
    attempt: int
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    started_at: datetime = now()
    finished_at: datetime | None = time(default=None)
