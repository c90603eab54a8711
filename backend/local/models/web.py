"""Plays Tavily's search over a few pages of its own: what a question's words are found in, best first."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from backend.local.models import words
from backend.local.models.refusals import Refusal

_LEAST_SCORE = 0.25


class WebPage(BaseModel):
    """A page as Tavily tells of one."""

    model_config = ConfigDict(extra="forbid")

    url: str
    title: str
    content: str
    published_date: str | None = None


class WebSearchRequest(BaseModel):
    query: str = Field(min_length=1, max_length=400)
    max_results: int = Field(default=5, ge=0, le=20)


PAGES = (
    WebPage(
        url="https://lighthouses.example/lamps",
        title="Lamps of lighthouses (local stand-in for the web)",
        content="Most lighthouses changed from oil lamps to electric light between 1900 and 1960. "
        "A modern LED lamp of a lighthouse uses less than 100 watts.",
        published_date="2026-03-14",
    ),
    WebPage(
        url="https://lighthouses.example/keepers",
        title="Keepers (local stand-in for the web)",
        content="The last keepers left most lighthouses of the Atlantic coast by 1998. "
        "Today a lighthouse is watched from ashore and serviced by boat or helicopter.",
        published_date="2025-11-02",
    ),
    WebPage(
        url="https://charts.example/notices",
        title="Notices to mariners (local stand-in for the web)",
        content="A lighthouse whose lamp is out must be reported to the coast guard at once.",
    ),
)


def admit(request: Request) -> None:
    """Raises Refusal 401, in Tavily's form, for a request without a key."""
    if not request.headers.get("authorization", "").removeprefix("Bearer ").strip():
        raise Refusal("Unauthorized: missing or invalid API key.", status=401)


def search(body: WebSearchRequest, pages: Sequence[WebPage]) -> dict[str, Any]:
    """Tavily's answer: the pages that share enough words with the query, best first."""
    scored = sorted(((score(body.query, page), page) for page in pages), key=lambda each: -each[0])
    results = [
        {**page.model_dump(exclude_none=True), "score": round(points, 4), "raw_content": None}
        for points, page in scored[: body.max_results]
        if points >= _LEAST_SCORE
    ]
    said: dict[str, Any] = {"query": body.query, "answer": None, "images": [], "follow_up_questions": None}
    return {**said, "results": results, "response_time": 0.01}


def score(query: str, page: WebPage) -> float:
    """The share of the query's telling words that the page has."""
    wanted = set(words.content(query))
    found = words.matches(wanted, words.content(f"{page.title} {page.content}"))
    return len(frozenset().union(*found.values())) / len(wanted) if wanted else 0.0
