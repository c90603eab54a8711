"""Beginning a crawl: of a part of a site, of the same part again, or of one page that may have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from backend.auth import Viewer
from backend.errors import Conflict, Invalid, QuotaExceeded
from backend.queue import Job, enqueue
from backend.services import idempotency, rights
from backend.services.idempotency import Call
from backend.web import Web, urls
from db.engine import Session
from db.models import Crawl, CrawlPage, DocumentSource
from db.models.base import utc_now
from db.models.crawls import CRAWLING
from db.queries import crawls, documents

MAX_UNFINISHED = 20
"""Crawls of one user that may wait or run."""


@dataclass(frozen=True)
class Limits:
    """What one crawl may ask for at most."""

    max_depth: int = 5
    max_pages: int = 500


@dataclass(frozen=True)
class Request:
    """Where to begin and how far to go; without a `path_prefix` it is the folder of the first page."""

    url: str
    path_prefix: str | None = None
    max_depth: int = 2
    max_pages: int = 50


async def site(
    session: Session,
    *,
    viewer: Viewer,
    project_id: UUID,
    request: Request,
    web: Web,
    limits: Limits,
    idempotency_key: str | None = None,
) -> Crawl:
    """Begin to walk from `url` along links of the same origin under the path prefix.

    A repeat with the same key, of this and of the others here, returns the first crawl, or raises Conflict
    if it asks for something else. Raises NotFound for strangers, Invalid (fields `url`, `path_prefix`,
    `max_depth`, `max_pages`) and QuotaExceeded.
    """
    await rights.member(session, viewer=viewer, project_id=project_id)
    address = urls.spelled(web.checked(request.url))
    _check_limits(request, limits)
    crawl = Crawl(
        project_id=project_id,
        created_by=viewer.user_id,
        url=address,
        path_prefix=_prefix(address, request.path_prefix),
        max_depth=request.max_depth,
        max_pages=request.max_pages,
    )
    call = Call("addWebSite", idempotency_key, f"{project_id}\n{request}", crawl.id)
    known = await _known_crawl(session, viewer, call)
    return known or await _begin(session, crawl, [CrawlPage(crawl_id=crawl.id, url=address, depth=0)])


async def again(
    session: Session, *, viewer: Viewer, crawl_id: UUID, idempotency_key: str | None = None
) -> Crawl:
    """Begin the same walk anew: known pages are asked whether they have changed, new ones are added.

    Raises NotFound for strangers, Conflict while the crawl goes on, and QuotaExceeded.
    """
    before = await rights.crawl(session, viewer=viewer, crawl_id=crawl_id)
    crawl = Crawl(
        project_id=before.project_id,
        created_by=viewer.user_id,
        url=before.url,
        path_prefix=before.path_prefix,
        max_depth=before.max_depth,
        max_pages=before.max_pages,
    )
    call = Call("recrawlWebSite", idempotency_key, str(crawl_id), crawl.id)
    if known := await _known_crawl(session, viewer, call):
        return known
    if before.status in CRAWLING:
        raise Conflict("This crawl has not ended yet. Wait for its end, or cancel it.")
    pages = [_known(crawl, page) for page in await crawls.with_documents(session, before.id)]
    if all(page.url != crawl.url for page in pages):
        pages.insert(0, CrawlPage(crawl_id=crawl.id, url=crawl.url, depth=0))
    return await _begin(session, crawl, pages)


async def page(
    session: Session, *, viewer: Viewer, document_id: UUID, idempotency_key: str | None = None
) -> Crawl:
    """Fetch the page of a document again; only if it has changed is it taken in again.

    Raises NotFound for strangers, Conflict for what is no web page, and QuotaExceeded.
    """
    document = await rights.document(session, viewer=viewer, document_id=document_id)
    if document.source is not DocumentSource.WEB_PAGE or document.source_url is None:
        raise Conflict("Only a page of the web can be fetched again. Upload the file anew.")
    address = urls.spelled(document.source_url)
    crawl = Crawl(
        project_id=document.project_id,
        created_by=viewer.user_id,
        url=address,
        path_prefix=urls.path(address),
        max_depth=0,
        max_pages=1,
    )
    only = CrawlPage(crawl_id=crawl.id, url=address, depth=0, document_id=document.id)
    call = Call("refreshWebPage", idempotency_key, str(document_id), crawl.id)
    return await _known_crawl(session, viewer, call) or await _begin(session, crawl, [only])


async def _known_crawl(session: Session, viewer: Viewer, call: Call) -> Crawl | None:
    known = await idempotency.first_result(session, viewer=viewer, call=call)
    return None if known is None else await rights.crawl(session, viewer=viewer, crawl_id=known)


async def _begin(session: Session, crawl: Crawl, pages: Sequence[CrawlPage]) -> Crawl:
    """Insert the rows and ring for them; requests of one user go one at a time."""
    await documents.take_upload_turn(session, user_id=crawl.created_by, project_id=crawl.project_id)
    if await crawls.num_unfinished(session, user_id=crawl.created_by) >= MAX_UNFINISHED:
        raise QuotaExceeded(
            f"At most {MAX_UNFINISHED} of your crawls may be under way. Wait for some to end, or cancel them."
        )
    crawl.rung_at = utc_now()
    await crawls.insert_crawl(session, crawl=crawl, pages=pages)
    enqueue(session, Job.CRAWL_SITE, crawl.id)
    return crawl


def _known(crawl: Crawl, page: CrawlPage) -> CrawlPage:
    """A page of the walk before, to be asked whether it is still the same."""
    return CrawlPage(
        crawl_id=crawl.id,
        url=page.url,
        depth=page.depth,
        document_id=page.document_id,
        etag=page.etag,
        last_modified=page.last_modified,
    )


def _check_limits(request: Request, limits: Limits) -> None:
    if not 0 <= request.max_depth <= limits.max_depth:
        raise Invalid(f"A crawl goes 0 to {limits.max_depth} links deep.", field="max_depth")
    if not 1 <= request.max_pages <= limits.max_pages:
        raise Invalid(f"A crawl visits 1 to {limits.max_pages} pages.", field="max_pages")


def _prefix(address: str, wanted: str | None) -> str:
    if wanted is None:
        return urls.folder(address)
    if not wanted.startswith("/") or not wanted.isprintable() or len(wanted) > urls.MAX_LENGTH:
        raise Invalid("A path begins with a slash, like /docs.", field="path_prefix")
    if not urls.is_under(address, wanted):
        raise Invalid("The first page does not lie under this path.", field="path_prefix")
    return wanted
