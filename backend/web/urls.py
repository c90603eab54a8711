"""What counts as the address of a web page."""

import re

import httpx

from backend.errors import Invalid

MAX_LENGTH = 2048
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


def port_of(url: httpx.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port


def _invalid(message: str) -> Invalid:
    return Invalid(message, field="url")
