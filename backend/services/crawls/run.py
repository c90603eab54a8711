"""One slice of a crawl: what it works with, and the fenced steps in which it writes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from backend.services.documents.files import UploadLimits
from backend.services.documents.run import Doors
from backend.web import Manners
from db.engine import Session
from db.models import Crawl
from db.queries import documents, projects
from db.queries import work as work_queries


@dataclass(frozen=True)
class Walk:
    """A claimed crawl; `crawl` is the row as it was claimed, `uploads` what its documents count against."""

    doors: Doors
    uploads: UploadLimits
    crawl: Crawl
    manners: Manners = field(default_factory=Manners)

    @asynccontextmanager
    async def step(
        self, *, document_id: UUID | None = None, has_new: bool = False
    ) -> AsyncIterator[tuple[Session, Crawl]]:
        """A transaction that holds the row; raises Stale when the crawl has changed hands.

        Name the document that is written to or pointed at, and say whether one is made: what they need is
        locked first, in the order in which uploads and deletions lock it.
        """
        crawl = self.crawl
        async with self.doors.transactions.unit_of_work() as session:
            if document_id is not None:
                await documents.lock(session, document_id)
            if has_new:
                await documents.take_upload_turn(
                    session, user_id=crawl.created_by, project_id=crawl.project_id
                )
            if has_new or document_id is not None:
                await projects.hold(session, crawl.project_id)
            yield session, await work_queries.fence(session, Crawl, crawl.id, crawl.attempt)
