"""Turning the work of a document: trying it again, anew, giving it up, renaming and deleting it."""

from uuid import UUID

from backend.auth import Viewer
from backend.errors import Conflict, Invalid, NotFound
from backend.services import audit, idempotency, removal, rights
from backend.services.documents import events, files, upload, versions
from backend.services.idempotency import Call
from backend.services.removal import Receipt
from backend.storage import Storage
from backend.transactions import Transactions
from db.engine import Session
from db.models import Act, Document, DocumentStatus
from db.models.base import utc_now
from db.models.documents import ENDED
from db.queries import removal as removal_rows
from db.queries import replacements


async def retry(session: Session, *, viewer: Viewer, document_id: UUID) -> Document:
    """Queue a failed or cancelled document again; stages and embeddings that were finished are kept.

    Raises NotFound for strangers and Conflict in any other status.
    """
    document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
    if document.status not in (DocumentStatus.FAILED, DocumentStatus.CANCELLED):
        raise Conflict("Only a failed or cancelled document can be retried.")
    if document.queued_at is None:
        raise Conflict("The file was never uploaded. Upload it anew.")
    upload.queue(session, document)
    return document


async def cancel(session: Session, *, viewer: Viewer, document_id: UUID) -> Document:
    """Give up the work: a worker that has it hears of the event and ends, and can write nothing more.

    A repeat returns the row. Raises NotFound for strangers, Conflict when it has completed or failed.
    """
    document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
    if document.status is DocumentStatus.CANCELLED:
        return document
    if document.status in ENDED:
        raise Conflict("This document's work has already ended.")
    events.change_hands(document)
    document.status = DocumentStatus.CANCELLED
    document.leased_until = None
    document.finished_at = utc_now()
    events.record(session, document, events.CANCELLED)
    return document


async def reingest(
    session: Session, *, viewer: Viewer, document_id: UUID, idempotency_key: str | None = None
) -> Document:
    """Take the document's file in anew, as a new version beside the one that search sees until it is whole.

    A document that waits or is being taken in is returned as it is, and so is one for which the same key was
    used before. Raises NotFound for strangers, Conflict for a file that was never uploaded.
    """
    document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
    call = Call("reingestDocument", idempotency_key, request=str(document_id), result_id=document_id)
    if await idempotency.first_result(session, viewer=viewer, call=call) is not None:
        return document
    if document.queued_at is None:
        raise Conflict("The file was never uploaded. Upload it anew.")
    if document.status in ENDED:
        await versions.begin(session, document)
    return document


async def rename(session: Session, *, viewer: Viewer, document_id: UUID, name: str) -> Document:
    """Give the document another name, which a file that is to replace its own does not change any more.

    Raises NotFound for strangers, Invalid for a name without a visible character.
    """
    clean = files.clean_name(name)
    if not clean:
        raise Invalid("A document needs a name.", field="name")
    document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
    await replacements.keep_name(session, document_id)
    if document.name != clean:
        document.name = clean
        events.record_state(session, document)
    return document


async def delete(
    transactions: Transactions, *, viewer: Viewer, document_id: UUID, storage: Storage
) -> Receipt:
    """Delete the document with its chunks, vectors, stored objects and events; its followers are told.

    Objects go first, so that none is left without a row that names it; a repeat finishes what was broken off.
    Work under way is fenced off by the row's absence, and who had it clears away what it stored meanwhile.
    Raises NotFound for strangers, Unavailable when the object store does not answer.
    """
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        document = await rights.document(session, viewer=viewer, document_id=document_id)
    prefix = removal.document_prefix(document.project_id, document_id)
    num_objects = await storage.delete_prefix(prefix)
    async with transactions.unit_of_work(viewer=viewer.user_id) as session:
        document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
        session.expunge(document)
        removed = await removal_rows.delete_document(session, document_id=document_id)
        if removed is None:
            raise NotFound("There is no such document.")
        await audit.note(session, Act.DOCUMENT_DELETED, viewer=viewer, subject_id=document_id)
        events.change_hands(document)
        events.record(session, document, events.DELETED, {"document_id": str(document_id)})
    num_objects += await removal.late_objects(storage, prefix)
    return await removal.finish(transactions, removed, num_objects=num_objects)
