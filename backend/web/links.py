"""What a page says to programs that walk from page to page: its links, its proper address, what is allowed.

Pages are written by strangers and are read in this process, so tags are found by patterns that take linear
time, in the first megabytes only.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from backend.errors import Invalid
from backend.web import urls

MAX_CHARACTERS = 2_000_000
MAX_LINKS = 2_000
_HIDDEN = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
_TAG = re.compile(r"<(a|area|base|link|meta)\s([^<>]{1,1000})", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-z-]{2,10})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


@dataclass(frozen=True)
class Outline:
    """`links` are whole addresses, each once, in the page's order; `canonical` is what it calls itself."""

    links: tuple[str, ...] = ()
    canonical: str | None = None
    may_follow: bool = True
    may_keep: bool = True

    @property
    def followed(self) -> tuple[str, ...]:
        """The links that the page lets programs follow."""
        return self.links if self.may_follow else ()


def outline(source: str, url: str) -> Outline:
    """What the HTML page at `url` says. Links that are no address of a page are left out."""
    base = httpx.URL(url)
    links: dict[str, None] = {}
    canonical, robots = None, ""
    for tag, attributes in _tags(source[:MAX_CHARACTERS]):
        href, rel = attributes.get("href", ""), attributes.get("rel", "").lower().split()
        if tag == "base":
            base = _joined(base, href) or base
        elif tag == "meta" and attributes.get("name", "").lower() in ("robots", "opentrace"):
            robots += attributes.get("content", "").lower()
        elif tag == "link" and "canonical" in rel:
            canonical = _joined(base, href)
        elif tag in ("a", "area") and "nofollow" not in rel and len(links) < MAX_LINKS:
            found = _joined(base, href)
            if found is not None:
                links.setdefault(str(found))
    return Outline(
        tuple(links),
        None if canonical is None else str(canonical),
        may_follow="nofollow" not in robots and "none" not in robots,
        may_keep="noindex" not in robots and "none" not in robots,
    )


def _tags(source: str) -> Iterator[tuple[str, dict[str, str]]]:
    for begin, end in _HIDDEN:
        source = _without(source, begin, end)
    for match in _TAG.finditer(source):
        found = _ATTRIBUTE.findall(match[2])
        yield match[1].lower(), {name.lower(): html.unescape(a or b or c).strip() for name, a, b, c in found}


def _without(source: str, begin: str, end: str) -> str:
    """The text outside of what lies between the marks; an open end hides the rest."""
    lower, kept, place = source.lower(), [], 0
    while (start := lower.find(begin, place)) >= 0:
        kept.append(source[place:start])
        stop = lower.find(end, start + len(begin))
        if stop < 0:
            return "".join(kept)
        place = stop + len(end)
    return "".join([*kept, source[place:]])


def _joined(base: httpx.URL, href: str) -> httpx.URL | None:
    try:
        return urls.canonical(urls.checked(str(base.join(href)))) if href else None
    except (Invalid, httpx.InvalidURL, ValueError):
        return None
