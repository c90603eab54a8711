"""Search alone: retrieval without an answer, for tuning and for integrations."""

from collections.abc import Sequence
from typing import Annotated, Any, Protocol, TypeAlias
from uuid import UUID

import strawberry

from backend.schema.boxes import Box, boxes_of
from backend.schema.context import Info, NodeKey
from backend.schema.documents import Document
from backend.schema.errors import RowRefused
from backend.schema.images import ChunkImage, images_of
from backend.schema.nodes import Node, global_id


class FoundChunk(Protocol):
    """A hit as the search of the database returns it."""

    @property
    def chunk_id(self) -> UUID: ...
    @property
    def document_id(self) -> UUID: ...
    @property
    def document_name(self) -> str: ...
    @property
    def position(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def title_path(self) -> Sequence[str]: ...
    @property
    def page_first(self) -> int | None: ...
    @property
    def page_last(self) -> int | None: ...
    @property
    def regions(self) -> Sequence[Any]: ...
    @property
    def score(self) -> float: ...


@strawberry.input(description="What to search, and where.")
class SearchInput:
    project_id: strawberry.ID = strawberry.field(description="The project whose documents are searched.")
    query: str = strawberry.field(description="What to look for, in plain words.")
    first: int | None = strawberry.field(
        default=None, description="How many hits at most, 1 to 100; the project's `numChunks` if not given."
    )
    similarity_threshold: float | None = strawberry.field(
        default=None, description="The least similarity, 0 to 1; the project's own if not given."
    )


@strawberry.type(description="A chunk that was found.")
class SearchHit:
    chunk_id: strawberry.ID = strawberry.field(description="The id of the chunk, stable for its version.")
    document_name: str = strawberry.field(description="The name of the chunk's document.")
    position: int = strawberry.field(description="The chunk's place in its document, from 0.")
    text: str = strawberry.field(description="The chunk's text.")
    title_path: list[str] = strawberry.field(description="The titles above the chunk, outermost first.")
    page_first: int | None = strawberry.field(description="The page on which it begins, from 1.")
    page_last: int | None = strawberry.field(description="The page on which it ends.")
    boxes: list[Box] = strawberry.field(description="Where its lines stand on their pages.")
    score: float = strawberry.field(description="The cosine similarity to the query.")
    document_id: strawberry.Private[UUID]
    chunk: strawberry.Private[UUID]

    @strawberry.field(description="The pictures that stand in the chunk, in order.")
    async def images(self, info: Info) -> list[ChunkImage]:
        return await images_of(info, self.chunk)

    @strawberry.field(description="The chunk's document, unless it was deleted a moment ago.")
    async def document(self, info: Info) -> Document | None:
        node: Node | None = await info.context.loaders.nodes.load(NodeKey("Document", self.document_id))
        return node if isinstance(node, Document) else None

    @classmethod
    def from_hit(cls, hit: FoundChunk) -> "SearchHit":
        return cls(
            chunk_id=global_id("Chunk", hit.chunk_id),
            document_name=hit.document_name,
            position=hit.position,
            text=hit.text,
            title_path=list(hit.title_path),
            page_first=hit.page_first,
            page_last=hit.page_last,
            # Formats without pages or positions have regions without them.
            boxes=boxes_of([region[2:] for region in hit.regions if None not in region[2:]]),
            score=hit.score,
            document_id=hit.document_id,
            chunk=hit.chunk_id,
        )


@strawberry.type(description="What a search found.")
class SearchPayload:
    hits: list[SearchHit] = strawberry.field(description="The chunks, best first.")


SearchResult: TypeAlias = Annotated[
    SearchPayload | RowRefused, strawberry.union("SearchResult", description="What came of searching.")
]
