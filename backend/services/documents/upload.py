"""Uploads: a row and a signed address for each file, and the start of the work once the bytes are there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from uuid import UUID, uuid4, uuid5

from backend import tracing
from backend.auth import Viewer
from backend.events.publish import ring
from backend.queue import Job, enqueue
from backend.services import changes, idempotency, rights
from backend.services.documents import events, quotas
from backend.services.documents import files as accepted
from backend.services.documents.files import FileRequest, UploadLimits
from backend.services.idempotency import Call
from backend.storage import Storage
from db.engine import Session
from db.models import Document, DocumentReplacement, DocumentStatus
from db.models.base import utc_now
from db.queries import documents, replacements


@dataclass(frozen=True)
class UploadTicket:
    """Where to PUT one file, and the headers that its signature covers; nowhere, if it `is_duplicate`."""

    document: Document
    is_duplicate: bool = False
    url: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    expires_at: datetime | None = None
    part_bytes: int | None = None
    """Set for a file that may come in parts."""


async def request(
    session: Session,
    *,
    viewer: Viewer,
    project_id: UUID,
    files: Sequence[FileRequest],
    storage: Storage,
    limits: UploadLimits,
    idempotency_key: str | None = None,
) -> list[UploadTicket]:
    """Make a row in UPLOADING and a signed address for each file, in the order asked; all or none.

    A file whose bytes the project has, or that comes twice in `files`, gets that document and no address; one
    that was asked for and has not arrived gets a fresh address of the same row: a repeat makes nothing new,
    and with the same key not even of files that may be duplicates. Raises NotFound for strangers; Invalid,
    TooLarge or QuotaExceeded with `field` like `files.0.size`, and Conflict (the key).
    """
    await rights.member(session, viewer=viewer, project_id=project_id)
    checked = accepted.checked(files, limits)
    call = Call("requestUploads", idempotency_key, f"{project_id}\n{checked}", uuid4())
    batch = await idempotency.first_result(session, viewer=viewer, call=call) or call.result_id
    await documents.take_upload_turn(session, user_id=viewer.user_id, project_id=project_id)
    wanted = _Wanted(checked, project_id, viewer, batch)
    places = await _places(session, wanted)
    new = [place.document for place in places if place.kind is _Kind.NEW]
    await quotas.check(session, viewer=viewer, project_id=project_id, new=new, limits=limits)
    await documents.insert_many(session, documents=new)
    if new:
        ring(session, changes.topic(project_id))
    return [await _ticket(place, storage, limits) for place in places]


async def awaited_by(session: Session, document: Document) -> Document | DocumentReplacement | None:
    """The file that the document waits for: its first, or one to replace that."""
    if document.status is DocumentStatus.UPLOADING:
        return document
    return await replacements.get(session, document.id)


async def sign(
    document: Document, awaited: Document | DocumentReplacement, storage: Storage, limits: UploadLimits
) -> UploadTicket:
    """Leave to PUT the awaited file of a document: its first, or one to replace that."""
    signed = await storage.presign_put(
        awaited.storage_key,
        size=awaited.size_bytes,
        content_type=awaited.content_type,
        sha256_hex=awaited.sha256,
        expires_seconds=limits.presign_seconds,
    )
    return UploadTicket(
        document,
        url=signed.url,
        headers=signed.headers,
        expires_at=signed.expires_at,
        part_bytes=limits.part_bytes_of(awaited.size_bytes),
    )


def queue(session: Session, document: Document) -> None:
    """Let the document wait for a worker, as a new attempt; the doorbell rings after the commit."""
    events.change_hands(document)
    document.status = DocumentStatus.QUEUED
    document.failure_code = document.failure_message = None
    document.num_tries = 0
    document.traceparent = tracing.carried()
    document.leased_until = document.started_at = document.finished_at = None
    document.queued_at = document.rung_at = utc_now()
    events.record(session, document, events.SNAPSHOT)
    enqueue(session, Job.INGEST_DOCUMENT, document.id)


@dataclass(frozen=True)
class _Wanted:
    """The files of one request; `batch` is that of its repeats too, and makes the ids of new documents."""

    files: Sequence[FileRequest]
    project_id: UUID
    viewer: Viewer
    batch: UUID

    def id(self, place: int) -> UUID:
        return uuid5(self.batch, str(place))


def _row(file: FileRequest, wanted: _Wanted, place: int) -> Document:
    document_id, project_id = wanted.id(place), wanted.project_id
    return Document(
        id=document_id,
        project_id=project_id,
        uploaded_by=wanted.viewer.user_id,
        name=file.name,
        content_type=file.content_type,
        size_bytes=file.size,
        sha256=file.sha256,
        storage_key=f"projects/{project_id}/documents/{document_id}",
    )


class _Kind(Enum):
    NEW = auto()
    AWAITED = auto()
    DUPLICATE = auto()


@dataclass(frozen=True)
class _Place:
    """The document of one file of the request, and whether its bytes are still to come."""

    document: Document
    kind: _Kind


async def _places(session: Session, wanted: _Wanted) -> list[_Place]:
    files, project_id = wanted.files, wanted.project_id
    made = await documents.by_ids(session, [wanted.id(place) for place in range(len(files))])
    hashes = [file.sha256 for file in files if not file.allow_duplicate]
    awaited = await documents.awaited_of_bytes(session, project_id=project_id, sha256s=hashes)
    arrived = await documents.arrived_of_bytes(session, project_id=project_id, sha256s=hashes)
    known = {(row.sha256, row.size_bytes): row for row in (*awaited, *arrived)}
    named: set[UUID] = set()
    places = []
    for number, file in enumerate(files):
        found = made.get(wanted.id(number))
        if found is None and not file.allow_duplicate:
            found = known.get((file.sha256, file.size))
        row = found or _row(file, wanted, number)
        kind = _Kind.NEW if found is None else _kind_of(found, named)
        known.setdefault((file.sha256, file.size), row)
        named.add(row.id)
        places.append(_Place(row, kind))
    return places


def _kind_of(found: Document, named: set[UUID]) -> _Kind:
    """The bytes are awaited once in a request; asking for them again gives them their whole time again."""
    if found.status is not DocumentStatus.UPLOADING or found.id in named:
        return _Kind.DUPLICATE
    found.updated_at = utc_now()
    return _Kind.AWAITED


async def _ticket(place: _Place, storage: Storage, limits: UploadLimits) -> UploadTicket:
    document = place.document
    if place.kind is _Kind.DUPLICATE:
        return UploadTicket(document, is_duplicate=True)
    return await sign(document, document, storage, limits)
