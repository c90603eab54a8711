"""robots.txt decides by group and by the longest rule."""

import pytest

from backend.web import robots

FILE = """
User-agent: *
Disallow: /

User-agent: other
User-agent: Opentrace/2.0
Disallow: /private  # no
Allow: /private/open
Disallow: /*.php$
Disallow: /a%3cd
Crawl-delay: 1
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private", False),
        ("/private/x", False),
        ("/private/open/x", True),
        ("/x/y.php", False),
        ("/x/y.php?z", True),
        ("/a%3Cd", False),
        ("/robots.txt", True),
    ],
)
def test_our_own_group_is_heard(path: str, allowed: bool) -> None:
    assert robots.allows(FILE, path) is allowed


def test_without_a_group_of_ours_everybodys_counts() -> None:
    assert robots.allows("User-agent: *\nDisallow: /x", "/x") is False
    assert robots.allows("User-agent: other\nDisallow: /x", "/x") is True
    assert robots.allows("User-agent: *\nDisallow:", "/x") is True
    assert robots.allows("", "/x") is True


def test_a_pattern_of_many_stars_is_not_slow() -> None:
    assert robots.allows("User-agent: *\nDisallow: /" + "*a" * 1000 + "b$", "/" + "a" * 2000) is True
