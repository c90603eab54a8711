"""One unit of work is one transaction; what it announced and queued leaves after the commit, or never."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import structlog

from backend import events, queue
from backend.errors import AppError, Unavailable
from backend.events.publish import Publisher
from backend.queue import Queue
from db import errors as db_errors
from db.viewer import set_viewer

if TYPE_CHECKING:
    from db.engine import Session, Sessions

log = structlog.get_logger()


@dataclass(frozen=True)
class Transactions:
    """Opens units of work on one role's sessions."""

    sessions: "Sessions"
    queue: Queue
    publisher: Publisher
    key_id: UUID | None = None
    """The API key that bounds what all of them see, whoever opens them."""

    @asynccontextmanager
    async def unit_of_work(self, viewer: UUID | None = None) -> AsyncIterator["Session"]:
        """A session in a transaction that sees what `viewer` may see; commits unless the block raises.

        Events announced and jobs enqueued on the session leave after the commit. Their failure is logged
        and not raised: the row is written, and followers and sweeps find it. Raises Unavailable when the
        database does not answer.
        """
        try:
            with db_errors.translate():
                async with self.sessions() as session, session.begin():
                    if viewer is not None:
                        await set_viewer(session, viewer, self.key_id)
                    yield session
        except db_errors.Unreachable as error:
            raise Unavailable("The database does not answer.", retry_after=5) from error
        await self._flush(session)

    async def _flush(self, session: "Session") -> None:
        announced = session.info.pop(events.ANNOUNCED, [])
        jobs = session.info.pop(queue.JOBS, [])
        try:
            if announced:
                await self.publisher.publish(*announced)
        except AppError as error:
            log.warning("events.unpublished", num_events=len(announced), reason=error.message)
        try:
            for job, row_id in jobs:
                await self.queue.ring(job, row_id)
        except AppError as error:
            log.warning("queue.unrung", num_jobs=len(jobs), reason=error.message)
