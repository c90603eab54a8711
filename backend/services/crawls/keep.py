"""What a visited page becomes: a document of its own, a new version of one, or nothing that is not there."""

import hashlib
from dataclasses import dataclass
from uuid import UUID, uuid5

from backend.auth import Viewer
from backend.services.crawls.run import Walk
from backend.services.documents import quotas, upload, versions, web_page
from backend.services.removal import document_prefix
from db.engine import Session
from db.models import CrawlPage, CrawlPageStatus, Document, DocumentReplacement, DocumentSource
from db.queries import documents

ADDED, CHANGED = CrawlPageStatus.ADDED, CrawlPageStatus.CHANGED
UNCHANGED, DUPLICATE = CrawlPageStatus.UNCHANGED, CrawlPageStatus.DUPLICATE


@dataclass(frozen=True)
class Content:
    """What lies at `address`, as it would be stored."""

    address: str
    body: bytes
    content_type: str
    title: str | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class Plan:
    """What is to be done with a page; `key` is where its bytes must be stored before, if anywhere."""

    status: CrawlPageStatus
    document_id: UUID
    key: str | None = None


async def plan(session: Session, walk: Walk, page: CrawlPage, content: Content) -> Plan:
    """A page is known by its address, and by its bytes if it has none of its own yet."""
    crawl = walk.crawl
    own = await _own_document(session, walk, page, content.address)
    if own is not None:
        if await documents.newest_sha256(session, own) == content.sha256:
            return Plan(UNCHANGED, own.id)
        prefix = document_prefix(crawl.project_id, own.id)
        return Plan(CHANGED, own.id, f"{prefix}/files/{uuid5(crawl.id, content.sha256)}")
    twins = await documents.arrived_of_bytes(session, project_id=crawl.project_id, sha256s=[content.sha256])
    if twins:
        return Plan(DUPLICATE, twins[-1].id)
    # The same however often it is tried, so that a worker that is killed leaves nothing that nobody finds.
    document_id = uuid5(crawl.id, content.address)
    return Plan(ADDED, document_id, document_prefix(crawl.project_id, document_id))


async def carry_out(session: Session, walk: Walk, planned: Plan, content: Content) -> Plan:
    """Make or change the document, in a step that has locked it; returns what was done in truth.

    Raises QuotaExceeded when the project or the user may have no more.
    """
    if planned.status is ADDED:
        other = await documents.of_source_url(session, project_id=walk.crawl.project_id, url=content.address)
        if other is not None:
            return Plan(DUPLICATE, other.id)
        await _add(session, walk, planned, content)
    elif planned.status is CHANGED:
        document = await documents.get(session, planned.document_id)
        if document is None:
            return Plan(CrawlPageStatus.WAITING, planned.document_id)
        await _change(session, walk, document, planned, content)
    return planned


async def _own_document(session: Session, walk: Walk, page: CrawlPage, address: str) -> Document | None:
    if page.document_id is not None:
        found = await documents.get(session, page.document_id)
        if found is not None:
            return found
    return await documents.of_source_url(session, project_id=walk.crawl.project_id, url=address)


async def _add(session: Session, walk: Walk, planned: Plan, content: Content) -> None:
    crawl = walk.crawl
    assert planned.key is not None, "a new document has bytes"
    document = Document(
        id=planned.document_id,
        project_id=crawl.project_id,
        uploaded_by=crawl.created_by,
        api_key_id=crawl.api_key_id,
        name=content.title or web_page.name_of(content.address),
        content_type=content.content_type,
        size_bytes=len(content.body),
        sha256=content.sha256,
        storage_key=planned.key,
        source=DocumentSource.WEB_PAGE,
        source_url=content.address,
    )
    viewer = Viewer(crawl.created_by, "", None, None)
    await quotas.check(
        session, viewer=viewer, project_id=crawl.project_id, new=[document], limits=walk.uploads
    )
    await documents.insert_many(session, documents=[document])
    upload.queue(session, document)


async def _change(session: Session, walk: Walk, document: Document, planned: Plan, content: Content) -> None:
    """Begin a version of the new bytes beside the one that search sees."""
    assert planned.key is not None, "a new version has bytes"
    await quotas.check_bytes(session, document=document, num_bytes=len(content.body), limits=walk.uploads)
    file = DocumentReplacement(
        document_id=document.id,
        storage_key=planned.key,
        name=content.title,
        content_type=content.content_type,
        size_bytes=len(content.body),
        sha256=content.sha256,
    )
    await versions.begin(session, document, file=file)
