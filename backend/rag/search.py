"""Finding passages: one door for all strategies, bound to a viewer and a project by its caller."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backend.errors import Invalid
from db.engine import Database
from db.models import RagStrategy, RetrievalSettings
from db.queries import search
from db.queries.search import Hit, Scope

MAX_HITS = 100


@dataclass(frozen=True, slots=True)
class Plan:
    """How to search: hits whose cosine is at least `threshold`, at most `limit` of them."""

    strategy: RagStrategy
    threshold: float
    limit: int


class Embedder(Protocol):
    """What turns a query into a vector; `vectors` is of shape (number of texts, dimensions)."""

    async def __call__(self, texts: list[str]) -> NDArray[np.float32]: ...


def plan_of(settings: RetrievalSettings, *, limit: int | None = None, threshold: float | None = None) -> Plan:
    """The project's own plan, or parts of it changed for one search.

    `num_chunks` are left after the search and `final_context_size` after reranking, so without a reranker
    the smaller of both. Raises Invalid for a limit or threshold out of range.
    """
    if limit is not None and not 1 <= limit <= MAX_HITS:
        raise Invalid(f"A search returns 1 to {MAX_HITS} passages.", field="first")
    if threshold is not None and not 0 <= threshold <= 1:
        raise Invalid("The similarity threshold lies between 0 and 1.", field="similarity_threshold")
    return Plan(
        strategy=settings.rag_strategy,
        threshold=settings.similarity_threshold if threshold is None else threshold,
        limit=min(settings.num_chunks, settings.final_context_size) if limit is None else limit,
    )


async def find(database: Database, embed: Embedder, *, scope: Scope, plan: Plan, query: str) -> list[Hit]:
    """The passages for `query` by the plan's strategy, best first.

    A viewer who is no member finds nothing. Raises Invalid (STRATEGY_UNAVAILABLE) and what `embed` raises.
    """
    strategy = _STRATEGIES.get(plan.strategy)
    if strategy is None:
        message = f"The strategy {plan.strategy} is not available; choose another in the project's settings."
        raise Invalid(message, code="STRATEGY_UNAVAILABLE")
    return await strategy(database, embed, scope, plan, query)


async def basic(database: Database, embed: Embedder, scope: Scope, plan: Plan, query: str) -> list[Hit]:
    """BASIC: the chunks whose vectors are nearest to the query's, exactly."""
    vectors = await embed([query])
    return await search.basic(
        database, scope=scope, query=vectors[0], threshold=plan.threshold, limit=plan.limit
    )


Strategy = Callable[[Database, Embedder, Scope, Plan, str], Awaitable[list[Hit]]]
_STRATEGIES: dict[RagStrategy, Strategy] = {RagStrategy.BASIC: basic}
