"""A part of a site becomes documents: within its bounds, once each, and as the site wants to be asked."""

import pytest

from backend.errors import Conflict, Invalid, NotFound, QuotaExceeded
from backend.services.crawls import begin
from db.models import CrawlPageStatus, CrawlStatus, DocumentSource, DocumentStatus
from tests.fixtures.house import UPLOADS, person
from tests.fixtures.pages import replying
from tests.fixtures.site import Site, html

ADDED, DUPLICATE, FAILED = CrawlPageStatus.ADDED, CrawlPageStatus.DUPLICATE, CrawlPageStatus.FAILED
SKIPPED, WAITING = CrawlPageStatus.SKIPPED, CrawlPageStatus.WAITING


async def test_pages_under_the_path_become_documents_of_their_own(site: Site) -> None:
    crawl = await site.crawled()
    assert (crawl.status, crawl.path_prefix, crawl.leased_until) == (CrawlStatus.COMPLETED, "/docs", None)
    assert await site.found(crawl.id) == {
        "/docs/": ADDED,
        "/docs/a": ADDED,
        "/docs/b": ADDED,
        "/docs/deep": ADDED,
    }
    assert site.visited() == ["/docs/", "/docs/a", "/docs/b", "/docs/deep"]
    documents = await site.documents()
    assert {path: row.name for path, row in documents.items()} == {
        "/docs/": "Start",
        "/docs/a": "Lamp",
        "/docs/b": "Boat",
        "/docs/deep": "Deep",
    }
    kinds = {(row.source, row.status) for row in documents.values()}
    assert kinds == {(DocumentSource.WEB_PAGE, DocumentStatus.QUEUED)}
    assert await site.ingested() == 4
    assert len(site.visited()) == 4, "the pages were not fetched again"
    seen = await site.house.seen_by_search(documents["/docs/a"].id)
    assert "The keeper of Lamp" in seen[0][1]


async def test_it_goes_no_deeper_and_visits_no_more_pages_than_asked(site: Site) -> None:
    shallow = await site.crawled(max_depth=1)
    assert list(await site.found(shallow.id)) == ["/docs/", "/docs/a", "/docs/b"]
    small = await site.crawled(max_pages=2)
    assert list(await site.found(small.id)) == ["/docs/", "/docs/a"]


async def test_a_prefix_of_ones_own_narrows_it(site: Site) -> None:
    crawl = await site.crawled("/docs/a", path_prefix="/docs/a")
    assert list(await site.found(crawl.id)) == ["/docs/a"]


async def test_robots_and_what_pages_say_to_robots_are_kept_to(site: Site) -> None:
    site.pages.put("/robots.txt", b"User-agent: *\nDisallow: /docs/b", "text/plain")
    site.pages.put("/docs/a", html("Lamp", "deep", head='<meta name="robots" content="noindex, nofollow">'))
    crawl = await site.crawled()
    assert await site.found(crawl.id) == {"/docs/": ADDED, "/docs/a": SKIPPED, "/docs/b": SKIPPED}
    assert {page.failure_code for page in await site.found_pages(crawl.id)} == {None, "ROBOTS_DENIED"}
    assert "/docs/b" not in site.visited()
    assert [path for path, _ in site.pages.asked].count("/robots.txt") == 1


async def test_the_same_bytes_and_the_same_page_are_one_document(site: Site) -> None:
    site.pages.put("/docs/", html("Start", "a", "copy", "moved", "called"))
    site.pages.put("/docs/copy", html("Lamp", "/docs/", "deep", "../docs/./b"))
    site.pages.lead("/docs/moved", "/docs/a")
    canonical = f'<link rel="canonical" href="{site.pages.url("/docs/a")}">'
    site.pages.put("/docs/called", html("Another", head=canonical))
    crawl = await site.crawled(max_depth=1)
    found = await site.found(crawl.id)
    assert found == {"/docs/": ADDED, "/docs/a": ADDED} | dict.fromkeys(
        ["/docs/copy", "/docs/moved", "/docs/called"], DUPLICATE
    )
    documents = await site.documents()
    assert set(documents) == {"/docs/", "/docs/a"}
    named = [page.document_id for page in await site.found_pages(crawl.id) if page.status is DUPLICATE]
    assert named == [documents["/docs/a"].id] * 3


