"""Replacing a document's file: leave to upload another, which takes its place once it is taken in."""

from uuid import UUID, uuid4

from backend.auth import Viewer
from backend.errors import Conflict
from backend.services import removal, rights
from backend.services.documents import files as accepted
from backend.services.documents import quotas, upload
from backend.services.documents.files import FileRequest, UploadLimits
from backend.services.documents.upload import UploadTicket
from backend.storage import Storage
from db.engine import Session
from db.models import Document, DocumentReplacement, DocumentSource, DocumentStatus
from db.models.documents import ENDED
from db.queries import documents, replacements


async def request(
    session: Session,
    *,
    viewer: Viewer,
    document_id: UUID,
    file: FileRequest,
    storage: Storage,
    limits: UploadLimits,
) -> UploadTicket:
    """A signed address for the file that is to replace the document's; until it is confirmed nothing changes.

    A repeat gives a fresh address for the same file; another file is then awaited instead. Bytes that this
    document or another of the project has need no upload. Raises NotFound for strangers, Conflict while the
    document is being taken in, and Invalid, TooLarge or QuotaExceeded with `field` like `file.size`.
    """
    found = await rights.document(session, viewer=viewer, document_id=document_id)
    checked = accepted.checked_file(file, "file", limits)
    await documents.take_upload_turn(session, user_id=viewer.user_id, project_id=found.project_id)
    document = await rights.document(session, viewer=viewer, document_id=document_id, locked=True)
    _check_state(document)
    duplicate = await _duplicate(session, document, checked)
    if duplicate is not None:
        return UploadTicket(duplicate, is_duplicate=True)
    awaited = _row(document, checked)
    before = await replacements.get(session, document_id)
    if before is not None and (before.sha256, before.size_bytes) == (awaited.sha256, awaited.size_bytes):
        awaited.storage_key = before.storage_key
    await quotas.check_bytes(session, document=document, num_bytes=checked.size, limits=limits)
    await replacements.put(session, awaited=awaited)
    return await upload.sign(document, awaited, storage, limits)


def _check_state(document: Document) -> None:
    if document.source is DocumentSource.WEB_PAGE:
        raise Conflict("A page of the web has no file to replace. Add the page anew.")
    if document.queued_at is None:
        raise Conflict("The file was never uploaded. Upload it anew.")
    if document.status not in ENDED:
        raise Conflict("This document is being taken in. Replace its file when that has ended, or cancel it.")


async def _duplicate(session: Session, document: Document, file: FileRequest) -> Document | None:
    """The document that makes the upload unnecessary: this one, or another unless that is wanted."""
    arrived = await documents.arrived_of_bytes(session, project_id=document.project_id, sha256s=[file.sha256])
    same = [row for row in arrived if row.size_bytes == file.size]
    own = next((row for row in same if row.id == document.id), None)
    if own is not None and own.status is DocumentStatus.COMPLETED:
        return own
    others = [row for row in same if row.id != document.id]
    return others[-1] if others and not file.allow_duplicate else None


def _row(document: Document, file: FileRequest) -> DocumentReplacement:
    prefix = removal.document_prefix(document.project_id, document.id)
    return DocumentReplacement(
        document_id=document.id,
        storage_key=f"{prefix}/files/{uuid4()}",
        name=file.name,
        content_type=file.content_type,
        size_bytes=file.size,
        sha256=file.sha256,
    )
