"""Reading crawls, and giving them up."""

from uuid import UUID

from backend.auth import Viewer
from backend.errors import Conflict
from backend.services import pages, rights
from db.engine import Session
from db.models import Crawl, CrawlPage, CrawlStatus
from db.models.base import utc_now
from db.models.crawls import CRAWLING
from db.queries import crawls
from db.queries.paging import Page


async def get(session: Session, *, viewer: Viewer, crawl_id: UUID) -> Crawl:
    """Raises NotFound for strangers."""
    return await rights.crawl(session, viewer=viewer, crawl_id=crawl_id)


async def page(
    session: Session, *, viewer: Viewer, project_id: UUID, first: int, after: str | None
) -> Page[Crawl]:
    """A project's crawls, newest first; raises NotFound for strangers, Invalid for a bad page."""
    await rights.member(session, viewer=viewer, project_id=project_id)
    with pages.checked(first):
        return await crawls.page(session, project_id, first=first, after=after)


async def found(
    session: Session, *, viewer: Viewer, crawl_id: UUID, first: int, after: str | None
) -> Page[CrawlPage]:
    """What a crawl found, the last first; raises NotFound for strangers, Invalid for a bad page."""
    await rights.crawl(session, viewer=viewer, crawl_id=crawl_id)
    with pages.checked(first):
        return await crawls.pages_of(session, crawl_id, first=first, after=after)


async def cancel(session: Session, *, viewer: Viewer, crawl_id: UUID) -> Crawl:
    """Give up the walk; documents that it has made stay. A worker that has it can write nothing more.

    A repeat returns the row. Raises NotFound for strangers, Conflict when it has ended otherwise.
    """
    crawl = await rights.crawl(session, viewer=viewer, crawl_id=crawl_id, locked=True)
    if crawl.status is CrawlStatus.CANCELLED:
        return crawl
    if crawl.status not in CRAWLING:
        raise Conflict("This crawl has already ended.")
    crawl.attempt += 1
    crawl.status = CrawlStatus.CANCELLED
    crawl.leased_until = None
    crawl.updated_at = crawl.finished_at = utc_now()
    return crawl
