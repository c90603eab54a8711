"""Search alone, without an answer."""

from datetime import UTC, datetime
from typing import Annotated

import strawberry

from backend.rag.search import Found
from backend.resolvers.expected import answering
from backend.schema.access import needs
from backend.schema.context import Info
from backend.schema.enums import Degradation, EmptyReason
from backend.schema.nodes import row_id
from backend.schema.search import (
    SearchFilterInput,
    SearchHit,
    SearchInput,
    SearchPayload,
    SearchResult,
    SearchTimings,
)
from backend.services import search
from db.models import Capability
from db.queries.search import EVERYTHING, Filters


@strawberry.type
class SearchQueries:
    @strawberry.field(description="The chunks of a project that fit a query best; no answer is written.")
    @answering
    @needs(Capability.SEARCH, spends=True)
    async def search(
        self,
        info: Info,
        input: Annotated[SearchInput, strawberry.argument(description="What to search, and where.")],
    ) -> SearchResult:
        handles = info.context.handles
        request = search.Request(
            project_id=row_id(input.project_id, "Project", field="project_id"),
            query=input.query,
            first=input.first,
            settings=input.settings(),
            filters=EVERYTHING if input.filters is None else filters_of(input.filters),
        )
        found = await search.search(
            handles.transactions,
            handles.database,
            handles.models,
            viewer=info.context.viewer,
            request=request,
        )
        return payload_of(found)


def filters_of(given: SearchFilterInput) -> Filters:
    """As the search takes them; an id that names no document passes nothing and raises NotFound."""
    ids = given.document_ids
    return Filters(
        document_ids=None
        if ids is None
        else tuple(row_id(each, "Document", field="filters.document_ids") for each in ids),
        content_types=None if given.content_types is None else tuple(given.content_types),
        languages=None if given.languages is None else tuple(given.languages),
        created_from=_aware(given.created_from),
        created_before=_aware(given.created_before),
    )


def payload_of(found: Found) -> SearchPayload:
    plan = found.plan
    return SearchPayload(
        hits=[
            SearchHit.from_hit(hit, rank, found.reranked.get(hit.chunk_id))
            for rank, hit in enumerate(found.hits, start=1)
        ],
        empty_reason=None if found.empty_reason is None else EmptyReason(found.empty_reason.value),
        strategy=plan.strategy,
        fusion=plan.fusion,
        vector_weight=plan.vector_weight,
        keyword_weight=plan.keyword_weight,
        similarity_threshold=plan.threshold,
        reranked=bool(found.reranked),
        wordings=found.wordings,
        degradations=[Degradation(each.value) for each in found.degradations],
        timings=SearchTimings.from_seconds(found.seconds),
    )


def _aware(moment: datetime | None) -> datetime | None:
    """A moment without a time zone is one of UTC."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
