"""Tavily: web search through its own client."""

from datetime import date, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from tavily import AsyncTavilyClient

from backend.errors import Unavailable
from backend.web.search import FAILED, SECONDS, WebResult

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Tavily:
    def __init__(self, base_url: str, api_key: str) -> None:
        # A proxy of the environment cannot reach our own loopback.
        is_near = urlsplit(base_url).hostname in _LOOPBACK
        self._http = httpx.AsyncClient(base_url=base_url, trust_env=not is_near)
        self._client = AsyncTavilyClient(api_key=api_key, client=self._http)

    async def search(self, query: str, num_results: int) -> list[WebResult]:
        """Raises Unavailable for whatever keeps it from answering: keys, limits, servers, shapes."""
        try:
            # Of many words, it takes the first 400 characters.
            answer = await self._client.search(query[:400], max_results=num_results, timeout=SECONDS)
            return [_result(each) for each in answer["results"]]
        except Exception as error:
            # The client raises plain exceptions of its own, httpx's, and what strange shapes lead to.
            raise Unavailable(f"Tavily does not answer: {type(error).__name__}.", code=FAILED) from error

    async def close(self) -> None:
        await self._http.aclose()


def _result(found: dict[str, Any]) -> WebResult:
    return WebResult(
        url=str(found["url"]),
        title=str(found.get("title") or ""),
        text=str(found.get("content") or ""),
        published_on=_day(found.get("published_date")),
        score=float(found.get("score") or 0.0),
    )


def _day(text: Any) -> date | None:
    """The day of an ISO date or of a mail's; None for anything else."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(str(text)).date()
        except ValueError:
            continue
    return None
