"""Crawls of a part of a web site, and the pages that each has found."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from db.models.base import SCHEMA, Table, check, choice, identifier, now, one_of, reference, time


class CrawlStatus(StrEnum):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class CrawlPageStatus(StrEnum):
    WAITING = "WAITING"
    ADDED = "ADDED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    DUPLICATE = "DUPLICATE"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"
    MISSING = "MISSING"


CRAWLING = (CrawlStatus.QUEUED, CrawlStatus.RUNNING)
WITH_DOCUMENT = (CrawlPageStatus.ADDED, CrawlPageStatus.CHANGED, CrawlPageStatus.UNCHANGED)
"""Pages whose document is their own; that of a DUPLICATE is another page's."""


class Crawl(Table, table=True):
    """One walk through a part of a site; a row of work like a document, held in slices.

    Between two slices `leased_until` may lie ahead without a holder: before it the site wants no request.
    """

    __tablename__ = "crawls"
    __table_args__ = (
        Index(None, "project_id", "created_at", "id"),
        Index(
            "ix_crawls_work",
            "created_by",
            "updated_at",
            postgresql_where=text("status IN ('QUEUED', 'RUNNING')"),
        ),
        one_of("status", CrawlStatus),
        check("cursor", "attempt >= 0 AND event_seq >= 0 AND num_tries >= 0"),
        check("limits", "max_depth >= 0 AND max_pages > 0"),
    )

    id: UUID = identifier()
    project_id: UUID = reference("projects.id")
    created_by: UUID = reference("users.id", index=True)
    api_key_id: UUID | None = None
    """The key that it was begun with; the database fills it in."""
    url: str
    """Where it begins; its origin and `path_prefix` bound the walk."""
    path_prefix: str
    max_depth: int
    max_pages: int

    status: CrawlStatus = choice(CrawlStatus, default=CrawlStatus.QUEUED)
    failure_code: str | None = None
    failure_message: str | None = None
    attempt: int = 0
    event_seq: int = 0
    num_tries: int = 0
    leased_until: datetime | None = time(default=None)
    rung_at: datetime | None = time(default=None)

    created_at: datetime = now()
    updated_at: datetime = now()
    started_at: datetime | None = time(default=None)
    finished_at: datetime | None = time(default=None)


class CrawlPage(Table, table=True):
    """A page that a crawl has found, and what came of it."""

    __tablename__ = "crawl_pages"
    __table_args__ = (
        UniqueConstraint("crawl_id", "url"),
        Index(None, "crawl_id", "found_at", "id"),
        one_of("status", CrawlPageStatus),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    crawl_id: UUID = reference("crawls.id")
    url: str
    depth: int
    status: CrawlPageStatus = choice(CrawlPageStatus, default=CrawlPageStatus.WAITING)
    num_tries: int = 0
    document_id: UUID | None = Field(
        default=None, foreign_key=f"{SCHEMA}.documents.id", ondelete="SET NULL", index=True
    )
    failure_code: str | None = None
    failure_message: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    """What the site called the state of the page, to be asked whether it is still the same."""
    found_at: datetime = now()
    visited_at: datetime | None = time(default=None)
