"""How one search is done: the project's settings, with what this search asks otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from backend.errors import Invalid
from db.models import Fusion, RagStrategy, RetrievalSettings
from db.queries.search import EVERYTHING, Arms, Filters

MAX_HITS = 100
RERANK_LEAST = 20
"""Passages that a reranker reads at least, however few are left in the end."""
RERANK_MOST = 50
SPARE = 5
"""Passages that stand by for those that are left out as repetitions."""

_BY_WORDS = (RagStrategy.HYBRID, RagStrategy.MULTI_QUERY_HYBRID)
_SEVERAL = (RagStrategy.MULTI_QUERY_VECTOR, RagStrategy.MULTI_QUERY_HYBRID)


class Degradation(StrEnum):
    """A step that failed, so that the search was done without it."""

    REWORDING_FAILED = "REWORDING_FAILED"
    RERANKING_FAILED = "RERANKING_FAILED"


class EmptyReason(StrEnum):
    """Why nothing was found."""

    EMPTY_PROJECT = "EMPTY_PROJECT"
    ALL_FILTERED_OUT = "ALL_FILTERED_OUT"
    NOTHING_ABOVE_THRESHOLD = "NOTHING_ABOVE_THRESHOLD"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is searched and how many passages are left: `num_chunks` after fusion, `limit` in the end."""

    strategy: RagStrategy
    fusion: Fusion
    vector_weight: float
    keyword_weight: float
    num_wordings: int
    """That the model writes beside the question."""
    threshold: float
    num_chunks: int
    use_reranking: bool
    limit: int
    without_repeats: bool = False
    """Whether passages that repeat a better one are left out, and others take their places."""
    filters: Filters = EVERYTHING

    @property
    def num_candidates(self) -> int:
        """How many the database gives."""
        return max(self.num_chunks, self.limit + SPARE) if self.without_repeats else self.num_chunks

    @property
    def arms(self) -> Arms:
        return Arms(
            by_words=self.strategy in _BY_WORDS,
            fusion=self.fusion,
            vector_weight=self.vector_weight,
            keyword_weight=self.keyword_weight,
        )

    @property
    def is_reworded(self) -> bool:
        return self.strategy in _SEVERAL


def plan_of(settings: RetrievalSettings) -> Plan:
    """The project's own plan: without a reranker the smaller of `num_chunks` and `final_context_size`."""
    reranks, final = settings.use_reranking, settings.final_context_size
    return Plan(
        strategy=settings.rag_strategy,
        fusion=settings.fusion,
        vector_weight=settings.vector_weight,
        keyword_weight=settings.keyword_weight,
        num_wordings=settings.multi_query_count,
        threshold=settings.similarity_threshold,
        num_chunks=max(settings.num_chunks, RERANK_LEAST) if reranks else settings.num_chunks,
        use_reranking=reranks,
        limit=final if reranks else min(settings.num_chunks, final),
        without_repeats=True,
    )


def asked(
    settings: RetrievalSettings, *, changes: Mapping[str, Any], first: int | None, filters: Filters
) -> Plan:
    """The plan of one search that changes some settings and asks for `first` hits, repetitions too.

    Raises Invalid for a number of hits out of range; the settings are checked by whoever changes them.
    """
    if first is not None and not 1 <= first <= MAX_HITS:
        raise Invalid(f"A search returns 1 to {MAX_HITS} passages.", field="first")
    plan = plan_of(RetrievalSettings(**{**settings.model_dump(), **changes}))
    if first is not None:
        least = max(first, RERANK_MOST) if plan.use_reranking else first
        plan = replace(plan, num_chunks=least, limit=first, without_repeats=False)
    return replace(plan, filters=filters)
