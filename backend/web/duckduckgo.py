"""DuckDuckGo, without a key: questions leave for a service abroad, so the operator has to allow it."""

import asyncio

from backend.errors import Unavailable
from backend.web.search import FAILED, WebResult

_SECONDS = 10


class DuckDuckGo:
    async def search(self, query: str, num_results: int) -> list[WebResult]:
        """Raises Unavailable when it does not answer, or takes us for a machine."""
        try:
            return await asyncio.to_thread(_search, query, num_results)
        except Exception as error:
            raise Unavailable(f"DuckDuckGo does not answer: {type(error).__name__}.", code=FAILED) from error

    async def close(self) -> None:
        """It keeps nothing open."""


def _search(query: str, num_results: int) -> list[WebResult]:
    # Loaded where it is used: most installations never do.
    from ddgs import DDGS

    found = DDGS(timeout=_SECONDS).text(query[:400], backend="duckduckgo", max_results=num_results)
    return [
        # It tells no scores, so that of a place is what counts.
        WebResult(str(each["href"]), str(each["title"]), str(each["body"]), None, 1 / (place + 1))
        for place, each in enumerate(found)
    ]
