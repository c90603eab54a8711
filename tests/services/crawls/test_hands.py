"""Crawls in many hands: handed on in slices, taken over from the dead, never visited twice for nothing."""

import asyncio
from datetime import timedelta

import pytest

from backend.services import upkeep
from db.models import CrawlPageStatus, CrawlStatus
from db.models.base import utc_now
from tests.e2e.product import Product, new_project
from tests.fixtures.pages import Pages, replying
from tests.fixtures.site import Site, html

DOCS = ["/docs/", "/docs/a", "/docs/b", "/docs/deep"]
EXPIRE = "UPDATE opentrace.crawls SET leased_until = now() - interval '1 second' WHERE id = :id"


async def test_slices_go_on_where_the_last_one_ended(site: Site) -> None:
    crawl = await site.begin()
    for num_visited in range(1, len(DOCS)):
        assert await site.walk(slice_seconds=0.0)
        assert site.visited() == DOCS[:num_visited]
        row = await site.row(crawl.id)
        assert (row.status, row.num_tries) == (CrawlStatus.RUNNING, 0)
    assert await site.walk(slice_seconds=0.0)
    assert (await site.row(crawl.id)).status is CrawlStatus.COMPLETED
    assert site.visited() == DOCS


async def test_a_worker_that_dies_is_followed_by_another_that_visits_only_what_is_left(site: Site) -> None:
    reached, opened = asyncio.Event(), asyncio.Event()

    async def stall(writer: asyncio.StreamWriter) -> None:
        reached.set()
        await opened.wait()

    site.pages.replies["/docs/b"] = stall
    crawl = await site.begin()
    dead = asyncio.create_task(site.walk())
    async with asyncio.timeout(20):
        await reached.wait()
    site.pages.put("/docs/b", html("Boat"))
    await site.house.sql(EXPIRE, id=crawl.id)
    assert await site.walk()
    assert (await site.row(crawl.id)).status is CrawlStatus.COMPLETED
    opened.set()
    assert await dead is True
    assert await site.found(crawl.id) == dict.fromkeys(DOCS, CrawlPageStatus.ADDED)
    assert len(await site.documents()) == len(DOCS)
    assert site.visited() == ["/docs/", "/docs/a", "/docs/b", "/docs/b", "/docs/deep"]


async def test_a_worker_told_to_end_hands_the_crawl_back_at_once(site: Site) -> None:
    reached = asyncio.Event()

    async def stall(writer: asyncio.StreamWriter) -> None:
        reached.set()
        await asyncio.sleep(60)

    site.pages.replies["/docs/a"] = stall
    crawl = await site.begin()
    walking = asyncio.create_task(site.walk())
    async with asyncio.timeout(20):
        await reached.wait()
    walking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await walking
    site.pages.put("/docs/a", html("Lamp"))
    assert await site.walk()
    assert (await site.row(crawl.id)).status is CrawlStatus.COMPLETED


async def test_a_crawl_that_kills_its_workers_is_given_up(site: Site) -> None:
    crawl = await site.begin()
    await site.house.sql("UPDATE opentrace.crawls SET num_tries = 5 WHERE id = :id", id=crawl.id)
    await upkeep.sweep(site.house.worker.transactions, max_tries=5, quiet_seconds=10)
    row = await site.row(crawl.id)
    assert (row.status, row.failure_code, row.attempt) == (CrawlStatus.FAILED, "GAVE_UP", 1)
    assert await site.walk() is False


async def test_a_site_that_wants_a_pause_gets_it_and_nobody_sits_and_waits(site: Site) -> None:
    site.pages.put("/robots.txt", b"User-agent: *\nCrawl-delay: 30", "text/plain")
    crawl = await site.begin()
    asked_at = utc_now()
    assert await site.walk()
    assert site.visited() == ["/docs/"]
    row = await site.row(crawl.id)
    assert row.leased_until is not None
    assert timedelta(seconds=25) < row.leased_until - asked_at <= timedelta(seconds=45)
    assert await site.walk() is False
    await site.house.sql(EXPIRE, id=crawl.id)
    await site.house.sql("UPDATE opentrace.crawl_pages SET visited_at = visited_at - interval '1 minute'")
    assert await site.walk()
    assert site.visited() == ["/docs/", "/docs/a"]


