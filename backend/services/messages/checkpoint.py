"""Checkpoints: the row follows the text at a distance of a second, and hears of stops that got lost."""

import asyncio

import structlog

from backend.errors import Unavailable
from backend.events import EventWriter
from backend.services.work import Lease
from backend.transactions import Transactions
from db.errors import DatabaseError, Stale
from db.models import Message
from db.models.base import utc_now
from db.queries import work

log = structlog.get_logger()


async def keep(transactions: Transactions, writer: EventWriter, lease: Lease, seconds: float) -> None:
    """Store the text with the number of the last event that it contains, every so many seconds.

    Ends the lease's work when the row has changed hands, or carries the request to stop.
    """
    while not (lease.lost or lease.stopped):
        await asyncio.sleep(seconds)
        try:
            await _store(transactions, writer, lease)
        except Stale:
            lease.lose()
        except (Unavailable, DatabaseError) as error:
            log.warning("message.unsaved", reason=str(error))


async def _store(transactions: Transactions, writer: EventWriter, lease: Lease) -> None:
    async with transactions.unit_of_work() as session:
        row = await work.fence(session, Message, lease.row_id, lease.attempt)
        if row.event_seq != writer.seq:
            # Read together, without an await between: the number belongs to the text.
            row.content, row.event_seq = writer.content, writer.seq
            row.updated_at = utc_now()
        is_stopped = row.stop_requested_at is not None
    if is_stopped:
        lease.stop()
