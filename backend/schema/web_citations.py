"""Citations of the web as the API shows them: the page, its words, whether the quote was found."""

from datetime import date

import strawberry

from backend.schema.citations import CitationPlace, TextSpan, span_of, spans_of
from backend.schema.nodes import Node, global_id
from db import models as rows
from db.models.messages import CitationStatus


@strawberry.type(description="A claim's source on the web. It keeps the words that the search showed.")
class WebCitation(Node):
    position: int = strawberry.field(
        description="Its place in the answer, from 0, among citations of documents and of the web."
    )
    marker: int = strawberry.field(description="The number shown in the text, as in `[2]`.")
    url: str = strawberry.field(description="The page's address, http or https. Open it as any foreign page.")
    title: str = strawberry.field(description="The page's title.")
    snippet: str = strawberry.field(description="The part of the page that was read.")
    published_on: date | None = strawberry.field(description="The page's day, where the search knew it.")
    quote: str | None = strawberry.field(description="The quoted words, as the snippet has them if found.")
    span: TextSpan | None = strawberry.field(description="Where the quote stands in `snippet`, as a whole.")
    spans: list[TextSpan] = strawberry.field(
        description="Where each part of the quote stands in `snippet`: several if it has ellipses."
    )
    claim: TextSpan | None = strawberry.field(
        description="What it is the source of: characters of the message's `content`, with the markers."
    )
    found_in: CitationPlace | None = strawberry.field(
        description="Where the words really stand, if they are MISATTRIBUTED."
    )
    score: float = strawberry.field(description="How well the page fits the search, from 0 to 1.")
    status: CitationStatus = strawberry.field(description="Whether the quote was found in the snippet.")

    @classmethod
    def from_row(cls, row: rows.Citation) -> "WebCitation":
        assert row.url is not None
        return cls(
            id=global_id("WebCitation", row.id),
            position=row.position,
            marker=row.marker,
            url=row.url,
            title=row.document_name,
            snippet=row.chunk_text,
            published_on=row.published_on,
            quote=row.quote,
            span=span_of(row.char_start, row.char_end),
            spans=spans_of(row.spans),
            claim=span_of(row.claim_start, row.claim_end),
            found_in=CitationPlace.from_json(row.elsewhere),
            score=row.score,
            status=CitationStatus(row.status),
        )
