"""Crawls: walking through a part of a web site, doing it again, and giving it up."""

from typing import Annotated

import strawberry

from backend.resolvers.expected import answering
from backend.resolvers.nodes import find
from backend.schema.access import needs
from backend.schema.context import Info
from backend.schema.crawls import Crawl
from backend.schema.inputs import AddWebSiteInput, CrawlInput, RecrawlWebSiteInput, RefreshWebPageInput
from backend.schema.nodes import row_id
from backend.schema.results import (
    AddWebSiteResult,
    CancelCrawlResult,
    CrawlPayload,
    RecrawlWebSiteResult,
    RefreshWebPageResult,
)
from backend.services.crawls import begin, control
from db.models import Capability

Input = Annotated[CrawlInput, strawberry.argument(description="Which crawl.")]


@strawberry.type
class CrawlQueries:
    @strawberry.field(description="The crawl with this id, if it is yours to see.")
    @needs(Capability.READ, Capability.WRITE_DOCUMENTS)
    async def crawl(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The crawl's id.")],
    ) -> Crawl | None:
        return await find(info, id, Crawl)


@strawberry.type
class CrawlMutations:
    @strawberry.mutation(
        description="Add a part of a web site: pages of the same origin under a path, each a document of its "
        "own, found by their links. A page that the project has already is not added again."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def add_web_site(
        self,
        info: Info,
        input: Annotated[AddWebSiteInput, strawberry.argument(description="Which part of which site.")],
    ) -> AddWebSiteResult:
        viewer, handles = info.context.viewer, info.context.handles
        limits = begin.Limits(handles.limits.crawl_max_depth, handles.limits.crawl_max_pages)
        request = begin.Request(input.url, input.path_prefix, input.max_depth, input.max_pages)
        project_id = row_id(input.project_id, "Project", field="project_id")
        async with handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await begin.site(
                session,
                viewer=viewer,
                project_id=project_id,
                request=request,
                web=handles.web,
                limits=limits,
                idempotency_key=input.idempotency_key,
            )
        return CrawlPayload(crawl=Crawl.from_row(row))

    @strawberry.mutation(
        description="Crawl the same part of a site again: pages that have changed are taken in anew, new "
        "ones are added, and those that are gone are told; what has not changed costs nothing."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def recrawl_web_site(
        self,
        info: Info,
        input: Annotated[RecrawlWebSiteInput, strawberry.argument(description="Which crawl.")],
    ) -> RecrawlWebSiteResult:
        viewer = info.context.viewer
        crawl_id = row_id(input.crawl_id, "Crawl", field="crawl_id")
        async with info.context.handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await begin.again(
                session, viewer=viewer, crawl_id=crawl_id, idempotency_key=input.idempotency_key
            )
        return CrawlPayload(crawl=Crawl.from_row(row))

    @strawberry.mutation(
        description="Fetch a document's web page again; only if it has changed is it taken in anew."
    )
    @answering
    @needs(Capability.WRITE_DOCUMENTS, spends=True)
    async def refresh_web_page(
        self,
        info: Info,
        input: Annotated[RefreshWebPageInput, strawberry.argument(description="Which page's document.")],
    ) -> RefreshWebPageResult:
        viewer = info.context.viewer
        document_id = row_id(input.document_id, "Document", field="document_id")
        async with info.context.handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await begin.page(
                session, viewer=viewer, document_id=document_id, idempotency_key=input.idempotency_key
            )
        return CrawlPayload(crawl=Crawl.from_row(row))

    @strawberry.mutation(description="Stop a crawl; the documents it has made stay.")
    @answering
    @needs(Capability.WRITE_DOCUMENTS)
    async def cancel_crawl(self, info: Info, input: Input) -> CancelCrawlResult:
        viewer = info.context.viewer
        crawl_id = row_id(input.crawl_id, "Crawl", field="crawl_id")
        async with info.context.handles.transactions.unit_of_work(viewer.user_id) as session:
            row = await control.cancel(session, viewer=viewer, crawl_id=crawl_id)
        return CrawlPayload(crawl=Crawl.from_row(row))
