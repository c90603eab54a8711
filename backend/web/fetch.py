"""Fetching one page: hop by hop, each checked by the guard, within limits of size, time and type."""

import asyncio
import ssl
from dataclasses import dataclass, field
from email.message import Message

import httpx
import structlog

from backend.errors import Invalid
from backend.web import failures, robots, urls
from backend.web.guard import Guard, is_public
from backend.web.hop import MAX_REDIRECTS, Answer, Wanted, get
from backend.web.scrapingbee import ScrapingBee

log = structlog.get_logger()

MAX_PAUSE_SECONDS = 300.0

_KINDS = {
    "text/html": "text/html",
    "application/xhtml+xml": "text/html",
    "text/plain": "text/plain",
    "text/markdown": "text/markdown",
    "text/x-markdown": "text/markdown",
    "application/pdf": "application/pdf",
}


@dataclass(frozen=True)
class Limits:
    """The most bytes of a page, unpacked, and the seconds that all of its hops may take together."""

    max_bytes: int = 20 * 1024**2
    seconds: float = 30.0


@dataclass(frozen=True)
class Stamp:
    """What a server calls the state of a page, to be asked whether it is still the same."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Page:
    """What an address led to; `content_type` is one of those that are read, `charset` as it was declared."""

    url: str
    final_url: str
    content_type: str
    charset: str | None
    body: bytes = field(repr=False)
    stamp: Stamp = Stamp()


@dataclass
class Manners:
    """What one visitor remembers of the sites it walks through: the rules of each, read once."""

    rules: dict[tuple[str, str, int], str] = field(default_factory=dict)
    pauses: dict[tuple[str, str, int], float] = field(default_factory=dict)

    def delay(self, url: str) -> float:
        """Seconds that the site of this page wants before its next request; 0 before any was made there."""
        origin = urls.origin(url)
        return max(robots.delay(self.rules.get(origin, "")), self.pauses.get(origin, 0.0))

    def pause(self, url: str, wanted: str | None) -> float | None:
        """Remember that a site has too much to do, if it says for how many seconds: five minutes at most."""
        try:
            seconds = min(max(float(wanted or ""), 0.0), MAX_PAUSE_SECONDS)
        except ValueError:
            return None
        self.pauses[urls.origin(url)] = seconds
        return seconds


class Web:
    """Fetches pages as a stranger would: no cookies, no credentials, no proxy of the environment."""

    def __init__(
        self,
        limits: Limits,
        guard: Guard,
        scrapingbee: ScrapingBee | None = None,
        ca_file: str | None = None,
    ) -> None:
        """`ca_file` holds certificates that are trusted beside the well-known ones."""
        self._limits = limits
        self._guard = guard
        self._scrapingbee = scrapingbee
        self._ca_file = ca_file
        self._context: ssl.SSLContext | None = None

    def checked(self, url: str) -> str:
        """The address without its fragment, refused at once where it can be told that it is not fetched.

        Raises Invalid with field `url`: for what is no page's address, and (WEB_PAGE_FORBIDDEN) for one that
        spells an address inside. Names are looked up when the page is fetched.
        """
        address = urls.checked(url)
        self._guard.check_literal(address.host)
        return str(address)

    async def fetch(self, url: str) -> Page:
        """The page at `url`, after at most 5 redirects.

        Raises Invalid (WEB_PAGE_FORBIDDEN, WEB_PAGE_TYPE, ROBOTS_DENIED), TooLarge (WEB_PAGE_TOO_LARGE)
        and Unavailable (WEB_PAGE_UNREACHABLE, WEB_PAGE_MISSING, WEB_PAGE_CERTIFICATE).
        """
        page = await self.visit(url, Manners())
        assert page is not None, "nothing was said that it could still be"
        return page

    async def visit(self, url: str, manners: Manners, known: Stamp | None = None) -> Page | None:
        """As `fetch`, by one who walks through the site; None: the page is still what is `known` of it."""
        try:
            async with asyncio.timeout(self._limits.seconds):
                answer = await self._answer(urls.checked(url), manners.rules, known or Stamp())
        except TimeoutError as error:
            raise failures.unreachable("The page's server takes too long.") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            log.info("page.unreachable", reason=type(error).__name__)
            if _is_about_trust(error):
                raise failures.untrusted(httpx.URL(url).host) from error
            raise failures.unreachable("The page's server does not answer.") from error
        if answer.status == 304 and known is not None:
            return None
        if answer.status in (404, 410):
            raise failures.missing(answer.status)
        if answer.status != 200:
            raise failures.unreachable(
                f"The page's server answers with status {answer.status}.",
                retry_after=manners.pause(url, answer.headers.get("retry-after")),
            )
        if not answer.body:
            raise failures.wrong_type("nothing: the page is empty")
        stamp = Stamp(answer.headers.get("etag"), answer.headers.get("last-modified"))
        return Page(url, str(answer.url), *_kind(answer), answer.body, stamp)

    async def _answer(self, url: httpx.URL, rules: dict[tuple[str, str, int], str], known: Stamp) -> Answer:
        wanted = Wanted(self._limits.max_bytes, headers=_conditions(known))
        for _ in range(MAX_REDIRECTS + 1):
            origin = urls.origin(str(url))
            if origin not in rules:
                rules[origin] = await self._robots(url)
            if not robots.allows(rules[origin], url.raw_path.decode("ascii")):
                raise failures.robots_denied(url.host)
            answer = await self._get(url, wanted)
            if answer.redirect is None:
                return answer
            url = _next(answer)
        raise failures.unreachable(f"The address leads on more than {MAX_REDIRECTS} times.")

    async def _robots(self, url: httpx.URL) -> str:
        """A file that is not there allows everything; one that cannot be read now allows nothing now."""
        url = url.copy_with(raw_path=b"/robots.txt")
        for _ in range(MAX_REDIRECTS + 1):
            answer = await self._get(url, Wanted(robots.MAX_BYTES, whole=False))
            if answer.status >= 500:
                raise failures.unreachable(f"{url.host} cannot say whether the page may be read.")
            if answer.redirect is None:
                return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
            url = _next(answer)
        return ""

    async def _get(self, url: httpx.URL, wanted: Wanted) -> Answer:
        """Through ScrapingBee if there is a key, but for hosts that only our own network knows."""
        addresses = await self._guard.addresses(url.host, urls.port_of(url))
        if self._scrapingbee is not None and all(map(is_public, addresses)):
            return await self._scrapingbee.get(url, wanted)
        if self._context is None:
            self._context = await asyncio.to_thread(_context, self._ca_file)
        return await get(url, addresses, wanted, self._context)


def _conditions(known: Stamp) -> dict[str, str]:
    said = {"if-none-match": known.etag, "if-modified-since": known.last_modified}
    return {name: value for name, value in said.items() if value is not None}


def _context(ca_file: str | None) -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _is_about_trust(error: BaseException | None) -> bool:
    """Whether a certificate was the reason, however deep it lies."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    return error is not None


def _next(answer: Answer) -> httpx.URL:
    """Where a redirect leads, by the rules for every address; one that breaks them is not followed."""
    try:
        return urls.checked(str(answer.url.join(answer.redirect or "")))
    except Invalid as error:
        raise failures.forbidden(f"The page leads on to where we do not follow: {error.message}") from error


def _kind(answer: Answer) -> tuple[str, str | None]:
    """The content type that is read, and the charset as it was declared."""
    header = Message()
    header["content-type"] = answer.headers.get("content-type", "")
    declared = str(header["content-type"]).partition(";")[0].strip().lower()
    kind = _KINDS.get(declared)
    if kind is None:
        raise failures.wrong_type(declared or "something of no known type")
    return kind, header.get_content_charset()
