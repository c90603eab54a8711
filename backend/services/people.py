"""What the token issuer tells of people, in any order and however often; and the erasure of who is gone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog

from backend.auth import Viewer
from backend.errors import AppError, Unavailable
from backend.services import access, projects, work
from backend.storage import Storage
from backend.transactions import Transactions
from backend.webhook_events import PersonChanged, PersonDeleted, SessionEnded
from db.errors import Stale
from db.models import Chore, User
from db.queries import chores, users

log = structlog.get_logger()

CHORE = "people.erase"
HOLD = work.Limits()


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


async def erase(transactions: Transactions, storage: Storage, hold: work.Limits = HOLD) -> int:
    """Take away everything of the people who were deleted; returns of how many.

    One process at a time, for as long as it takes; a process that has lost its turn stops. A person whose
    erasure was broken off, or failed, comes again and holds up nobody else. Raises Unavailable.
    """
    async with transactions.unit_of_work() as session:
        if not await users.deleted(session, limit=1):
            return 0
        chore = await chores.claim(session, CHORE, every_seconds=0, lease_seconds=hold.lease_seconds)
    if chore is None:
        return 0
    erased: list[UUID] = []
    async with _held(transactions, chore, hold):
        try:
            await _erase_all(transactions, storage, erased)
        finally:
            await _finish(transactions, chore, len(erased))
    return len(erased)


@asynccontextmanager
async def _held(transactions: Transactions, chore: Chore, hold: work.Limits) -> AsyncIterator[None]:
    """The chore is ours while the block runs, which is cancelled, and ends quietly, when it is taken."""

    async def renew() -> bool:
        async with transactions.unit_of_work() as session:
            return await chores.renew(session, chore, hold.lease_seconds)

    async def release() -> None:
        """The end of the run, which is noted in any case, has done so."""

    # A chore has a name and no id of its own.
    lease = work.Lease(uuid5(NAMESPACE_OID, chore.name), chore.attempt, "chores")
    beat = {"lease_seconds": hold.lease_seconds, "renew_seconds": hold.renew_seconds}
    async with work.kept(lease, renew, release, **beat):
        yield


async def _erase_all(transactions: Transactions, storage: Storage, erased: list[UUID]) -> None:
    """Adds to `erased` whoever is gone."""
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
            erased.append(user.id)


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
    except Stale:
        log.info("people.lost", attempt=chore.attempt)
