"""Crawls as the API shows them: how far each has come, and what became of every page."""

from collections.abc import Mapping
from datetime import datetime

import strawberry
from strawberry.types.lazy_type import LazyType

from backend.schema.context import Info, NodeKey
from backend.schema.documents import Document
from backend.schema.failures import Failure, failure_of
from backend.schema.nodes import Node, global_id
from backend.schema.paging import FIRST, After, Connection, First, connection, page_key
from db import models as rows
from db.models import CrawlPageStatus, CrawlStatus


@strawberry.type(description="A page that a crawl has found.")
class CrawlPage:
    url: str = strawberry.field(description="Its address.")
    depth: int = strawberry.field(description="How many links lie between it and the first page.")
    status: CrawlPageStatus = strawberry.field(description="What came of it.")
    failure: Failure | None = strawberry.field(description="Why it became no document, if there is a reason.")
    found_at: datetime = strawberry.field(description="When a link to it was found.")
    visited_at: datetime | None = strawberry.field(description="When it was last visited.")
    row: strawberry.Private[rows.CrawlPage]

    @strawberry.field(
        description="Its document, or that of the page it is a duplicate of; none if there is none."
    )
    async def document(self, info: Info) -> Document | None:
        if self.row.document_id is None:
            return None
        node = await info.context.loaders.nodes.load(NodeKey("Document", self.row.document_id))
        return node if isinstance(node, Document) else None

    @classmethod
    def from_row(cls, row: rows.CrawlPage) -> "CrawlPage":
        return cls(
            url=row.url,
            depth=row.depth,
            status=CrawlPageStatus(row.status),
            failure=failure_of(row),
            found_at=row.found_at,
            visited_at=row.visited_at,
            row=row,
        )


@strawberry.type(description="How many pages of a crawl there are of each status.")
class CrawlCounts:
    waiting: int = strawberry.field(description="Found and not visited yet.")
    added: int = strawberry.field(description="New documents.")
    changed: int = strawberry.field(description="Documents whose new content is taken in.")
    unchanged: int = strawberry.field(description="Documents that are as they were.")
    duplicate: int = strawberry.field(description="Pages that the project has under another address.")
    skipped: int = strawberry.field(description="Pages that are not kept, for the reason that each tells.")
    failed: int = strawberry.field(description="Pages that could not be had.")
    missing: int = strawberry.field(description="Pages that were there before and are no more.")

    @classmethod
    def of(cls, counted: Mapping[CrawlPageStatus, int]) -> "CrawlCounts":
        return cls(**{status.lower(): counted.get(status, 0) for status in CrawlPageStatus})


@strawberry.type(description="A walk through a part of a web site, whose pages become documents.")
class Crawl(Node):
    url: str = strawberry.field(description="Where it begins.")
    path_prefix: str = strawberry.field(description="The path under which pages are visited.")
    max_depth: int = strawberry.field(description="How many links it goes deep.")
    max_pages: int = strawberry.field(description="How many pages it visits at most.")
    status: CrawlStatus = strawberry.field(description="How far it has come.")
    failure: Failure | None = strawberry.field(description="Why it failed, if it did.")
    created_at: datetime = strawberry.field(description="When it was asked for.")
    started_at: datetime | None = strawberry.field(description="When a worker first took it.")
    finished_at: datetime | None = strawberry.field(description="When it was completed, failed or cancelled.")
    row: strawberry.Private[rows.Crawl]

    @strawberry.field(description="What came of its pages, counted.")
    async def counts(self, info: Info) -> CrawlCounts:
        return CrawlCounts.of(await info.context.loaders.page_counts_by_crawl.load(self.row.id))

    @strawberry.field(description="The pages it has found, the last first.")
    async def pages(self, info: Info, first: First = FIRST, after: After = None) -> Connection[CrawlPage]:
        key = page_key(self.row.id, first, after)
        return connection(await info.context.loaders.pages_by_crawl.load(key), CrawlPage.from_row)

    @strawberry.field(
        description="The project its documents belong to.",
        graphql_type=LazyType("Project", "backend.schema.projects"),
    )
    async def project(self, info: Info) -> Node | None:
        return await info.context.loaders.nodes.load(NodeKey("Project", self.row.project_id))

    @classmethod
    def from_row(cls, row: rows.Crawl) -> "Crawl":
        return cls(
            id=global_id("Crawl", row.id),
            url=row.url,
            path_prefix=row.path_prefix,
            max_depth=row.max_depth,
            max_pages=row.max_pages,
            status=CrawlStatus(row.status),
            failure=failure_of(row),
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            row=row,
        )
