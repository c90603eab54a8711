"""Search alone: retrieval without an answer, for tuning and for integrations."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeAlias
from uuid import UUID

import strawberry

from backend.schema.boxes import Box, boxes_of
from backend.schema.context import Info, NodeKey
from backend.schema.documents import Document
from backend.schema.enums import Degradation, EmptyReason
from backend.schema.errors import QuotaExceededError, RowRefused
from backend.schema.images import ChunkImage, images_of
from backend.schema.nodes import Node, global_id
from db.models.projects import Fusion, RagStrategy


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
    @property
    def keyword_score(self) -> float | None: ...
    @property
    def fused_score(self) -> float | None: ...
    @property
    def vector_rank(self) -> int | None: ...
    @property
    def keyword_rank(self) -> int | None: ...


class Reranking(Protocol):
    """What a reranker made of a hit."""

    @property
    def rank_before(self) -> int: ...
    @property
    def score(self) -> float: ...


@strawberry.input(
    description="Which documents are searched at all; of each field that is given, one value must apply."
)
class SearchFilterInput:
    document_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these documents."
    )
    content_types: list[str] | None = strawberry.field(
        default=None, description="Only documents of these media types, like `application/pdf`."
    )
    languages: list[str] | None = strawberry.field(
        default=None, description="Only documents in these languages: ISO 639-1, like `en`."
    )
    created_from: datetime | None = strawberry.field(
        default=None, description="Only documents that were added then or later."
    )
    created_before: datetime | None = strawberry.field(
        default=None, description="Only documents that were added before."
    )


@strawberry.input(description="Settings of a search; those that are not given are the project's own.")
class SearchSettingsInput:
    similarity_threshold: float | None = strawberry.field(
        default=None, description="The least similarity, 0 to 1."
    )
    rag_strategy: RagStrategy | None = strawberry.field(default=None, description="How chunks are found.")
    fusion: Fusion | None = strawberry.field(default=None, description="How several ranked lists become one.")
    vector_weight: float | None = strawberry.field(
        default=None, description="The weight of meaning in fusion, 0 to 1."
    )
    keyword_weight: float | None = strawberry.field(
        default=None, description="The weight of words in fusion, 0 to 1."
    )
    multi_query_count: int | None = strawberry.field(
        default=None, description="How many wordings the model writes beside the query, 1 to 8."
    )
    use_reranking: bool | None = strawberry.field(
        default=None, description="Whether found chunks are ranked a second time."
    )

    def settings(self) -> dict[str, Any]:
        """The settings that this search changes, by name."""
        names = (field.name for field in fields(SearchSettingsInput))
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@strawberry.input(description="What to search, and where. Settings that are not given are the project's own.")
class SearchInput(SearchSettingsInput):
    project_id: strawberry.ID = strawberry.field(description="The project whose documents are searched.")
    query: str = strawberry.field(
        description='What to look for, in plain words. For strategies that search by words, `"a phrase"` must'
        " stand in a chunk as it is, and `lamp*` means every word that begins so."
    )
    first: int | None = strawberry.field(
        default=None, description="How many hits at most, 1 to 100; as many as an answer reads if not given."
    )
    filters: SearchFilterInput | None = strawberry.field(
        default=None, description="Which documents are searched; all of them if not given."
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
    score: float = strawberry.field(
        description="The cosine similarity to the query, or to the nearest of several wordings."
    )
    keyword_score: float | None = strawberry.field(
        description="BM25 of the query's words in the project; null if words were not searched."
    )
    fused_score: float | None = strawberry.field(
        description="What several lists were ordered by, comparable within one search only; else null."
    )
    rerank_score: float | None = strawberry.field(
        description="What the reranker gave it; null if it did not look at it."
    )
    rank: int = strawberry.field(description="Its place among the hits, from 1.")
    vector_rank: int | None = strawberry.field(
        description="Its place by meaning, from 1; null if it was not among the first hundred."
    )
    keyword_rank: int | None = strawberry.field(
        description="Its place by words, from 1; null if it was not among the first hundred."
    )
    rank_before_rerank: int | None = strawberry.field(
        description="Its place before reranking, from 1; null if the reranker did not look at it."
    )
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
    def from_hit(cls, hit: FoundChunk, rank: int, reranking: Reranking | None) -> "SearchHit":
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
            keyword_score=hit.keyword_score,
            fused_score=hit.fused_score,
            rerank_score=None if reranking is None else reranking.score,
            rank=rank,
            vector_rank=hit.vector_rank,
            keyword_rank=hit.keyword_rank,
            rank_before_rerank=None if reranking is None else reranking.rank_before,
            document_id=hit.document_id,
            chunk=hit.chunk_id,
        )


@strawberry.type(
    description="How long each step of a search took, in milliseconds; null if it was not taken."
)
class SearchTimings:
    reword: float | None = strawberry.field(description="A model wrote other wordings.")
    embed: float | None = strawberry.field(description="The wordings were embedded.")
    search: float | None = strawberry.field(description="The database searched and fused.")
    rerank: float | None = strawberry.field(description="What was found was ranked a second time.")

    @classmethod
    def from_seconds(cls, seconds: Mapping[str, float]) -> "SearchTimings":
        milliseconds = {name: round(1000 * each, 3) for name, each in seconds.items()}
        return cls(
            reword=milliseconds.get("reword"),
            embed=milliseconds.get("embed"),
            search=milliseconds.get("search"),
            rerank=milliseconds.get("rerank"),
        )


@strawberry.type(description="What a search found, and how.")
class SearchPayload:
    hits: list[SearchHit] = strawberry.field(description="The chunks, best first.")
    empty_reason: EmptyReason | None = strawberry.field(
        description="Why there are no hits; null if there are some."
    )
    strategy: RagStrategy = strawberry.field(description="How chunks were found.")
    fusion: Fusion = strawberry.field(description="How several lists became one.")
    vector_weight: float = strawberry.field(description="The weight of meaning in fusion.")
    keyword_weight: float = strawberry.field(description="The weight of words in fusion.")
    similarity_threshold: float = strawberry.field(description="The least similarity that counted.")
    reranked: bool = strawberry.field(description="Whether the hits were ranked a second time.")
    wordings: list[str] = strawberry.field(
        description="What was searched for: the query, then the wordings that a model wrote."
    )
    degradations: list[Degradation] = strawberry.field(description="Steps that failed and were done without.")
    timings: SearchTimings = strawberry.field(description="How long each step took.")


SearchResult: TypeAlias = Annotated[
    SearchPayload | RowRefused | QuotaExceededError,
    strawberry.union("SearchResult", description="What came of searching."),
]
