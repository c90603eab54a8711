"""Chunks of a document as the API shows them, with the places of their lines on its pages."""

from uuid import UUID

import strawberry

from backend.schema.boxes import Box, boxes_of
from backend.schema.context import ChunkRow, Info
from backend.schema.images import ChunkImage, images_of
from backend.schema.nodes import global_id


@strawberry.type(description="A part of a document, as it is searched and read by the model.")
class DocumentChunk:
    chunk_id: strawberry.ID = strawberry.field(description="The id of the chunk, stable for its version.")
    position: int = strawberry.field(description="Its place in the document, from 0.")
    text: str = strawberry.field(description="Its text.")
    title_path: list[str] = strawberry.field(description="The titles above it, outermost first.")
    kinds: list[str] = strawberry.field(description="The kinds of elements that it is made of.")
    page_first: int | None = strawberry.field(description="The page on which it begins, from 1.")
    page_last: int | None = strawberry.field(description="The page on which it ends.")
    boxes: list[Box] = strawberry.field(description="Where its lines stand on their pages.")
    summary: str | None = strawberry.field(
        description="What a model says of it, which is embedded in place of its text; mostly none."
    )
    chunk: strawberry.Private[UUID]

    @strawberry.field(description="The pictures that stand in it, in order.")
    async def images(self, info: Info) -> list[ChunkImage]:
        return await images_of(info, self.chunk)

    @classmethod
    def from_row(cls, row: ChunkRow) -> "DocumentChunk":
        return cls(
            chunk_id=global_id("Chunk", row.chunk_id),
            position=row.position,
            text=row.text,
            title_path=list(row.title_path),
            kinds=list(row.kinds),
            page_first=row.page_first,
            page_last=row.page_last,
            # Formats without pages or positions have regions without them.
            boxes=boxes_of([region[2:] for region in row.regions if None not in region[2:]]),
            summary=row.summary,
            chunk=row.chunk_id,
        )
