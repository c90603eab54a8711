"""Web pages: a document that names an address, and the fetch that gives it its bytes when it is taken in."""

import asyncio
import hashlib
import html
import re
from contextlib import suppress
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from backend.auth import Viewer
from backend.rag.parse.html import decoded
from backend.services import idempotency, rights
from backend.services.documents import events, quotas, upload
from backend.services.documents.files import UploadLimits
from backend.services.documents.run import Run
from backend.services.idempotency import Call
from backend.web import Page, Web, urls
from db.engine import Session
from db.models import Document, DocumentSource
from db.queries import documents

MAX_NAME = 255
_NO_BYTES = hashlib.sha256(b"").hexdigest()
_TITLE = re.compile(r"<title[^>]*>([^<]{1,2000})</title", re.IGNORECASE)
_HEAD = 64 * 1024


async def add(
    session: Session,
    *,
    viewer: Viewer,
    project_id: UUID,
    url: str,
    web: Web,
    limits: UploadLimits,
    idempotency_key: str | None = None,
) -> Document:
    """Make a document of the page and queue it; the page is fetched by the worker that takes it in.

    A repeat with the same key returns the first one. Raises NotFound for strangers, Invalid with field `url`
    for what is no page's address or one inside a private network, QuotaExceeded, and Conflict (the key).
    """
    await rights.member(session, viewer=viewer, project_id=project_id)
    address = urls.spelled(web.checked(url))
    document_id = uuid4()
    call = Call("addWebPage", idempotency_key, f"{project_id}\n{url}", document_id)
    known = await idempotency.first_result(session, viewer=viewer, call=call)
    if known is not None:
        return await rights.document(session, viewer=viewer, document_id=known)
    await documents.take_upload_turn(session, user_id=viewer.user_id, project_id=project_id)
    document = Document(
        id=document_id,
        project_id=project_id,
        uploaded_by=viewer.user_id,
        name=name_of(address),
        content_type="text/html",
        size_bytes=0,
        sha256=_NO_BYTES,
        storage_key=f"projects/{project_id}/documents/{document_id}",
        source=DocumentSource.WEB_PAGE,
        source_url=address,
    )
    await quotas.check(session, viewer=viewer, project_id=project_id, new=[document], limits=limits)
    await documents.insert_many(session, documents=[document])
    upload.queue(session, document)
    return document


def is_unfetched(document: Document) -> bool:
    return document.source is DocumentSource.WEB_PAGE and document.size_bytes == 0


async def fetch(run: Run) -> Document:
    """Fetch the page, store its bytes under the document's key, and tell what it turned out to be.

    Returns the row as it is then; a later attempt finds the stored bytes. Raises what `Web.fetch` raises,
    Unavailable when the object store does not answer, and Stale when the document has changed hands.
    """
    assert run.document.source_url is not None, "a web page has an address"
    page = await run.doors.web.fetch(run.document.source_url)
    content, title = await asyncio.to_thread(lambda: (in_utf8(page), title_of(page)))
    async with run.step():
        """Nobody else has it: else a slow fetch would overwrite what a newer attempt has stored."""
    await run.doors.storage.put(run.document.storage_key, content, page.content_type)
    async with run.step() as (session, row):
        row.size_bytes, row.sha256 = len(content), hashlib.sha256(content).hexdigest()
        row.content_type = page.content_type
        row.name = title or row.name
        events.record(session, row, events.SNAPSHOT)
        return row


def name_of(address: str) -> str:
    """What a page is called that has no title."""
    parts = urlsplit(address)
    return line((parts.hostname or "") + parts.path.rstrip("/"))


def in_utf8(page: Page) -> bytes:
    """Text whose charset only the server's answer told is stored as UTF-8: a file has no such header."""
    if page.charset is not None and page.content_type.startswith("text/"):
        with suppress(UnicodeDecodeError):
            page.body.decode("utf-8")
            return page.body
        with suppress(UnicodeDecodeError, LookupError):
            return page.body.decode(page.charset).encode("utf-8")
    return page.body


def title_of(page: Page) -> str | None:
    """What an HTML page calls itself, in one line."""
    if page.content_type != "text/html":
        return None
    head = in_utf8(page)[:_HEAD]
    found = _TITLE.search(decoded(head[: head.rfind(b">") + 1]))
    return (line(html.unescape(found[1])) or None) if found else None


def line(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:MAX_NAME]
