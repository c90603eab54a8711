"""Watching an answer grow: its events from any cursor on, up to its end."""

from collections.abc import AsyncGenerator
from uuid import UUID

from backend.auth import Viewer
from backend.events import Cursor, Event, Hub, Snapshot, follow
from backend.services.messages import read, tell
from backend.transactions import Transactions
from db.queries import citations


def watch(
    transactions: Transactions, hub: Hub, *, viewer: Viewer, message_id: UUID, after: Cursor | None = None
) -> AsyncGenerator[Event]:
    """What happened after `after`, or a snapshot first; ends with the answer.

    No session is open between events. Raises NotFound at once for anybody else's message, and later when
    the row has to be read again and the right to it is lost.
    """

    async def snapshot() -> Snapshot:
        async with transactions.unit_of_work(viewer.user_id) as session:
            row = await read.get(session, viewer=viewer, message_id=message_id)
            found = (await citations.of_messages(session, [message_id]))[message_id]
        return Snapshot(tell.snapshot(row, found), tell.ending(row, found))

    return follow(hub, tell.topic(message_id), after=after, snapshot=snapshot)
