"""Visiting one page of a crawl: fetch it, see what has become of it, and let its links wait."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import structlog

from backend.errors import AppError, NotFound, Unavailable
from backend.rag.parse.html import decoded
from backend.services.crawls import keep
from backend.services.crawls.keep import Content
from backend.services.crawls.run import Walk
from backend.services.documents import web_page
from backend.web import Page, Stamp, failures, links, urls
from backend.web.links import Outline
from db.engine import Session
from db.models import Crawl, CrawlPage, CrawlPageStatus, Document
from db.models.base import utc_now
from db.queries import crawls, documents

log = structlog.get_logger()

MAX_TRIES = 3
"""Visits of a page whose server does not answer; between them the others are visited."""
_HTML = "text/html"


@dataclass(frozen=True)
class _Outcome:
    """What came of a visit; `document_id` is the page's document, or that of its twin."""

    status: CrawlPageStatus
    document_id: UUID | None = None
    failure: AppError | None = None
    stamp: Stamp = field(default_factory=Stamp)
    links: tuple[str, ...] = field(default=(), repr=False)


async def visit(walk: Walk, page: CrawlPage) -> None:
    """Fetch the page and keep what came of it; a page that cannot be had is noted, and the walk goes on.

    Raises Stale when the crawl has changed hands, QuotaExceeded when there is room for no more documents,
    and Unavailable when the object store does not answer.
    """
    known = Stamp(page.etag, page.last_modified) if page.document_id else None
    try:
        found = await walk.doors.web.visit(page.url, walk.manners, known)
    except AppError as error:
        await _settle(walk, page, _failed(page, error))
        return
    if found is None:
        await _settle(walk, page, await _same(walk, page))
        return
    outline = await asyncio.to_thread(_outline, found)
    address = _address(walk, page, found, outline)
    if address is None:
        elsewhere = failures.outside(found.final_url)
        await _settle(walk, page, _Outcome(CrawlPageStatus.SKIPPED, failure=elsewhere))
    elif not outline.may_keep:
        denied = failures.robots_denied(urls.origin(address)[1])
        skipped = _Outcome(CrawlPageStatus.SKIPPED, failure=denied, links=outline.followed)
        await _settle(walk, page, skipped)
    elif (other := await _other(walk, page, address)) is not None:
        duplicate = _Outcome(CrawlPageStatus.DUPLICATE, other.document_id, links=outline.followed)
        await _settle(walk, page, duplicate)
    else:
        await _keep(walk, page, found, address, outline)


async def _other(walk: Walk, page: CrawlPage, address: str) -> CrawlPage | None:
    """The page of the walk that this one turns out to be."""
    if address == page.url:
        return None
    async with walk.doors.transactions.unit_of_work() as session:
        return await crawls.find(session, crawl_id=walk.crawl.id, url=address)


async def _keep(walk: Walk, page: CrawlPage, found: Page, address: str, outline: Outline) -> None:
    body, title = await asyncio.to_thread(lambda: (web_page.in_utf8(found), web_page.title_of(found)))
    content = Content(address, body, found.content_type, title)
    async with walk.doors.transactions.unit_of_work() as session:
        planned = await keep.plan(session, walk, page, content)
    if planned.key is not None:
        await walk.doors.storage.put(planned.key, body, found.content_type)
    has_new = planned.status is CrawlPageStatus.ADDED
    known_id = None if has_new else planned.document_id
    async with walk.step(document_id=known_id, has_new=has_new) as (session, crawl):
        done = await keep.carry_out(session, walk, planned, content)
        outcome = _Outcome(done.status, done.document_id, stamp=found.stamp, links=outline.followed)
        await _write(session, crawl, page, outcome, address)
        walk.crawl.url, walk.crawl.path_prefix = crawl.url, crawl.path_prefix
    # What was stored and is named by no row. Where the step fails, somebody else may be storing the same:
    # upkeep removes what nobody names.
    if planned.key is not None and done != planned:
        await walk.doors.storage.delete([planned.key])


async def _settle(walk: Walk, page: CrawlPage, outcome: _Outcome) -> None:
    async with walk.step(document_id=outcome.document_id) as (session, crawl):
        await _write(session, crawl, page, outcome, page.url)


