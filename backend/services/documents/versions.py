"""Versions of a document: a new one is begun beside the one that search sees, and replaces it when whole."""

from backend.services.documents import upload
from db.engine import Session
from db.models import Document, DocumentReplacement, DocumentVersion


async def begin(session: Session, document: Document, *, file: DocumentReplacement | None = None) -> None:
    """Queue the document, held by the caller, for a new version: of `file`, or of its own file anew.

    What search sees stays until the new version is published. A version that was being built is given up.
    """
    document.newest_version += 1
    document.num_pages = document.num_chunks = None
    document.num_pages_parsed = document.num_chunks_embedded = 0
    document.num_summaries = document.num_summaries_made = 0
    if file is not None:
        session.add(
            DocumentVersion(
                document_id=document.id,
                number=document.newest_version,
                storage_key=file.storage_key,
                name=file.name,
                content_type=file.content_type,
                size_bytes=file.size_bytes,
                sha256=file.sha256,
            )
        )
    upload.queue(session, document)
    await session.flush()
