"""Confirming uploads: the bytes are looked at, and the document waits for a worker."""

from uuid import UUID

from backend.auth import Viewer
from backend.errors import Conflict, Invalid
from backend.services import rights
from backend.services.documents import failures, parts, upload, versions
from backend.storage import Storage, StoredObject
from backend.transactions import Transactions
from db.engine import Session
from db.models import Document, DocumentReplacement, DocumentStatus
from db.models.documents import ENDED
from db.queries import replacements


async def confirm(
    transactions: Transactions, *, viewer: Viewer, document_id: UUID, storage: Storage
) -> Document:
    """Queue a document whose bytes have arrived, its first or those that replace them.

    A repeat returns the row as it is. Raises NotFound for strangers, Conflict (UPLOAD_MISSING) before the
    bytes are there or (UPLOAD_EXPIRED) once it is too late, and Invalid (UPLOAD_DIFFERS) when they are not
    what was announced. Their hash is checked when they are read.
    """
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        document = await rights.document(session, viewer=viewer, document_id=document_id)
        awaited = await upload.awaited_by(session, document)
    if awaited is None:
        return document
    stored = await storage.head(awaited.storage_key)
    if stored is None:
        await parts.join(transactions, storage, viewer=viewer, awaited=awaited)
        stored = await storage.head(awaited.storage_key)
    _check_object(awaited, stored)
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
        if document.status is DocumentStatus.UPLOADING:
            _check_in_time(document)
            upload.queue(session, document)
        elif isinstance(awaited, DocumentReplacement):
            await _replace(session, document, awaited)
    return document


async def _replace(session: Session, document: Document, checked: DocumentReplacement) -> None:
    """Unless another confirmation has done so, or another file has been announced since."""
    awaited = await replacements.lock(session, document.id)
    if awaited is None or awaited.storage_key != checked.storage_key:
        return
    if document.status not in ENDED:
        raise Conflict("This document is being taken in. Confirm again when that has ended, or cancel it.")
    await versions.begin(session, document, file=awaited)
    await replacements.remove(session, awaited)


def _check_in_time(document: Document) -> None:
    """What upkeep has taken to fail it may have lost its bytes already."""
    if document.leased_until is not None:
        raise Conflict(failures.sentence(failures.UPLOAD_EXPIRED), code=failures.UPLOAD_EXPIRED)


def _check_object(awaited: Document | DocumentReplacement, stored: StoredObject | None) -> None:
    if stored is None:
        raise Conflict(
            "The file has not arrived yet. Send it to the address given, then confirm again.",
            code=failures.UPLOAD_MISSING,
        )
    if stored.size != awaited.size_bytes:
        raise Invalid(
            f"The stored file has {stored.size} bytes; {awaited.size_bytes} were announced.",
            code=failures.UPLOAD_DIFFERS,
        )
    if stored.content_type and stored.content_type.split(";")[0].strip() != awaited.content_type:
        raise Invalid(
            f"The stored file is {stored.content_type}; {awaited.content_type} was announced.",
            code=failures.UPLOAD_DIFFERS,
        )