async def _write(session: Session, crawl: Crawl, page: CrawlPage, outcome: _Outcome, address: str) -> None:
    """Note on the page what came of it, and let the links wait that belong to the walk."""
    row = await session.get_one(CrawlPage, page.id, populate_existing=True)
    if address != row.url:
        await _rename(session, crawl, row, address)
    row.status = outcome.status
    row.num_tries += 1
    row.document_id = outcome.document_id
    row.etag, row.last_modified = outcome.stamp.etag, outcome.stamp.last_modified
    row.failure_code = outcome.failure.code if outcome.failure else None
    row.failure_message = outcome.failure.message if outcome.failure else None
    row.visited_at = crawl.updated_at = utc_now()
    await session.flush()
    if row.depth < crawl.max_depth:
        inside = [link for link in outcome.links if _is_inside(crawl, link)]
        await crawls.add_pages(session, crawl=crawl, urls=inside, depth=row.depth + 1)
    log.info("page.visited", url=row.url, status=row.status, code=row.failure_code)


async def _rename(session: Session, crawl: Crawl, row: CrawlPage, address: str) -> None:
    """A page is known by its proper address, unless another one of the walk is."""
    if await crawls.find(session, crawl_id=crawl.id, url=address) is None:
        row.url = address
    if row.depth == 0 and not _is_inside(crawl, address):
        # Where the first page leads to, the walk goes: from http to https, or to the site's present host.
        crawl.url, crawl.path_prefix = address, urls.folder(address)


def _failed(page: CrawlPage, error: AppError) -> _Outcome:
    """A page that was there before is missed; one whose server is away may be back before the walk ends."""
    status = CrawlPageStatus.FAILED
    if error.code == failures.MISSING:
        status = CrawlPageStatus.MISSING if page.document_id is not None else CrawlPageStatus.FAILED
    elif error.code in (failures.ROBOTS_DENIED, failures.TYPE, failures.FORBIDDEN):
        status = CrawlPageStatus.SKIPPED
    elif isinstance(error, Unavailable) and page.num_tries + 1 < MAX_TRIES:
        status = CrawlPageStatus.WAITING
    return _Outcome(status, page.document_id, failure=error, stamp=Stamp(page.etag, page.last_modified))


async def _same(walk: Walk, page: CrawlPage) -> _Outcome:
    """The site says that nothing has changed, so the links are those of the bytes that are stored."""
    async with walk.doors.transactions.unit_of_work() as session:
        document = None if page.document_id is None else await documents.get(session, page.document_id)
    if document is None:
        # It was deleted meanwhile: without what is known of it, it is fetched as a new one.
        return _Outcome(CrawlPageStatus.WAITING)
    followed = await _stored_links(walk, page, document) if page.depth < walk.crawl.max_depth else ()
    stamp = Stamp(page.etag, page.last_modified)
    return _Outcome(CrawlPageStatus.UNCHANGED, document.id, stamp=stamp, links=followed)


async def _stored_links(walk: Walk, page: CrawlPage, document: Document) -> tuple[str, ...]:
    if document.content_type != _HTML:
        return ()
    with TemporaryDirectory(prefix="opentrace-") as folder:
        path = Path(folder, "page")
        try:
            await walk.doors.storage.download(document.storage_key, path)
        except NotFound:
            return ()
        outline = await asyncio.to_thread(lambda: links.outline(decoded(path.read_bytes()), page.url))
    return outline.followed


def _outline(page: Page) -> Outline:
    if page.content_type != _HTML:
        return Outline()
    return links.outline(decoded(web_page.in_utf8(page)), page.final_url)


def _address(walk: Walk, page: CrawlPage, found: Page, outline: Outline) -> str | None:
    """The page's proper address; None when it leads out of the walk. The first page may lead anywhere."""
    address = urls.spelled(found.final_url)
    if not _is_inside(walk.crawl, address):
        return address if page.depth == 0 and page.url == walk.crawl.url else None
    called = outline.canonical
    return called if called is not None and _is_inside(walk.crawl, called) else address


def _is_inside(crawl: Crawl, url: str) -> bool:
    return urls.origin(url) == urls.origin(crawl.url) and urls.is_under(url, crawl.path_prefix)
