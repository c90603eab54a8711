"""How an answer was searched for, as the API shows it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from backend.schema.nodes import global_id
from db import models as rows
from db.models.projects import RagStrategy


@strawberry.type(description="Something that a search found.")
class RetrievalCandidate:
    chunk_id: strawberry.ID | None = strawberry.field(description="The chunk; none for a page of the web.")
    document_id: strawberry.ID | None = strawberry.field(
        description="The chunk's document, which may be gone since."
    )
    url: str | None = strawberry.field(description="The page's address; none for a chunk.")
    score: float = strawberry.field(description="How well it fits, from 0 to 1.")
    keyword_score: float | None = strawberry.field(description="BM25, where words were searched.")
    fused_score: float | None = strawberry.field(description="What orders fused lists.")

    @classmethod
    def of(cls, found: dict[str, Any]) -> "RetrievalCandidate":
        is_page = found["url"] is not None
        return cls(
            chunk_id=None if is_page else global_id("Chunk", UUID(found["chunk_id"])),
            document_id=None if is_page else global_id("Document", UUID(found["document_id"])),
            url=found["url"],
            score=found["score"],
            keyword_score=found["keyword_score"],
            fused_score=found["fused_score"],
        )


@strawberry.type(description="One search of an answer: enough to make it again with other settings.")
class RetrievalRun:
    tool: str = strawberry.field(description="The tool that searched.")
    query: str = strawberry.field(description="What was searched for.")
    wordings: list[str] = strawberry.field(
        description="The query, and the other wordings that were searched for with it."
    )
    strategy: RagStrategy | None = strawberry.field(
        description="How the project found chunks then; none for the web."
    )
    model: str = strawberry.field(description="The chat model that asked.")
    prompts: list[str] = strawberry.field(
        description="The answer's prompts with their versions, as in `rag@1`."
    )
    candidates: list[RetrievalCandidate] = strawberry.field(description="What was found, best first.")
    created_at: datetime = strawberry.field(description="When.")

    @classmethod
    def from_row(cls, row: rows.RetrievalRun) -> "RetrievalRun":
        strategy = row.settings.get("rag_strategy")
        return cls(
            tool=row.tool,
            query=row.query,
            wordings=list(row.wordings),
            strategy=None if strategy is None else RagStrategy(strategy),
            model=row.model,
            prompts=list(row.prompts),
            candidates=[RetrievalCandidate.of(found) for found in row.candidates],
            created_at=row.created_at,
        )
