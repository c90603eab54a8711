"""Web pages: queued at once, fetched by the worker, stored, and then taken in like any file."""

import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from backend.errors import Invalid, NotFound
from backend.services.documents import control, web_page
from db.models import Document, DocumentSource, DocumentStatus
from tests.fixtures.house import UPLOADS, House, person
from tests.fixtures.pages import Pages, replying

TEXT = "The lamp of the tower is lit at dusk by its keeper, every day of the year. " * 8
HTML = f"<title>Lamps &amp;\n towers</title><h1>Lamps</h1><p>{TEXT}</p>".encode()


async def add(house: House, url: str) -> Document:
    api = house.api
    async with api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        return await web_page.add(
            session,
            viewer=house.viewer,
            project_id=house.project_id,
            url=url,
            web=house.api.web,
            limits=UPLOADS,
        )


async def retried(house: House, document_id: UUID) -> Document:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        await control.retry(session, viewer=house.viewer, document_id=document_id)
    assert await house.ingest()
    return await house.document(document_id)


async def test_a_page_is_fetched_stored_and_found_by_search(
    house: House, pages: Pages, tmp_path: Path
) -> None:
    url = pages.put("/lamps/", HTML)
    row = await add(house, url + "#top")
    assert (row.status, row.attempt, row.source, row.source_url) == (
        DocumentStatus.QUEUED,
        1,
        DocumentSource.WEB_PAGE,
        url,
    )
    assert (row.name, row.size_bytes, pages.asked) == ("127.0.0.1/lamps", 0, [])
    assert await house.ingest()
    row = await house.document(row.id)
    assert (row.status, row.failure_message) == (DocumentStatus.COMPLETED, None)
    assert (row.name, row.content_type, row.size_bytes) == ("Lamps & towers", "text/html", len(HTML))
    stored = await house.worker.storage.download(row.storage_key, tmp_path / "page")
    assert stored == row.sha256 == hashlib.sha256(HTML).hexdigest()
    assert "lit at dusk" in (await house.seen_by_search(row.id))[0][1]


async def test_a_later_attempt_reads_the_stored_page(house: House, pages: Pages) -> None:
    row = await add(house, pages.put("/", b"<title>Nothing</title>"))
    await house.ingest()
    first = await house.document(row.id)
    assert (first.status, first.failure_code) == (DocumentStatus.FAILED, "EMPTY")
    num_asked = len(pages.asked)
    assert (await retried(house, row.id)).failure_code == "EMPTY"
    assert len(pages.asked) == num_asked


async def test_a_page_that_was_away_can_be_retried(house: House, pages: Pages) -> None:
    pages.replies["/"] = replying(503, b"", {})
    row = await add(house, pages.url("/"))
    await house.ingest()
    failed = await house.document(row.id)
    assert failed.failure_code == "WEB_PAGE_UNREACHABLE"
    assert (await house.history(row.id))[-1].data["retryable"] is True
    pages.put("/", HTML)
    assert (await retried(house, row.id)).status is DocumentStatus.COMPLETED


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/",
        "http://2852039166/",
        "http://0x7f000002/",
        "http://10.1/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fe80::1]/",
    ],
)
async def test_an_address_inside_is_refused_at_once(house: House, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        await add(house, url)
    assert (refused.value.code, refused.value.field) == ("WEB_PAGE_FORBIDDEN", "url")
    assert await house.ingest() is False


async def test_a_name_that_leads_inside_fails_for_good(house: House, pages: Pages) -> None:
    row = await add(house, pages.lead("/", "http://127.0.0.2/"))
    await house.ingest()
    assert (await house.document(row.id)).failure_code == "WEB_PAGE_FORBIDDEN"
    assert (await house.history(row.id))[-1].data["retryable"] is False


async def test_a_charset_that_only_the_server_told_is_kept(house: House, pages: Pages) -> None:
    content = f"<title>灯台</title><p>{'灯台の灯りは夕暮れにともされる。' * 20}</p>".encode("shift_jis")
    row = await add(house, pages.put("/", content, "text/html; charset=Shift_JIS"))
    await house.ingest()
    assert (await house.document(row.id)).name == "灯台"
    assert "夕暮れ" in (await house.seen_by_search(row.id))[0][1]


async def test_what_is_no_address_or_nobodys_project_makes_no_document(house: House) -> None:
    with pytest.raises(Invalid) as raised:
        await add(house, "ftp://example.com/")
    assert raised.value.field == "url"
    house.viewer = await person(house.worker)
    with pytest.raises(NotFound):
        await add(house, "https://example.com/")
