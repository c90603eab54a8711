"""Checked citations as the rows that are stored and sent."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.rag.cite import Cited, Elsewhere
from backend.rag.locate import Located
from backend.rag.web_passages import WebHit
from db.models import Citation
from db.queries.search import Hit


def rows(message_id: UUID, citations: Sequence[Cited]) -> list[Citation]:
    """One row for each citation, in their order; a row keeps the words, so it outlives the document."""
    return [_row(message_id, position, each) for position, each in enumerate(citations)]


def _row(message_id: UUID, position: int, cited: Cited) -> Citation:
    hit, located = cited.hit, cited.located
    return Citation(
        message_id=message_id,
        position=position,
        marker=cited.marker,
        document_id=hit.document_id,
        document_name=hit.document_name,
        url=hit.url if isinstance(hit, WebHit) else None,
        published_on=hit.published_on if isinstance(hit, WebHit) else None,
        chunk_id=hit.chunk_id,
        chunk_text=hit.text,
        page=located.page,
        boxes=[list(box) for box in located.boxes],
        quote=_words(hit, located) or cited.quote,
        char_start=located.start,
        char_end=located.end,
        spans=[list(span) for span in located.spans],
        claim_start=cited.claim[0],
        claim_end=cited.claim[1],
        claimed_page=cited.pages.start if cited.pages else None,
        elsewhere=_place(cited.elsewhere) if cited.elsewhere else None,
        score=hit.score,
        status=located.status,
    )


def _place(elsewhere: Elsewhere) -> dict[str, Any]:
    hit, located = elsewhere.hit, elsewhere.located
    return {
        "marker": elsewhere.marker,
        "document_id": str(hit.document_id),
        "document_name": hit.document_name,
        "url": hit.url if isinstance(hit, WebHit) else None,
        "chunk_id": str(hit.chunk_id),
        "page": located.page,
        "boxes": [list(box) for box in located.boxes],
        "spans": [list(span) for span in located.spans],
        "quote": _words(hit, located),
    }


def _words(hit: Hit, located: Located) -> str | None:
    """The words as the passage has them, its own gaps shown."""
    return " … ".join(hit.text[start:end] for start, end in located.spans) or None
