"""Crawls: rows, pages of them, the pages they found, and which is to be visited next."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import Crawl, CrawlPage, CrawlPageStatus
from db.models.crawls import CRAWLING, WITH_DOCUMENT
from db.queries import paging
from db.queries.paging import Page


async def insert_crawl(session: AsyncSession, *, crawl: Crawl, pages: Sequence[CrawlPage]) -> None:
    session.add(crawl)
    await session.flush()
    session.add_all(pages)
    await session.flush()


async def get(session: AsyncSession, crawl_id: UUID) -> Crawl | None:
    return await session.get(Crawl, crawl_id, populate_existing=True)


async def lock(session: AsyncSession, crawl_id: UUID) -> Crawl | None:
    """The row as it is now, held until the end of the transaction."""
    return await session.get(Crawl, crawl_id, populate_existing=True, with_for_update=True)


async def page(
    session: AsyncSession, project_id: UUID, *, first: int, after: str | None = None
) -> Page[Crawl]:
    """A project's crawls, newest first."""
    rows = select(Crawl).where(Crawl.project_id == project_id)
    request = paging.Request(
        rows, Crawl.created_at, Crawl.id, lambda row: (row.created_at, row.id), first, after
    )
    return await paging.fetch(session, request)


async def pages_of(
    session: AsyncSession, crawl_id: UUID, *, first: int, after: str | None = None
) -> Page[CrawlPage]:
    """A crawl's pages, the last found first."""
    rows = select(CrawlPage).where(CrawlPage.crawl_id == crawl_id)
    request = paging.Request(
        rows, CrawlPage.found_at, CrawlPage.id, lambda row: (row.found_at, row.id), first, after
    )
    return await paging.fetch(session, request)


async def with_documents(session: AsyncSession, crawl_id: UUID) -> list[CrawlPage]:
    """The pages of a crawl that have a document of their own, in the order in which they were found."""
    statement = (
        select(CrawlPage)
        .where(CrawlPage.crawl_id == crawl_id, col(CrawlPage.status).in_(WITH_DOCUMENT))
        .where(col(CrawlPage.document_id).is_not(None))
        .order_by(col(CrawlPage.depth), col(CrawlPage.found_at), col(CrawlPage.id))
    )
    return list(await session.exec(statement))


async def next_page(session: AsyncSession, crawl_id: UUID) -> CrawlPage | None:
    """The page to visit next: the nearest to the beginning, those that failed before last."""
    statement = (
        select(CrawlPage)
        .where(CrawlPage.crawl_id == crawl_id, CrawlPage.status == CrawlPageStatus.WAITING)
        .order_by(col(CrawlPage.num_tries), col(CrawlPage.depth), col(CrawlPage.found_at), col(CrawlPage.id))
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def last_visited(session: AsyncSession, crawl_id: UUID) -> CrawlPage | None:
    """The page that was visited last, if any was."""
    statement = (
        select(CrawlPage)
        .where(CrawlPage.crawl_id == crawl_id, col(CrawlPage.visited_at).is_not(None))
        .order_by(col(CrawlPage.visited_at).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def find(session: AsyncSession, *, crawl_id: UUID, url: str) -> CrawlPage | None:
    """The crawl's page of this address."""
    statement = select(CrawlPage).where(CrawlPage.crawl_id == crawl_id, CrawlPage.url == url)
    return (await session.exec(statement)).first()


async def barren(session: AsyncSession, crawl_id: UUID) -> CrawlPage | None:
    """The first page of a crawl of which nothing could be had, which says why; None if anything was."""
    fruitless = (CrawlPageStatus.SKIPPED, CrawlPageStatus.FAILED)
    borne = select(CrawlPage.id).where(
        CrawlPage.crawl_id == crawl_id, col(CrawlPage.status).not_in(fruitless)
    )
    if (await session.exec(borne.limit(1))).first() is not None:
        return None
    first = select(CrawlPage).where(CrawlPage.crawl_id == crawl_id)
    return (
        await session.exec(first.order_by(col(CrawlPage.depth), col(CrawlPage.found_at)).limit(1))
    ).first()


async def add_pages(session: AsyncSession, *, crawl: Crawl, urls: Sequence[str], depth: int) -> None:
    """Let the pages wait that the crawl does not know yet, as many as it may still have, in this order."""
    known = select(CrawlPage.url).where(CrawlPage.crawl_id == crawl.id, col(CrawlPage.url).in_(urls))
    seen = set(await session.exec(known))
    total = select(func.count()).where(col(CrawlPage.crawl_id) == crawl.id)
    room = crawl.max_pages - (await session.exec(total)).one()
    new = [url for url in urls if url not in seen][: max(room, 0)]
    rows = [CrawlPage(crawl_id=crawl.id, url=url, depth=depth).model_dump() for url in new]
    if rows:
        statement = insert(CrawlPage).values(rows).on_conflict_do_nothing(index_elements=["crawl_id", "url"])
        await session.exec(statement)


async def counts(session: AsyncSession, crawl_ids: Sequence[UUID]) -> dict[UUID, dict[CrawlPageStatus, int]]:
    """How many pages each crawl has in each status; statuses without any are absent."""
    statement = (
        select(CrawlPage.crawl_id, CrawlPage.status, func.count())
        .where(col(CrawlPage.crawl_id).in_(crawl_ids))
        .group_by(col(CrawlPage.crawl_id), col(CrawlPage.status))
    )
    counted: dict[UUID, dict[CrawlPageStatus, int]] = {crawl_id: {} for crawl_id in crawl_ids}
    for crawl_id, status, count in await session.exec(statement):
        counted[crawl_id][CrawlPageStatus(status)] = count
    return counted


async def num_unfinished(session: AsyncSession, *, user_id: UUID) -> int:
    """How many of the user's crawls wait or run."""
    statement = select(func.count()).where(Crawl.created_by == user_id, col(Crawl.status).in_(CRAWLING))
    return (await session.exec(statement)).one()
