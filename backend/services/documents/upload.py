"""Uploads: a row and a signed address for each file, and the start of the work once the bytes are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from backend.auth import Viewer
from backend.errors import Conflict, Invalid
from backend.queue import Job, enqueue
from backend.services import rights
from backend.services.documents import events, failures
from backend.services.documents import files as accepted
from backend.services.documents.files import FileRequest, UploadLimits
from backend.storage import Storage, StoredObject
from backend.transactions import Transactions
from db.engine import Session
from db.models import Document, DocumentStatus
from db.models.base import utc_now
from db.queries import documents


@dataclass(frozen=True)
class UploadTicket:
    """Where to PUT one file, and the headers that its signature covers."""

    document: Document
    url: str
    headers: dict[str, str]
    expires_at: datetime


async def request(
    session: Session,
    *,
    viewer: Viewer,
    project_id: UUID,
    files: Sequence[FileRequest],
    storage: Storage,
    limits: UploadLimits,
) -> list[UploadTicket]:
    """Make a row in UPLOADING and a signed address for each file, in the order asked; all or none.

    Raises NotFound for strangers; Invalid or TooLarge with `field` like `files.0.size`.
    """
    await rights.member(session, viewer=viewer, project_id=project_id)
    checked = accepted.checked(files, limits)
    rows = [_row(file, project_id=project_id, viewer=viewer) for file in checked]
    await documents.insert_many(session, documents=rows)
    return [await _ticket(row, storage, limits) for row in rows]


async def confirm(
    transactions: Transactions, *, viewer: Viewer, document_id: UUID, storage: Storage
) -> Document:
    """Queue a document whose bytes have arrived; a repeat returns the row as it is.

    Raises NotFound for strangers, Conflict (UPLOAD_MISSING) before the bytes are there, and Invalid
    (UPLOAD_DIFFERS) when they are not what was announced. Their hash is checked when they are read.
    """
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        document = await rights.document(session, viewer=viewer, document_id=document_id)
    if document.status is not DocumentStatus.UPLOADING:
        return document
    _check_object(document, await storage.head(document.storage_key))
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
        if document.status is DocumentStatus.UPLOADING:
            queue(session, document)
    return document


def queue(session: Session, document: Document) -> None:
    """Let the document wait for a worker, as a new attempt; the doorbell rings after the commit."""
    events.change_hands(document)
    document.status = DocumentStatus.QUEUED
    document.failure_code = document.failure_message = None
    document.num_tries = 0
    document.leased_until = document.started_at = document.finished_at = None
    document.queued_at = document.rung_at = utc_now()
    events.record(session, document, events.SNAPSHOT)
    enqueue(session, Job.INGEST_DOCUMENT, document.id)


def _row(file: FileRequest, *, project_id: UUID, viewer: Viewer) -> Document:
    document_id = uuid4()
    return Document(
        id=document_id,
        project_id=project_id,
        uploaded_by=viewer.user_id,
        name=file.name,
        content_type=file.content_type,
        size_bytes=file.size,
        sha256=file.sha256,
        storage_key=f"projects/{project_id}/documents/{document_id}",
    )


async def _ticket(document: Document, storage: Storage, limits: UploadLimits) -> UploadTicket:
    signed = await storage.presign_put(
        document.storage_key,
        size=document.size_bytes,
        content_type=document.content_type,
        sha256_hex=document.sha256,
        expires_seconds=limits.presign_seconds,
    )
    return UploadTicket(document, signed.url, signed.headers, signed.expires_at)


def _check_object(document: Document, stored: StoredObject | None) -> None:
    if stored is None:
        raise Conflict(
            "The file has not arrived yet. Send it to the address given, then confirm again.",
            code=failures.UPLOAD_MISSING,
        )
    if stored.size != document.size_bytes:
        raise Invalid(
            f"The stored file has {stored.size} bytes; {document.size_bytes} were announced.",
            code=failures.UPLOAD_DIFFERS,
        )
    if stored.content_type and stored.content_type.split(";")[0].strip() != document.content_type:
        raise Invalid(
            f"The stored file is {stored.content_type}; {document.content_type} was announced.",
            code=failures.UPLOAD_DIFFERS,
        )
