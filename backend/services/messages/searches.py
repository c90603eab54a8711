"""The searches of one answer as they happen, kept with it when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backend.agents import graph
from backend.rag.web_passages import WebHit
from db.models import AgentType, Message, RetrievalRun, RetrievalSettings
from db.models.base import utc_now
from db.queries.search import Hit

_NO_SETTINGS = {"project_id", "updated_at"}


@dataclass(frozen=True, slots=True)
class _Search:
    tool: str
    wordings: Sequence[str]
    settings: RetrievalSettings | None
    hits: Sequence[Hit]
    at: datetime = field(default_factory=utc_now)


@dataclass(slots=True)
class Searches:
    """Outlives the graph, as passages do: a stopped answer keeps them too."""

    _made: list[_Search] = field(default_factory=list)

    def add(
        self,
        tool: str,
        wordings: Sequence[str],
        hits: Sequence[Hit],
        settings: RetrievalSettings | None = None,
    ) -> None:
        """`wordings` begins with the query itself."""
        self._made.append(_Search(tool, wordings, settings, hits))

    def rows(self, answer: Message, *, agent: AgentType, model: str) -> list[RetrievalRun]:
        """As they are stored, in their order."""
        prompts = [str(text) for text in graph.prompts_of(agent)]
        return [
            RetrievalRun(
                message_id=answer.id,
                position=position,
                tool=search.tool,
                query=search.wordings[0],
                wordings=list(search.wordings),
                settings=_told(search.settings),
                candidates=[_candidate(hit) for hit in search.hits],
                model=model,
                prompts=prompts,
                created_at=search.at,
            )
            for position, search in enumerate(self._made)
        ]


def _told(settings: RetrievalSettings | None) -> dict[str, Any]:
    return {} if settings is None else settings.model_dump(mode="json", exclude=_NO_SETTINGS)


def _candidate(hit: Hit) -> dict[str, Any]:
    return {
        "chunk_id": str(hit.chunk_id),
        "document_id": str(hit.document_id),
        "url": hit.url if isinstance(hit, WebHit) else None,
        "score": hit.score,
        "keyword_score": hit.keyword_score,
        "fused_score": hit.fused_score,
        "vector_rank": hit.vector_rank,
        "keyword_rank": hit.keyword_rank,
    }
