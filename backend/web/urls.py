"""What counts as the address of a web page."""

import re

import httpx

from backend.errors import Invalid

MAX_LENGTH = 2048
_TRACKING = re.compile(r"(utm_[a-z]+|gclid|fbclid|mc_cid|mc_eid)=", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
# Controls, spaces and backslashes are where parsers of addresses disagree.
_ODD = re.compile(r"[\x00-\x20\x7f-\xa0\\]")


def checked(text: str) -> httpx.URL:
    """The address without its fragment; raises Invalid with field `url`.

    http and https only, to ports 80, 443 and those from 1024 on (where web servers run, but neither mail nor
    other old services), without user, password or IPv6 zone. Where its host leads is not looked up.
    """
    text = text.strip()
    if not text or len(text) > MAX_LENGTH:
        raise _invalid(f"An address has between 1 and {MAX_LENGTH} characters.")
    if _ODD.search(text):
        raise _invalid("An address has no spaces, backslashes or control characters.")
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise _invalid("This is not an address.") from error
    if url.scheme not in _PORTS:
        raise _invalid("An address begins with https:// or http://.")
    if url.userinfo or "@" in url.netloc.decode("ascii"):
        raise _invalid("An address must not hold a user name or a password.")
    if not url.host or "%" in url.host:
        raise _invalid("The address names no host.")
    if port_of(url) not in (80, 443) and not 1024 <= port_of(url) <= 65535:
        raise _invalid(f"Pages are not fetched from port {port_of(url)}.")
    return url.copy_with(fragment=None)


def canonical(url: httpx.URL) -> httpx.URL:
    """One spelling for one page: no fragment, no parameter that only says where a visitor came from."""
    kept = [part for part in url.query.decode("ascii").split("&") if part and not _TRACKING.match(part)]
    path = url.raw_path.partition(b"?")[0] or b"/"
    query = b"?" + "&".join(kept).encode("ascii") if kept else b""
    return url.copy_with(raw_path=path + query, fragment=None)


def spelled(url: str) -> str:
    """`canonical`, from text to text."""
    return str(canonical(httpx.URL(url)))


def path(url: str) -> str:
    return httpx.URL(url).path


def origin(url: str) -> tuple[str, str, int]:
    """Whose page it is: scheme, host and port."""
    address = httpx.URL(url)
    return address.scheme, address.host, port_of(address)


def is_under(url: str, prefix: str) -> bool:
    """Whether the address' path is `prefix` or lies under it: `/docs` holds `/docs/a`, not `/docsother`."""
    path, prefix = httpx.URL(url).path, prefix.rstrip("/")
    return path == prefix or path.startswith(prefix + "/")


def folder(url: str) -> str:
    """The path under which the pages beside this one lie: `/docs` for `/docs/` and `/docs/lamps.html`."""
    return httpx.URL(url).path.rpartition("/")[0] or "/"


def port_of(url: httpx.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port


def _invalid(message: str) -> Invalid:
    return Invalid(message, field="url")