async def test_a_site_that_has_too_much_to_do_is_left_alone_for_as_long_as_it_says(site: Site) -> None:
    site.pages.replies["/docs/a"] = replying(503, b"", {"retry-after": "120"})
    crawl = await site.begin()
    asked_at = utc_now()
    assert await site.walk()
    assert site.visited() == ["/docs/", "/docs/a"]
    row = await site.row(crawl.id)
    assert row.leased_until is not None
    assert timedelta(seconds=110) < row.leased_until - asked_at <= timedelta(seconds=150)
    assert (await site.found(crawl.id))["/docs/a"] is CrawlPageStatus.WAITING


async def test_a_member_who_was_put_out_crawls_no_further(site: Site) -> None:
    crawl = await site.begin()
    await site.walk(slice_seconds=-1)
    await site.house.sql("DELETE FROM opentrace.project_members")
    await site.walk()
    row = await site.row(crawl.id)
    assert (row.status, row.failure_code) == (CrawlStatus.FAILED, "NOT_FOUND")


ADD = """
mutation ($project: ID!, $url: String!) {
  addWebSite(input: {projectId: $project, url: $url, maxDepth: 1}) {
    ... on CrawlPayload { crawl { id } }
    ... on Error { code message }
  }
}
"""
READ = """
query ($id: ID!) {
  crawl(id: $id) {
    status
    counts { waiting added duplicate failed }
    pages(first: 100) { totalCount edges { node { url status document { status } } } }
    project { documents { totalCount } crawls { totalCount } }
  }
}
"""


async def until_asked(pages: Pages, number: int) -> None:
    """Return when so many different pages were asked for."""
    while len(set(docs_of(pages))) < number:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)


def docs_of(pages: Pages) -> list[str]:
    return [path for path, _ in pages.asked if path.startswith("/docs/")]


async def test_killed_workers_lose_no_page_and_double_none(product: Product, pages: Pages) -> None:
    num_pages = 12
    pages.put("/docs/", html("Start", *[f"p{number}" for number in range(num_pages)]))
    for number in range(num_pages):
        pages.put(f"/docs/p{number}", html(f"Page {number}"))
    settings = {
        "OPENTRACE_WEB__ALLOWED_NETWORKS": '["127.0.0.1/32"]',
        "OPENTRACE_WEB__CRAWL_DELAY_SECONDS": "0.2",
        "OPENTRACE_WORK__MAX_TRIES": "50",
    }
    api = await product.start_api(**settings)
    project = await new_project(api)
    worker = await product.start_worker("ingestion", **settings)
    added = await api.execute(ADD, {"project": project, "url": pages.url("/docs/")})
    id = added["addWebSite"]["crawl"]["id"]
    async with asyncio.timeout(120):
        for num_seen in (2, 6, 9):
            await until_asked(pages, num_seen)
            await product.kill(worker)
            worker = await product.start_worker("ingestion", **settings)
        while (crawl := (await api.execute(READ, {"id": id}))["crawl"])["status"] != "COMPLETED":
            assert crawl["status"] in ("QUEUED", "RUNNING")
            await asyncio.sleep(0.1)
    assert crawl["counts"] == {"waiting": 0, "added": num_pages + 1, "duplicate": 0, "failed": 0}
    assert crawl["pages"]["totalCount"] == num_pages + 1
    assert crawl["project"] == {"documents": {"totalCount": num_pages + 1}, "crawls": {"totalCount": 1}}
    assert len(docs_of(pages)) - len(set(docs_of(pages))) <= 3
