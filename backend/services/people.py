"""What the token issuer tells of people, in any order and however often; and the erasure of who is gone."""

import structlog

from backend.auth import Viewer
from backend.errors import AppError, Unavailable
from backend.services import access, projects
from backend.storage import Storage
from backend.transactions import Transactions
from backend.webhook_events import PersonChanged, PersonDeleted, SessionEnded
from db.models import Chore, User
from db.queries import chores, users

log = structlog.get_logger()

CHORE = "people.erase"
LEASE_SECONDS = 600.0


async def hear(
    transactions: Transactions, event: PersonChanged | PersonDeleted | SessionEnded | None
) -> None:
    """Keep what was told. Raises Unavailable when that cannot be done now.

    What is older than what is known changes nothing, and nothing brings back who was deleted: so a delivery
    that comes twice, late or in another order ends the same.
    """
    match event:
        case PersonChanged():
            async with transactions.unit_of_work() as session:
                await users.know(
                    session, subject=event.subject, email=event.email, name=event.name, at=event.at
                )
        case PersonDeleted():
            async with transactions.unit_of_work() as session:
                user_id = await users.delete(session, subject=event.subject)
            log.info("person.deleted", user_id=str(user_id))
            await access.tell(transactions, user_id=str(user_id))
        case SessionEnded():  # no row says it: what is not told now is never found by asking
            await transactions.publisher.control(kind=access.ENDED, session_id=event.session_id)


async def erase(transactions: Transactions, storage: Storage) -> int:
    """Take away everything of the people who were deleted; returns of how many.

    One process at a time; a person whose erasure was broken off, or failed, comes again and holds up nobody
    else. Raises Unavailable.
    """
    async with transactions.unit_of_work() as session:
        if not await users.deleted(session, limit=1):
            return 0
        chore = await chores.claim(session, CHORE, every_seconds=0, lease_seconds=LEASE_SECONDS)
    if chore is None:
        return 0
    num_erased = 0
    try:
        num_erased = await _erase_all(transactions, storage)
    finally:
        await _finish(transactions, chore, num_erased)
    return num_erased


async def _erase_all(transactions: Transactions, storage: Storage) -> int:
    num_erased = 0
    async with transactions.unit_of_work() as session:
        due = await users.deleted(session, limit=100)
    for user in due:
        try:
            await _erase(transactions, storage, user)
        except Unavailable:
            raise
        except Exception:
            log.exception("person.unerased", user_id=str(user.id))
        else:
            num_erased += 1
    return num_erased


async def _erase(transactions: Transactions, storage: Storage, user: User) -> None:
    viewer = Viewer(user.id, user.subject, None, None)
    async with transactions.unit_of_work() as session:
        owned = await users.owned_projects(session, user.id)
    for project_id in owned:
        await projects.delete(transactions, viewer=viewer, project_id=project_id, storage=storage)
    async with transactions.unit_of_work() as session:
        await users.erase(session, user.id)
    log.info("person.erased", user_id=str(user.id), num_projects=len(owned))


async def _finish(transactions: Transactions, chore: Chore, num_erased: int) -> None:
    try:
        async with transactions.unit_of_work() as session:
            await chores.finish(session, chore, report={"num_erased": num_erased})
    except AppError as error:
        log.warning("people.unfinished", reason=error.message)
