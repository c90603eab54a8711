"""The same walk again: what has changed is taken in anew, new pages are added, and what is gone is told."""

from uuid import UUID

import httpx
import pytest

from backend.errors import Conflict
from db.models import CrawlPageStatus, CrawlStatus, DocumentStatus
from tests.fixtures.house import markdown
from tests.fixtures.pages import replying
from tests.fixtures.site import Site, html

ADDED, CHANGED = CrawlPageStatus.ADDED, CrawlPageStatus.CHANGED
MISSING, UNCHANGED = CrawlPageStatus.MISSING, CrawlPageStatus.UNCHANGED


async def again(site: Site, crawl_id: UUID) -> dict[str, CrawlPageStatus]:
    site.pages.asked.clear()
    crawl = await site.again(crawl_id)
    assert await site.walk()
    assert (await site.row(crawl.id)).status is CrawlStatus.COMPLETED
    return await site.found(crawl.id)


async def test_changed_new_and_missing_pages_are_told_apart(
    site: Site, model_control: httpx.AsyncClient
) -> None:
    first = await site.crawled()
    assert await site.ingested() == 4
    before = await site.documents()
    await model_control.post("/control/reset")
    site.pages.put("/docs/", html("Start", "a", "new"))
    site.pages.put("/docs/a", html("Lamp", "deep").replace(b"dusk", b"noon"))
    site.pages.put("/docs/new", html("New"))
    site.pages.replies["/docs/b"] = replying(410, b"", {})
    assert await again(site, first.id) == {
        "/docs/": CHANGED,
        "/docs/a": CHANGED,
        "/docs/b": MISSING,
        "/docs/deep": UNCHANGED,
        "/docs/new": ADDED,
    }
    assert await site.ingested() == 3
    after = await site.documents()
    assert {path: (row.status, row.version) for path, row in after.items()} == {
        "/docs/": (DocumentStatus.COMPLETED, 2),
        "/docs/a": (DocumentStatus.COMPLETED, 2),
        "/docs/b": (DocumentStatus.COMPLETED, 1),
        "/docs/deep": (DocumentStatus.COMPLETED, 1),
        "/docs/new": (DocumentStatus.COMPLETED, 1),
    }
    assert {path: row.id for path, row in after.items() if path != "/docs/new"} == {
        path: row.id for path, row in before.items()
    }
    ((_, text),) = await site.house.seen_by_search(after["/docs/a"].id)
    assert "noon" in text and "dusk" not in text


async def test_the_old_version_is_found_until_the_new_one_is_ready(site: Site) -> None:
    first = await site.crawled(max_depth=0)
    await site.ingested()
    document = (await site.documents())["/docs/"]
    site.pages.put("/docs/", html("Start anew"))
    await again(site, first.id)
    waiting = await site.house.document(document.id)
    assert (waiting.status, waiting.version, waiting.name) == (DocumentStatus.QUEUED, 1, "Start")
    ((_, text),) = await site.house.seen_by_search(document.id)
    assert "keeper of Start counts" in text
    await site.ingested()
    ((_, text),) = await site.house.seen_by_search(document.id)
    assert "keeper of Start anew counts" in text
    assert (await site.house.document(document.id)).name == "Start anew"


async def test_of_a_changed_page_one_object_is_left(site: Site) -> None:
    first = await site.crawled(max_depth=0)
    await site.ingested()
    site.pages.put("/docs/", html("Start anew"))
    for wanted in (CHANGED, UNCHANGED):
        assert await again(site, first.id) == {"/docs/": wanted}
    assert await site.ingested() == 1
    row = (await site.documents())["/docs/"]
    storage = site.house.worker.storage
    prefix = f"projects/{row.project_id}/documents/{row.id}"
    keys = [listed.key async for page in storage.pages(prefix) for listed in page]
    assert keys == [row.storage_key]


async def test_a_page_that_says_it_is_the_same_is_not_sent_and_costs_nothing(
    site: Site, model_control: httpx.AsyncClient
) -> None:
    site.pages.put("/docs/", html("Start", "a"), etag='"1"')
    first = await site.crawled(max_depth=1)
    await site.ingested()
    await model_control.post("/control/reset")
    site.pages.replies["/docs/"] = replying(304, b"", {})
    site.pages.headers.clear()
    assert await again(site, first.id) == {"/docs/": UNCHANGED, "/docs/a": UNCHANGED}
    assert ['if-none-match: "1"' in head for head in site.pages.headers].count(True) == 1
    assert await site.ingested() == 0
    assert (await model_control.get("/control/stats")).json()["embeddings"]["requests"] == 0


async def test_links_of_a_page_that_was_not_sent_are_followed_all_the_same(site: Site) -> None:
    site.pages.put("/docs/", html("Start", "a"), etag='"1"')
    first = await site.crawled(max_depth=0)
    await site.house.sql("UPDATE opentrace.crawls SET max_depth = 1 WHERE id = :id", id=first.id)
    site.pages.replies["/docs/"] = replying(304, b"", {})
    assert await again(site, first.id) == {"/docs/": UNCHANGED, "/docs/a": ADDED}


async def test_a_document_that_was_deleted_meanwhile_is_added_again(site: Site) -> None:
    site.pages.put("/docs/", html("Start"), etag='"1"')
    first = await site.crawled(max_depth=0)
    await site.house.sql("DELETE FROM opentrace.documents")
    assert await again(site, first.id) == {"/docs/": ADDED}


async def test_a_crawl_that_goes_on_is_not_repeated(site: Site) -> None:
    crawl = await site.begin()
    with pytest.raises(Conflict):
        await site.again(crawl.id)


async def test_one_page_is_fetched_again_and_taken_in_only_if_it_has_changed(site: Site) -> None:
    await site.crawled(max_depth=0)
    await site.ingested()
    document = (await site.documents())["/docs/"]
    for title, status, num_taken in (("Start", UNCHANGED, 0), ("Start anew", CHANGED, 1)):
        if title != "Start":
            site.pages.put("/docs/", html(title, "a"))
        crawl = await site.refresh(document.id)
        await site.walk()
        assert await site.found(crawl.id) == {"/docs/": status}
        assert await site.ingested() == num_taken
    assert (await site.house.document(document.id)).version == 2


async def test_only_web_pages_are_fetched_again(site: Site) -> None:
    document_id = await site.house.upload(markdown(1))
    with pytest.raises(Conflict):
        await site.refresh(document_id)


async def test_a_repeat_with_the_same_key_begins_no_other_crawl(site: Site) -> None:
    first = await site.crawled()
    second = await site.again(first.id, key="k")
    # It has not ended yet, which only another call would be refused for.
    assert (await site.again(first.id, key="k")).id == second.id
    assert await site.walk()
    document = next(iter((await site.documents()).values()))
    third = await site.refresh(document.id, key="k")
    assert (await site.refresh(document.id, key="k")).id == third.id
    assert len({first.id, second.id, third.id, (await site.refresh(document.id)).id}) == 4
