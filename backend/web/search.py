"""Searching the web: by Tavily, and by DuckDuckGo where the operator allows it and Tavily cannot."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import httpx
import structlog

from backend.errors import Invalid, Unavailable
from backend.web import urls

log = structlog.get_logger()

FAILED = "WEB_SEARCH_FAILED"
MAX_RESULTS = 5
MAX_TITLE, MAX_TEXT = 300, 4000
SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class WebResult:
    """One page that a search found; `text` is the part of it that the engine shows, `score` from 0 to 1."""

    url: str
    title: str
    text: str
    published_on: date | None
    score: float


class Engine(Protocol):
    """A search engine; raises Unavailable when it does not find out."""

    async def search(self, query: str, num_results: int) -> list[WebResult]: ...

    async def close(self) -> None: ...


class WebSearch:
    """Asks one engine after the other until one answers."""

    def __init__(self, engines: Sequence[Engine], seconds: float = SECONDS) -> None:
        self._engines = engines
        self._seconds = seconds

    async def search(self, query: str) -> list[WebResult]:
        """At most five results with an http(s) address and some text, best first.

        Raises Unavailable (WEB_SEARCH_FAILED) when no engine answers within 20 seconds each.
        """
        for engine in self._engines:
            try:
                async with asyncio.timeout(self._seconds):
                    found = await engine.search(query, MAX_RESULTS)
            except (Unavailable, TimeoutError) as error:
                log.warning("web.unsearched", engine=type(engine).__name__, reason=str(error) or "too slow")
            else:
                return [plain for result in found if (plain := _plain(result)) is not None][:MAX_RESULTS]
        raise Unavailable("The web cannot be searched at the moment.", code=FAILED)

    async def close(self) -> None:
        for engine in self._engines:
            await engine.close()


def _plain(result: WebResult) -> WebResult | None:
    """The result within limits, or None where it has no address that a person may open, or no text."""
    try:
        url: httpx.URL = urls.checked(result.url)
    except Invalid:
        return None
    text = _words(result.text)[:MAX_TEXT]
    title = " ".join(_words(result.title).split())[:MAX_TITLE] or url.host
    score = min(1.0, max(0.0, result.score))
    return WebResult(str(url), title, text, result.published_on, score) if text.strip() else None


def _words(text: str) -> str:
    """Without what no database holds."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
