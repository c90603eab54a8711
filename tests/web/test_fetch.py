"""Pages are fetched within limits, from whoever may be asked, hop by hop."""

import gzip
from collections.abc import Sequence

import pytest

from backend import web
from backend.errors import AppError
from backend.web import Guard, Limits, ScrapingBee, Web
from tests.fixtures.pages import Pages, bomb, endless, replying, stalling

LOOPBACK = web.networks(["127.0.0.1/32"])
HTML = b"<title>Lamps</title><p>Light.</p>"


def fetcher(*, seconds: float = 20.0, max_bytes: int = 1_000_000) -> Web:
    return Web(Limits(max_bytes, seconds), Guard(LOOPBACK))


async def refused(url: str, **limits: float) -> str:
    with pytest.raises(AppError) as raised:
        await fetcher(**limits).fetch(url)  # type: ignore[arg-type]  # whole numbers of bytes in every test
    return raised.value.code


async def test_a_page_is_fetched_after_its_redirects(pages: Pages) -> None:
    pages.put("/end", gzip.compress(HTML), "text/html; charset=ISO-8859-1", content_encoding="gzip")
    page = await fetcher().fetch(pages.lead("/", "end"))
    assert (page.final_url, page.content_type, page.charset) == (pages.url("/end"), "text/html", "iso-8859-1")
    assert page.body == HTML
    assert [path for path, _ in pages.asked] == ["/robots.txt", "/", "/end"]


async def test_no_cookie_credential_or_proxy_is_used(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    pages.replies["/"] = replying(302, b"", {"location": "/end", "set-cookie": "a=b; path=/"})
    pages.put("/end", HTML)
    await fetcher().fetch(pages.url("/"))
    assert not any("cookie" in head or "authorization" in head for head in pages.headers)


async def test_a_name_is_connected_to_by_the_address_that_was_checked(pages: Pages) -> None:
    asked = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    pages.put("/", HTML)
    url = pages.url("/", host="only-the-guard-knows.invalid")
    page = await Web(Limits(), Guard(LOOPBACK, resolve)).fetch(url)
    assert page.final_url == url
    assert {host for _, host in pages.asked} == {f"only-the-guard-knows.invalid:{pages.port}"}
    assert asked == ["only-the-guard-knows.invalid"] * 2


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.2/",
        "http://[::1]/",
        "http://0.0.0.0/",
        "http://10.0.0.1:8080/",
        "//192.168.0.1/",
        "file:///etc/passwd",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1:22/",
    ],
)
async def test_a_redirect_inside_is_not_followed(pages: Pages, location: str) -> None:
    assert await refused(pages.lead("/", location)) == "WEB_PAGE_FORBIDDEN"


async def test_a_robots_file_that_leads_inside_is_not_followed(pages: Pages) -> None:
    pages.lead("/robots.txt", "http://169.254.169.254/")
    assert await refused(pages.put("/", HTML)) == "WEB_PAGE_FORBIDDEN"


async def test_redirects_without_end_are_given_up(pages: Pages) -> None:
    assert await refused(pages.lead("/", "/")) == "WEB_PAGE_UNREACHABLE"
    assert len(pages.asked) == 1 + 6


async def test_an_endless_answer_is_cut_off(pages: Pages) -> None:
    pages.replies["/"] = endless
    assert await refused(pages.url("/")) == "WEB_PAGE_TOO_LARGE"


async def test_a_gzip_bomb_is_unpacked_no_further_than_the_limit(pages: Pages) -> None:
    url = pages.put("/", bomb(50_000_000), content_encoding="gzip")
    assert await refused(url) == "WEB_PAGE_TOO_LARGE"


async def test_a_server_that_stalls_is_given_up(pages: Pages) -> None:
    pages.replies["/"] = stalling
    assert await refused(pages.url("/"), seconds=0.5) == "WEB_PAGE_UNREACHABLE"


@pytest.mark.parametrize("content_type", ["image/png", "application/zip", "nonsense", ""])
async def test_a_page_of_another_type_is_refused(pages: Pages, content_type: str) -> None:
    assert await refused(pages.put("/", b"x", content_type)) == "WEB_PAGE_TYPE"


async def test_a_packing_that_was_not_asked_for_is_refused(pages: Pages) -> None:
    assert await refused(pages.put("/", HTML, content_encoding="br")) == "WEB_PAGE_TYPE"


async def test_a_broken_packing_is_unreachable(pages: Pages) -> None:
    url = pages.put("/", gzip.compress(HTML)[:-12], content_encoding="gzip")
    assert await refused(url) == "WEB_PAGE_UNREACHABLE"


async def test_robots_are_asked_first(pages: Pages) -> None:
    pages.put("/robots.txt", b"User-agent: *\nDisallow: /secret", "text/plain")
    assert await refused(pages.put("/secret", HTML)) == "ROBOTS_DENIED"
    assert [path for path, _ in pages.asked] == ["/robots.txt"]
    assert (await fetcher().fetch(pages.put("/open", HTML))).body == HTML


async def test_a_robots_file_that_cannot_be_read_now_allows_nothing_now(pages: Pages) -> None:
    pages.replies["/robots.txt"] = replying(503, b"", {})
    assert await refused(pages.put("/", HTML)) == "WEB_PAGE_UNREACHABLE"


@pytest.mark.parametrize("status", [404, 403, 500])
async def test_an_error_page_is_no_page(pages: Pages, status: int) -> None:
    pages.replies["/"] = replying(status, HTML, {"content-type": "text/html"})
    code = "WEB_PAGE_MISSING" if status == 404 else "WEB_PAGE_UNREACHABLE"
    assert await refused(pages.url("/")) == code


async def test_nobody_at_home_is_unreachable() -> None:
    assert await refused("http://127.0.0.1:1024/") == "WEB_PAGE_UNREACHABLE"


async def test_with_a_key_public_pages_are_fetched_by_the_service(pages: Pages) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34" if host == "example.com" else "127.0.0.1"]

    bee = ScrapingBee(pages.url("/api/v1"), "secret")
    query = "api_key=secret&url={}&render_js=false&transparent_status_code=true"
    told = "https%3A%2F%2Fexample.com%2Flamps"
    pages.put(f"/api/v1?{query.format(told)}", HTML, "text/html", spb_resolved_url="https://example.com/l")
    door = Web(Limits(), Guard(LOOPBACK, resolve), bee)
    page = await door.fetch("https://example.com/lamps")
    assert (page.final_url, page.body) == ("https://example.com/l", HTML)
    pages.put("/inside", HTML)
    pages.asked.clear()
    await door.fetch(pages.url("/inside"))
    assert [path for path, _ in pages.asked] == ["/robots.txt", "/inside"]
