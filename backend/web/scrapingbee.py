"""ScrapingBee: pages fetched by a service that renders nothing and passes the page's own answer on."""

from dataclasses import dataclass, field

import httpx

from backend.web import body
from backend.web.hop import Answer, Wanted


@dataclass(frozen=True)
class ScrapingBee:
    base_url: str
    api_key: str = field(repr=False)

    async def get(self, url: httpx.URL, wanted: Wanted) -> Answer:
        """The page's answer, after redirects that the service follows. Raises httpx.HTTPError."""
        params = {
            "api_key": self.api_key,
            "url": str(url),
            "render_js": "false",
            "transparent_status_code": "true",
        }
        headers = {"accept-encoding": "gzip"}
        async with (
            httpx.AsyncClient(trust_env=False, timeout=None) as client,
            client.stream("GET", self.base_url, params=params, headers=headers) as answer,
        ):
            is_read = answer.status_code == 200
            content = await body.read(answer, wanted.max_bytes, whole=wanted.whole) if is_read else b""
        told = answer.headers
        content_type = told.get("spb-content-type", told.get("content-type", ""))
        final_url = httpx.URL(told.get("spb-resolved-url", str(url)))
        return Answer(final_url, answer.status_code, httpx.Headers({"content-type": content_type}), content)
