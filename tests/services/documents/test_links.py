"""Signed addresses of files: what browsers may show, what they save, and for whom there is none."""

import pytest

from backend.services.documents import links, web_page
from tests.fixtures.house import UPLOADS, House, described

PDF = "application/pdf"


@pytest.mark.parametrize(
    ("name", "content_type", "told", "way"),
    [
        ("a.pdf", PDF, PDF, "inline"),
        ("a.png", "image/png", "image/png", "inline"),
        ("a.md", "text/markdown", "text/plain; charset=utf-8", "inline"),
        ("a.csv", "text/csv", "text/plain; charset=utf-8", "inline"),
        ("a.html", "text/html", "application/octet-stream", "attachment"),
        ("a.epub", "application/epub+zip", "application/octet-stream", "attachment"),
    ],
)
async def test_only_what_runs_no_script_is_shown(
    house: House, name: str, content_type: str, told: str, way: str
) -> None:
    content = b"<script>alert(1)</script>"
    document_id = await house.upload(content, name=name, content_type=content_type)
    row = await house.document(document_id)
    url = await links.of_file(house.api.storage, row, expires_seconds=60)
    assert url is not None
    reply = await house.http.get(url)
    assert (reply.status_code, reply.content) == (200, content)
    assert reply.headers["content-type"] == told
    assert reply.headers["content-disposition"] == f"{way}; filename*=UTF-8''{name}"


async def test_a_file_that_has_not_arrived_has_no_address(house: House) -> None:
    ticket = (await house.request(described(b"Hello.")))[0]
    assert await links.of_file(house.api.storage, ticket.document, expires_seconds=60) is None


async def test_a_page_that_is_not_fetched_yet_has_no_address(house: House) -> None:
    async with house.api.transactions.unit_of_work(viewer=house.viewer.user_id) as session:
        page = await web_page.add(
            session,
            viewer=house.viewer,
            project_id=house.project_id,
            url="https://example.com/",
            limits=UPLOADS,
            web=house.api.web,
        )
    assert await links.of_file(house.api.storage, page, expires_seconds=60) is None
