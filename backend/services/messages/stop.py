"""Stopping an answer: at once if it waits, else by a word to the worker that writes it."""

from uuid import UUID

import structlog

from backend import events
from backend.auth import Viewer
from backend.errors import Conflict, Unavailable
from backend.services.messages import read, tell
from backend.transactions import Transactions
from db.models import Message, MessageRole, MessageStatus
from db.models.base import utc_now
from db.models.messages import ENDED

log = structlog.get_logger()

STOP = "message.stop"
"""The kind of control message that ends an answer's work."""


async def stop(transactions: Transactions, *, viewer: Viewer, message_id: UUID) -> Message:
    """End an answer; what is written so far is kept. Stopping an ended answer changes nothing.

    The flag on the row is what counts: the control message only makes it quick. Raises NotFound, and
    Conflict for a question.
    """
    async with transactions.unit_of_work(viewer.user_id) as session:
        row = await read.get(session, viewer=viewer, message_id=message_id, locked=True)
        if row.role is not MessageRole.ASSISTANT:
            raise Conflict("Only answers can be stopped.", code="NOT_AN_ANSWER")
        if row.status in ENDED:
            return row
        now = utc_now()
        row.stop_requested_at = row.stop_requested_at or now
        row.updated_at = now
        if row.status is MessageStatus.QUEUED:
            _end(row)
            ending = tell.ending(row, [])
            assert ending is not None
            events.announce(session, ending)
    if row.status is MessageStatus.RUNNING:
        await _tell_worker(transactions, message_id)
    return row


def _end(row: Message) -> None:
    """The row changes hands: nobody can claim it any more, and this is its only event."""
    row.status = MessageStatus.STOPPED
    row.attempt += 1
    row.event_seq = 0
    row.finished_at = row.updated_at


async def _tell_worker(transactions: Transactions, message_id: UUID) -> None:
    try:
        await transactions.publisher.control(kind=STOP, message_id=str(message_id))
    except Unavailable as error:
        log.warning("message.stop_unheard", message_id=str(message_id), reason=error.message)
