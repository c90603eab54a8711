"""API keys: made, renewed and revoked by people; a key itself can do none of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from backend import api_keys
from backend.api_keys import NewKey
from backend.auth import KeyGrant, Viewer
from backend.errors import Conflict, Invalid, NotFound, NotSignedIn
from backend.services import access, audit, pages, rights
from backend.transactions import Transactions
from db.engine import Session
from db.models import Act, ApiKey, Capability
from db.models.base import utc_now
from db.queries import api_keys as rows
from db.queries.paging import Page

MAX_NAME = 100
MAX_PROJECTS = 100
MAX_OVERLAP_SECONDS = 7 * 24 * 3600
MAX_BUDGET = Decimal(10**9)


@dataclass(frozen=True)
class Wish:
    """What a key shall be. Without projects it reaches all of its person's; without an end it has none."""

    name: str
    capabilities: Sequence[Capability]
    project_ids: Sequence[UUID] | None = None
    expires_at: datetime | None = None
    budget_usd: Decimal | None = None


@dataclass(frozen=True)
class Made:
    """A key's row, and its text, which nobody will see again."""

    row: ApiKey
    text: str


async def sign_in(session: Session, *, sha256: bytes) -> Viewer:
    """The viewer of a key by its hash; raises NotSignedIn when it never was, has run out or was revoked."""
    used = await rows.use(session, sha256=sha256)
    if used is None:
        raise NotSignedIn("This API key does not hold: it was revoked, has expired, or never was one.")
    grant = KeyGrant(
        used.id,
        frozenset(map(Capability, used.capabilities)),
        None if used.project_ids is None else frozenset(used.project_ids),
        used.is_exhausted,
    )
    return Viewer(used.user_id, used.subject, None, used.expires_at, grant)


async def create(session: Session, *, viewer: Viewer, wish: Wish) -> Made:
    """Make a key that may do what the wish says. Raises Invalid, and NotFound for foreign projects."""
    name = _checked(wish)
    for project_id in wish.project_ids or ():
        await rights.member(session, viewer=viewer, project_id=project_id)
    made, id = api_keys.make(), uuid4()
    row = ApiKey(
        id=id,
        user_id=viewer.user_id,
        line_id=id,
        name=name,
        hint=made.hint,
        secret_sha256=made.sha256,
        capabilities=sorted(set(wish.capabilities)),
        project_ids=None if wish.project_ids is None else sorted(set(wish.project_ids)),
        budget_usd=wish.budget_usd,
        expires_at=wish.expires_at,
    )
    await rows.insert(session, key=row)
    await audit.note(
        session,
        Act.API_KEY_CREATED,
        viewer=viewer,
        subject_id=id,
        name=name,
        capabilities=row.capabilities,
        project_ids=None if row.project_ids is None else list(map(str, row.project_ids)),
    )
    return Made(row, made.text)


async def rotate(transactions: Transactions, *, viewer: Viewer, key_id: UUID, overlap_seconds: int) -> Made:
    """Make the key's successor, with all that it may do; the old one holds on for the overlap and no longer.

    Without an overlap it is dead now, with everything that it has open. Both draw on one budget, and the
    successor ends when the old one would have. Raises NotFound, Invalid, and Conflict (API_KEY_ENDED) for a
    key that holds no more.
    """
    if not 0 <= overlap_seconds <= MAX_OVERLAP_SECONDS:
        message = f"The overlap is at least 0 and at most {MAX_OVERLAP_SECONDS} seconds."
        raise Invalid(message, field="overlap_seconds")
    async with transactions.unit_of_work(viewer.user_id) as session:
        made = await _succeed(session, viewer, key_id, overlap_seconds)
    if overlap_seconds == 0:
        await access.tell(transactions, key_id=str(key_id))
    return made


async def _succeed(session: Session, viewer: Viewer, key_id: UUID, overlap_seconds: int) -> Made:
    old = await _own(session, key_id)
    if not old.is_active:
        raise Conflict("This API key holds no more: make a new one.", code="API_KEY_ENDED")
    made = api_keys.make()
    row = _successor(old, made)
    until = utc_now() + timedelta(seconds=overlap_seconds)
    old.expires_at = until if old.expires_at is None else min(until, old.expires_at)
    await rows.insert(session, key=row)
    await audit.note(
        session,
        Act.API_KEY_ROTATED,
        viewer=viewer,
        subject_id=key_id,
        successor_id=str(row.id),
        name=old.name,
    )
    return Made(row, made.text)


async def revoke(transactions: Transactions, *, viewer: Viewer, key_id: UUID) -> ApiKey:
    """End the key now: the database refuses it from here on, and its open connections are told to end.

    Revoking again changes nothing. Raises NotFound.
    """
    async with transactions.unit_of_work(viewer.user_id) as session:
        row = await _own(session, key_id)
        if row.revoked_at is None:
            row.revoked_at = utc_now()
            await audit.note(session, Act.API_KEY_REVOKED, viewer=viewer, subject_id=key_id, name=row.name)
    await access.tell(transactions, key_id=str(key_id))
    return row


async def get(session: Session, *, key_id: UUID) -> ApiKey:
    """Raises NotFound for anybody else's."""
    row = await rows.get(session, key_id)
    if row is None:
        raise NotFound("There is no such API key.")
    return row


async def page(session: Session, *, viewer: Viewer, first: int, after: str | None) -> Page[ApiKey]:
    """The viewer's keys, newest first; raises Invalid for a bad cursor."""
    with pages.checked(first):
        return await rows.page(session, viewer.user_id, first=first, after=after)


async def _own(session: Session, key_id: UUID) -> ApiKey:
    row = await rows.lock(session, key_id)
    if row is None:
        raise NotFound("There is no such API key.")
    return row


def _successor(old: ApiKey, made: NewKey) -> ApiKey:
    return ApiKey(
        user_id=old.user_id,
        line_id=old.line_id,
        name=old.name,
        hint=made.hint,
        secret_sha256=made.sha256,
        capabilities=old.capabilities,
        project_ids=old.project_ids,
        budget_usd=old.budget_usd,
        expires_at=old.expires_at,
    )


def _checked(wish: Wish) -> str:
    """The name, cleaned; raises Invalid for a wish that is none."""
    name = " ".join(wish.name.replace("\0", "").split())
    if not 1 <= len(name) <= MAX_NAME:
        raise Invalid(f"A key's name has 1 to {MAX_NAME} characters.", field="name")
    if not wish.capabilities:
        raise Invalid("A key needs something that it may do.", field="capabilities")
    if wish.project_ids is not None and not 1 <= len(wish.project_ids) <= MAX_PROJECTS:
        raise Invalid(f"Name 1 to {MAX_PROJECTS} projects, or leave them out.", field="project_ids")
    if wish.expires_at is not None and wish.expires_at <= utc_now():
        raise Invalid("A key that has expired is of no use.", field="expires_at")
    _check_budget(wish.budget_usd)
    return name


def _check_budget(usd: Decimal | None) -> None:
    if usd is not None and not (usd.is_finite() and 0 < usd <= MAX_BUDGET):
        raise Invalid("A budget is an amount of more than nothing.", field="budget_usd")
