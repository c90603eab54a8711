"""Search alone, without an answer."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.schema.context import Info
from backend.schema.nodes import row_id
from backend.schema.search import SearchHit, SearchInput, SearchPayload, SearchResult
from backend.services import search


@strawberry.type
class SearchQueries:
    @strawberry.field(description="The chunks of a project that fit a query best; no answer is written.")
    @answering
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
            similarity_threshold=input.similarity_threshold,
        )
        hits = await search.search(
            handles.transactions,
            handles.database,
            handles.models,
            viewer=info.context.viewer,
            request=request,
        )
        return SearchPayload(hits=[SearchHit.from_hit(hit) for hit in hits])
