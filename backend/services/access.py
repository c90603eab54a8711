"""The end of somebody's access: told to all processes at once, and found by asking where it was not heard."""

from collections.abc import Collection
from uuid import UUID

import structlog

from backend.errors import Unavailable
from backend.services import pages
from backend.transactions import Transactions
from db.engine import Database
from db.queries import api_keys

log = structlog.get_logger()

ENDED = "access.ended"
"""The kind of control message that names a `user_id`, `session_id` or `key_id` without access from now on."""


async def tell(transactions: Transactions, **whose: str) -> None:
    """Have all processes end what is open; who does not hear it asks within seconds."""
    try:
        await transactions.publisher.control(kind=ENDED, **whose)
    except Unavailable as error:
        log.warning("access.end_unheard", reason=error.message, **whose)


async def ended(database: Database, user_ids: Collection[UUID], key_ids: Collection[UUID]) -> set[UUID]:
    """Which of these people were deleted, and which of these keys hold no more. Raises Unavailable."""
    with pages.reachable():
        return await api_keys.ended(database, user_ids=user_ids, key_ids=key_ids)