async def test_a_page_that_cannot_be_had_is_noted_and_the_walk_goes_on(site: Site) -> None:
    site.pages.put("/docs/", html("Start", "gone", "picture", "away", "out", "a"))
    site.pages.put("/docs/picture", b"x", "image/png")
    site.pages.replies["/docs/away"] = replying(503, b"", {})
    site.pages.lead("/docs/out", "/blog/")
    crawl = await site.crawled(max_depth=1)
    assert crawl.status is CrawlStatus.COMPLETED
    pages = {site.path(page.url): page for page in await site.found_pages(crawl.id)}
    told = {path: (page.status, page.failure_code, page.num_tries) for path, page in pages.items()}
    assert told == {
        "/docs/": (ADDED, None, 1),
        "/docs/gone": (FAILED, "WEB_PAGE_MISSING", 1),
        "/docs/picture": (SKIPPED, "WEB_PAGE_TYPE", 1),
        "/docs/away": (FAILED, "WEB_PAGE_UNREACHABLE", 3),
        "/docs/out": (SKIPPED, "WEB_PAGE_OUTSIDE", 1),
        "/docs/a": (ADDED, None, 1),
    }
    assert all(page.failure_message for page in pages.values() if page.failure_code)


@pytest.mark.parametrize(("path", "code"), [("/nowhere", "WEB_PAGE_MISSING"), ("/secret", "ROBOTS_DENIED")])
async def test_a_crawl_that_bears_nothing_fails_with_the_reason_of_its_first_page(
    site: Site, path: str, code: str
) -> None:
    site.pages.put("/robots.txt", b"User-agent: *\nDisallow: /secret", "text/plain")
    crawl = await site.crawled(path)
    assert (crawl.status, crawl.failure_code) == (CrawlStatus.FAILED, code)
    assert crawl.failure_message and crawl.finished_at
    assert await site.walk() is False


async def test_where_the_first_page_leads_the_walk_goes(site: Site) -> None:
    crawl = await site.crawled(site.path(site.pages.lead("/old/", "/docs/")))
    assert (site.path(crawl.url), crawl.path_prefix) == ("/docs/", "/docs")
    assert await site.found(crawl.id) == dict.fromkeys(["/docs/", "/docs/a", "/docs/b", "/docs/deep"], ADDED)


async def test_a_page_that_stands_in_the_project_already_is_not_added_again(site: Site) -> None:
    await site.crawled(max_depth=1)
    crawl = await site.crawled()
    found = await site.found(crawl.id)
    assert found.pop("/docs/deep") is ADDED
    assert set(found.values()) == {CrawlPageStatus.UNCHANGED}
    assert len(await site.documents()) == 4


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("max_depth", {"max_depth": 6}),
        ("max_depth", {"max_depth": -1}),
        ("max_pages", {"max_pages": 0}),
        ("max_pages", {"max_pages": 501}),
        ("path_prefix", {"path_prefix": "/blog"}),
        ("path_prefix", {"path_prefix": "docs"}),
        ("url", {"url": "http://169.254.169.254/docs/"}),
        ("url", {"url": "ftp://example.com/"}),
    ],
)
async def test_what_cannot_be_crawled_is_refused_and_makes_nothing(
    site: Site, field: str, wanted: dict[str, object]
) -> None:
    with pytest.raises(Invalid) as refused:
        await site.begin(**wanted)
    assert refused.value.field == field
    assert await site.walk() is False


async def test_strangers_neither_begin_nor_cancel_nor_repeat(site: Site) -> None:
    crawl = await site.crawled()
    site.house.viewer = await person(site.house.worker)
    for attempt in (site.begin(), site.cancel(crawl.id), site.again(crawl.id)):
        with pytest.raises(NotFound):
            await attempt


async def test_too_many_crawls_at_a_time_are_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begin, "MAX_UNFINISHED", 1)
    await site.begin()
    with pytest.raises(QuotaExceeded):
        await site.begin()


async def test_a_full_project_ends_the_crawl_with_the_reason(site: Site) -> None:
    limits = UPLOADS.__class__(**{**vars(UPLOADS), "documents_per_project": 2})
    crawl = await site.begin()
    await site.walk(uploads=limits)
    row = await site.row(crawl.id)
    assert (row.status, row.failure_code) == (CrawlStatus.FAILED, "QUOTA_EXCEEDED")
    assert len(await site.documents()) == 2
    assert list((await site.found(crawl.id)).values()).count(WAITING) == 2


async def test_a_cancelled_crawl_goes_no_further_and_keeps_what_it_has(site: Site) -> None:
    crawl = await site.begin()
    assert await site.walk(slice_seconds=-1)
    assert (await site.cancel(crawl.id)).status is CrawlStatus.CANCELLED
    assert (await site.cancel(crawl.id)).status is CrawlStatus.CANCELLED
    assert await site.walk() is False
    with pytest.raises(Conflict):
        await site.cancel((await site.crawled()).id)
