"""Citations as the API shows them: the words, where they stand, and whether that was checked."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import strawberry

from backend.schema.boxes import Box, boxes_of
from backend.schema.context import Info, NodeKey
from backend.schema.documents import Document
from backend.schema.images import ChunkImage, images_of
from backend.schema.nodes import Node, global_id
from db import models as rows
from db.models.messages import CitationStatus


@strawberry.type(description="Some characters of a text.")
class TextSpan:
    start: int = strawberry.field(description="The first character, from 0.")
    end: int = strawberry.field(description="The character after the last.")


@strawberry.type(description="Where misattributed words really stand.")
class CitationPlace:
    marker: int = strawberry.field(description="The number that the answer should have shown.")
    document_name: str = strawberry.field(description="The document's name, or the title of the web's page.")
    url: str | None = strawberry.field(description="The address, if it is a page of the web.")
    page: int | None = strawberry.field(description="The page of the words, from 1, where there are pages.")
    boxes: list[Box] = strawberry.field(description="Where the words stand on their pages.")
    chunk_id: strawberry.ID | None = strawberry.field(
        description="The id of the chunk that holds them, if it is a document's."
    )
    quote: str | None = strawberry.field(description="The words, as that chunk has them.")
    spans: list[TextSpan] = strawberry.field(description="Where they stand in that chunk's text.")

    @classmethod
    def from_json(cls, place: Mapping[str, Any] | None) -> "CitationPlace | None":
        if place is None:
            return None
        return cls(
            marker=place["marker"],
            document_name=place["document_name"],
            url=place["url"],
            page=place["page"],
            boxes=boxes_of(place["boxes"]),
            chunk_id=None if place["url"] else global_id("Chunk", UUID(place["chunk_id"])),
            quote=place["quote"],
            spans=spans_of(place["spans"]),
        )


@strawberry.type(description="A claim's source. It keeps the words it showed, so it outlives the document.")
class Citation(Node):
    position: int = strawberry.field(description="Its place in the answer, from 0.")
    marker: int = strawberry.field(description="The number shown in the text, as in `[2]`.")
    document_name: str = strawberry.field(description="The document's name when it was cited.")
    page: int | None = strawberry.field(description="The page of the quote, from 1, where there are pages.")
    boxes: list[Box] = strawberry.field(description="Where the quoted words stand on their pages.")
    chunk_id: strawberry.ID = strawberry.field(description="The id of the chunk, stable for its version.")
    chunk_text: str = strawberry.field(description="The whole chunk.")
    quote: str | None = strawberry.field(description="The quoted words, as the source has them if found.")
    span: TextSpan | None = strawberry.field(description="Where the quote stands in `chunkText`, as a whole.")
    spans: list[TextSpan] = strawberry.field(
        description="Where each part of the quote stands in `chunkText`: several if it has ellipses."
    )
    claim: TextSpan | None = strawberry.field(
        description="What it is the source of: characters of the message's `content`, with the markers."
    )
    claimed_page: int | None = strawberry.field(description="The page that the answer names, if it does.")
    found_in: CitationPlace | None = strawberry.field(
        description="Where the words really stand, if they are MISATTRIBUTED."
    )
    score: float = strawberry.field(description="How well the chunk fits the question, from 0 to 1.")
    status: CitationStatus = strawberry.field(description="Whether the quote was found in the source.")
    document_id: strawberry.Private[UUID]
    chunk: strawberry.Private[UUID]

    @strawberry.field(description="The pictures of the cited chunk, while its version is the one searched.")
    async def images(self, info: Info) -> list[ChunkImage]:
        return await images_of(info, self.chunk)

    @strawberry.field(description="The document, unless it was deleted since.")
    async def document(self, info: Info) -> Document | None:
        node: Node | None = await info.context.loaders.nodes.load(NodeKey("Document", self.document_id))
        return node if isinstance(node, Document) else None

    @classmethod
    def from_row(cls, row: rows.Citation) -> "Citation":
        return cls(
            id=global_id("Citation", row.id),
            position=row.position,
            marker=row.marker,
            document_name=row.document_name,
            page=row.page,
            boxes=boxes_of(row.boxes),
            chunk_id=global_id("Chunk", row.chunk_id),
            chunk_text=row.chunk_text,
            quote=row.quote,
            span=span_of(row.char_start, row.char_end),
            spans=spans_of(row.spans),
            claim=span_of(row.claim_start, row.claim_end),
            claimed_page=row.claimed_page,
            found_in=CitationPlace.from_json(row.elsewhere),
            score=row.score,
            status=CitationStatus(row.status),
            document_id=row.document_id,
            chunk=row.chunk_id,
        )


def spans_of(spans: Sequence[Sequence[int]]) -> list[TextSpan]:
    """`[start, end]` lists as spans."""
    return [TextSpan(start=start, end=end) for start, end in spans]


def span_of(start: int | None, end: int | None) -> TextSpan | None:
    return None if start is None or end is None else TextSpan(start=start, end=end)
