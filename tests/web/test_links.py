"""What pages say to programs that walk through a site, and how addresses are told to be the same."""

import pytest

from backend.web import links, robots, urls

URL = "https://example.com/docs/start"


def found(body: str) -> tuple[str, ...]:
    return links.outline(body, URL).links


def test_links_are_whole_addresses_each_once_in_their_order() -> None:
    body = """<A HREF="b">b</A> <a class=x href='/a?x=1&amp;y=2'>a</a> <a href=b#part>b again</a>
        <area href="//other.example/c"> <a name="none">no</a>"""
    assert found(body) == (
        "https://example.com/docs/b",
        "https://example.com/a?x=1&y=2",
        "https://other.example/c",
    )


def test_what_is_no_page_and_what_nobody_sees_is_left_out() -> None:
    body = """<a href="mailto:a@example.com">m</a> <a href="javascript:go()">j</a> <a href="">e</a>
        <a href="http://user:secret@example.com/">u</a> <a href="seen" rel="nofollow">n</a>
        <!-- <a href="comment">c</a> --> <script>'<a href="script">'</script> <a href="kept">k</a>
        <!-- <a href="open">o</a>"""
    assert found(body) == ("https://example.com/docs/kept",)


def test_a_base_moves_what_comes_after_it() -> None:
    assert found('<base href="/other/"><a href="b">b</a>') == ("https://example.com/other/b",)


def test_a_page_may_call_itself_and_keep_programs_off() -> None:
    called = '<link rel="canonical" href="/docs/proper?utm_source=x#top">'
    told = links.outline(called + '<meta name="robots" content="NoIndex">', URL)
    assert told.canonical == "https://example.com/docs/proper"
    assert (told.may_keep, told.may_follow) == (False, True)
    told = links.outline('<meta content="none" name="ROBOTS"><a href="a">a</a>', URL)
    assert (told.links, told.followed, told.may_keep) == (("https://example.com/docs/a",), (), False)


@pytest.mark.parametrize("piece", ["<a ", "<!--", "<a ab ", "<script", "a", "<a href='"])
def test_pages_made_to_be_slow_are_not(piece: str) -> None:
    assert links.outline("<a " + piece * (1_000_000 // len(piece)), URL).links == ()


@pytest.mark.parametrize(
    ("written", "proper"),
    [
        ("https://EXAMPLE.com:443/a#b", "https://example.com/a"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/a?utm_source=x&b=1&gclid=2", "https://example.com/a?b=1"),
        ("https://example.com/a?fbclid=1", "https://example.com/a"),
    ],
)
def test_one_page_has_one_spelling(written: str, proper: str) -> None:
    assert urls.spelled(written) == proper


@pytest.mark.parametrize(
    ("path", "prefix", "is_inside"),
    [
        ("/docs", "/docs", True),
        ("/docs/", "/docs", True),
        ("/docs/a", "/docs/", True),
        ("/docsother", "/docs", False),
        ("/", "/docs", False),
        ("/anything", "/", True),
    ],
)
def test_what_lies_under_a_path(path: str, prefix: str, is_inside: bool) -> None:
    assert urls.is_under(f"https://example.com{path}", prefix) is is_inside


def test_the_pause_that_a_site_wants_is_read_from_the_group_for_us() -> None:
    text = "User-agent: *\nCrawl-delay: 2\n\nUser-agent: opentrace\nDisallow: /x\nCrawl-delay: 7.5\n"
    assert robots.delay(text) == 7.5
    assert robots.delay("User-agent: *\nCrawl-delay: 9999") == robots.MAX_DELAY_SECONDS
    assert robots.delay("User-agent: *\nCrawl-delay: soon\n") == robots.delay("") == 0.0
