"""One request and its answer, over a connection to an address that the guard has let through."""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from backend.web import body, urls
from backend.web.guard import Address

MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {
    "user-agent": "Mozilla/5.0 (compatible; Opentrace/1.0)",
    "accept": "text/html, application/xhtml+xml, text/markdown, text/plain, application/pdf;q=0.9, */*;q=0.1",
    "accept-encoding": "gzip",
}


@dataclass(frozen=True)
class Answer:
    """What came of one request; `redirect` is where it leads on to, as the server wrote it."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes = field(repr=False)

    @property
    def redirect(self) -> str | None:
        return self.headers.get("location") if self.status in _REDIRECTS else None


@dataclass(frozen=True)
class Wanted:
    """How much of a body is read; `whole`: more is an error and not cut off."""

    max_bytes: int
    whole: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    """Said beside the usual ones."""


async def get(
    url: httpx.URL, addresses: Sequence[Address], wanted: Wanted, context: ssl.SSLContext
) -> Answer:
    """Ask one of the addresses for the page: the name is only said, in Host and TLS, and never looked up.

    Each hop has a client of its own, so that no cookie and no connection is carried over. Raises
    httpx.HTTPError when no address answers.
    """
    async with httpx.AsyncClient(verify=context, trust_env=False, follow_redirects=False) as client:
        for address in addresses[:-1]:
            try:
                return await _get(client, url, address, wanted)
            except httpx.ConnectError:
                continue
        return await _get(client, url, addresses[-1], wanted)


async def _get(client: httpx.AsyncClient, url: httpx.URL, address: Address, wanted: Wanted) -> Answer:
    request = client.build_request(
        "GET",
        url.copy_with(host=str(address), port=urls.port_of(url)),
        headers=_HEADERS | dict(wanted.headers) | {"host": url.netloc.decode("ascii")},
        extensions={
            "sni_hostname": url.raw_host.decode("ascii"),
            "timeout": httpx.Timeout(10).as_dict(),
        },
    )
    answer = await client.send(request, stream=True)
    try:
        is_read = answer.status_code == 200
        content = await body.read(answer, wanted.max_bytes, whole=wanted.whole) if is_read else b""
    finally:
        await answer.aclose()
    return Answer(url, answer.status_code, answer.headers, content)
