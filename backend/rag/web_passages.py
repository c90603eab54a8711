"""Pages of the web as passages: numbered, quoted and checked like those of documents."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL, uuid5

from backend.web.search import WebResult
from db.queries.search import Hit


@dataclass(frozen=True, kw_only=True)
class WebHit(Hit):
    """What was shown of a page; its ids are made of its address, and no row has them."""

    url: str
    published_on: date | None


def of(results: Iterable[WebResult]) -> list[WebHit]:
    """Results as passages, in their order; the same page with the same words is the same passage."""
    return [
        WebHit(
            chunk_id=uuid5(NAMESPACE_URL, f"{result.url}\n{result.text}"),
            document_id=uuid5(NAMESPACE_URL, result.url),
            document_name=result.title,
            position=place,
            text=result.text,
            title_path=[],
            page_first=None,
            page_last=None,
            regions=[],
            score=result.score,
            url=result.url,
            published_on=result.published_on,
        )
        for place, result in enumerate(results)
    ]
