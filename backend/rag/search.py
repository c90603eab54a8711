"""Finding passages: one door for all strategies, bound to a viewer and a project by its caller."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from uuid import UUID

from backend.rag import repeats, rerank, reword
from backend.rag.models import SearchModels
from backend.rag.plan import Degradation, EmptyReason, Plan
from backend.rag.rerank import Reranked
from db.engine import Database
from db.models import RagStrategy
from db.queries import search
from db.queries.search import Cut, Hit, Scope, Wordings


@dataclass(slots=True)
class Found:
    """What a search found and how: `wordings` begins with the question, `seconds` tells each step's time."""

    plan: Plan
    hits: list[Hit] = field(default_factory=list)
    wordings: list[str] = field(default_factory=list)
    degradations: list[Degradation] = field(default_factory=list)
    reranked: dict[UUID, Reranked] = field(default_factory=dict)
    empty_reason: EmptyReason | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[step] = perf_counter() - start


async def find(database: Database, models: SearchModels, *, scope: Scope, plan: Plan, query: str) -> Found:
    """The passages for `query` by the plan, best first.

    A model that does not help (with wordings, with reranking) is done without, and the result says so. A
    viewer who is no member finds nothing. Raises what `embed` raises.
    """
    found = Found(plan, wordings=[query])
    if plan.is_reworded:
        with found.timed("reword"):
            found.wordings += await reword.reword(models, query, plan.num_wordings)
        if len(found.wordings) == 1:
            found.degradations.append(Degradation.REWORDING_FAILED)
    with found.timed("embed"):
        vectors = await models.embed(found.wordings)
    with found.timed("search"):
        found.hits = await _candidates(database, scope, plan, Wordings(found.wordings, vectors))
    if plan.use_reranking and found.hits:
        with found.timed("rerank"):
            await _rerank(models, query, found)
    if plan.without_repeats:
        found.hits = repeats.without(found.hits)
    found.hits = found.hits[: plan.limit]
    if not found.hits:
        found.empty_reason = await _why_empty(database, scope, plan)
    return found


async def _candidates(database: Database, scope: Scope, plan: Plan, wordings: Wordings) -> list[Hit]:
    cut = Cut(plan.threshold, plan.num_candidates)
    if plan.strategy is RagStrategy.BASIC:
        return await search.basic(
            database, scope=scope, query=wordings.vectors[0], cut=cut, filters=plan.filters
        )
    return await search.fused(
        database, scope=scope, wordings=wordings, arms=plan.arms, cut=cut, filters=plan.filters
    )


async def _rerank(models: SearchModels, query: str, found: Found) -> None:
    reordered = await rerank.rerank(models, query, found.hits)
    if reordered is None:
        found.degradations.append(Degradation.RERANKING_FAILED)
    else:
        found.hits, found.reranked = reordered


async def _why_empty(database: Database, scope: Scope, plan: Plan) -> EmptyReason:
    reach = await search.reach(database, scope=scope, filters=plan.filters)
    if reach.num_chunks == 0:
        return EmptyReason.EMPTY_PROJECT
    return EmptyReason.NOTHING_ABOVE_THRESHOLD if reach.num_passing else EmptyReason.ALL_FILTERED_OUT
