"""Pictures of documents as the API shows them: where they stand, what they show, and how to get them."""

from typing import Annotated
from uuid import UUID

import strawberry

from backend.schema.boxes import Box
from backend.schema.context import Info
from db import models as rows


@strawberry.type(description="A picture of a document, in the chunk in which it stands.")
class ChunkImage:
    content_type: str = strawberry.field(description="`image/png` or `image/jpeg`.")
    size_bytes: int = strawberry.field(description="How many bytes it has.")
    width: int = strawberry.field(description="Its width in pixels.")
    height: int = strawberry.field(description="Its height in pixels.")
    page: int | None = strawberry.field(
        description="The page on which it stands, from 1, if there are pages."
    )
    box: Box | None = strawberry.field(description="Where it stands on that page, where that is known.")
    alt: str | None = strawberry.field(description="What the document itself says of it.")
    description: str | None = strawberry.field(description="What a model says that it shows.")
    row: strawberry.Private[rows.ChunkImage]

    @strawberry.field(description="A signed address at which a browser shows it.")
    async def url(
        self,
        info: Info,
        expires: Annotated[int, strawberry.argument(description="For how many seconds, 30 to 3,600.")] = 300,
    ) -> str:
        return await info.context.loaders.image_url_of(self.row, expires)

    @classmethod
    def from_row(cls, row: rows.ChunkImage) -> "ChunkImage":
        return cls(
            content_type=row.content_type,
            size_bytes=row.size_bytes,
            width=row.width,
            height=row.height,
            page=row.page,
            box=_box(row),
            alt=row.alt or None,
            description=row.description,
            row=row,
        )


async def images_of(info: Info, chunk_id: UUID) -> list[ChunkImage]:
    """The chunk's images in order; none of a chunk that the viewer may not see, or that is gone."""
    found = await info.context.loaders.images_by_chunk.load(chunk_id)
    return [ChunkImage.from_row(row) for row in found]


def _box(row: rows.ChunkImage) -> Box | None:
    if row.page is None or row.box is None:
        return None
    x0, y0, x1, y1 = row.box
    return Box(page=row.page, x0=x0, y0=y0, x1=x1, y1=y1)
