"""Addresses under which a browser gets stored files: signed, short-lived, and never active content."""

from backend.rag.parse import formats
from backend.services.documents import web_page
from backend.storage import Delivery, Storage
from db.models import Document

_TEXT = "text/plain; charset=utf-8"
# What a browser only displays. Whatever could run a script there is saved as a file instead.
_SHOWN = {
    formats.PDF: formats.PDF,
    "image/png": "image/png",
    "image/jpeg": "image/jpeg",
    formats.TEXT: _TEXT,
    formats.MARKDOWN: _TEXT,
    formats.CSV: _TEXT,
}
_SAVED = "application/octet-stream"


async def of_file(storage: Storage, document: Document, *, expires_seconds: int) -> str | None:
    """Where the document's file is read for so long; None before it has arrived.

    The document must be one that the viewer may see. Whatever type was announced, the browser is told one of
    ours: HTML, SVG and the like are downloads of no type.
    """
    if document.queued_at is None or web_page.is_unfetched(document):
        return None
    shown = _SHOWN.get(document.content_type)
    delivery = Delivery(document.name, shown or _SAVED, is_inline=shown is not None)
    return await storage.presign_get(document.storage_key, delivery=delivery, expires_seconds=expires_seconds)
