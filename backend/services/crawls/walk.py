"""Walking: a crawl is held for a slice of time, page by page, and then handed on to the next free worker."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from structlog.contextvars import bound_contextvars

from backend.auth import Viewer
from backend.errors import AppError, Unavailable
from backend.queue import Job, enqueue
from backend.services import rights, work
from backend.services.crawls import visit
from backend.services.crawls.run import Walk
from backend.services.documents import failures
from backend.services.documents.files import UploadLimits
from backend.services.documents.run import Doors
from db.errors import Stale, Unreachable
from db.models import Crawl, CrawlPage, CrawlStatus
from db.models.base import utc_now
from db.queries import crawls
from db.queries import work as work_queries

log = structlog.get_logger()

GAVE_UP = "This crawl stopped its worker several times and was given up. Begin it again."
LONGEST_SLEEP_SECONDS = 2.0
"""A site that wants a longer pause is left to a later slice, so that nobody sits and waits for it."""


@dataclass(frozen=True)
class Limits:
    """How crawls are held, what their pages count against, and the least seconds between two requests."""

    uploads: UploadLimits
    hold: work.Limits = field(default_factory=work.Limits)
    delay_seconds: float = 1.0
    slice_seconds: float = 20.0


async def run_next(doors: Doors, limits: Limits) -> bool:
    """Walk on through the crawl that was served longest ago, for one slice; False when none waits.

    Pages that were visited are not visited again, whoever goes on. While the database or the object store
    does not answer nothing can be kept: Unavailable is raised and the lease runs out.
    """
    held = limits.hold
    async with doors.transactions.unit_of_work() as session:
        crawl = await work_queries.claim_crawl(
            session, lease_seconds=held.lease_seconds, per_user=held.per_user, max_tries=held.max_tries
        )
    if crawl is None:
        return False
    walk = Walk(doors, limits.uploads, crawl)
    with bound_contextvars(crawl_id=str(crawl.id), attempt=crawl.attempt):
        async with work.hold(
            doors.transactions,
            Crawl,
            crawl.id,
            crawl.attempt,
            lease_seconds=held.lease_seconds,
            renew_seconds=held.renew_seconds,
        ):
            await _work(walk, limits)
    return True


async def _work(walk: Walk, limits: Limits) -> None:
    try:
        await _slice(walk, limits)
    except (Stale, Unavailable):
        raise
    except Unreachable as error:
        raise Unavailable("The database does not answer.", retry_after=5) from error
    except Exception as error:
        code, message = failures.explained(error)
        log.warning("crawl.failed", code=code, exc_info=None if isinstance(error, AppError) else error)
        async with walk.step() as (_, crawl):
            give_up(crawl, code=code, message=message)


async def _slice(walk: Walk, limits: Limits) -> None:
    clock = asyncio.get_running_loop().time
    until, is_over = clock() + limits.slice_seconds, False
    while (page := await _next(walk)) is not None:
        wait = await _wait(walk, page, limits.delay_seconds)
        if wait > LONGEST_SLEEP_SECONDS or is_over:
            await _hand_on(walk, wait)
            return
        await asyncio.sleep(wait)
        await visit.visit(walk, page)
        is_over = clock() > until
    async with walk.step() as (session, crawl):
        barren = await crawls.barren(session, crawl.id)
        if barren is None:
            _end(crawl, CrawlStatus.COMPLETED)
        else:
            give_up(crawl, code=barren.failure_code or "", message=barren.failure_message or "")
    log.info("crawl.ended", status=crawl.status, code=crawl.failure_code)


async def _next(walk: Walk) -> CrawlPage | None:
    """The next page, as long as whoever began the crawl may still add to the project."""
    viewer = Viewer(walk.crawl.created_by, "", None, None)
    async with walk.doors.transactions.unit_of_work() as session:
        await rights.member(session, viewer=viewer, project_id=walk.crawl.project_id)
        return await crawls.next_page(session, walk.crawl.id)


async def _wait(walk: Walk, page: CrawlPage, least_seconds: float) -> float:
    """The seconds until the site may be asked again; whoever asked last may have been another worker."""
    async with walk.doors.transactions.unit_of_work() as session:
        last = await crawls.last_visited(session, walk.crawl.id)
    if last is None or last.visited_at is None:
        return 0.0
    delay = max(walk.manners.delay(page.url), least_seconds)
    return max(0.0, delay - (utc_now() - last.visited_at).total_seconds())


async def _hand_on(walk: Walk, wait: float) -> None:
    """Free the worker; nobody takes the crawl up before the site may be asked again."""
    async with walk.step() as (session, crawl):
        crawl.leased_until = utc_now() + timedelta(seconds=wait)
        crawl.rung_at = None
        crawl.num_tries = max(crawl.num_tries - 1, 0)
        crawl.updated_at = utc_now()
        enqueue(session, Job.CRAWL_SITE, crawl.id)


def give_up(crawl: Crawl, *, code: str, message: str) -> None:
    """Mark a crawl, held by the caller, as FAILED; whoever still works on it is fenced off."""
    crawl.attempt += 1
    crawl.failure_code, crawl.failure_message = code, message
    _end(crawl, CrawlStatus.FAILED)


def _end(crawl: Crawl, status: CrawlStatus) -> None:
    crawl.status = status
    crawl.leased_until = None
    crawl.updated_at = crawl.finished_at = utc_now()
