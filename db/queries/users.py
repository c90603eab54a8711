"""People: made at their first call, found by the issuer's name for them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, literal, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import MemberRole, ProjectMember, User
from db.models.users import UNERASED

_KNOW = text("SELECT opentrace.know_user(:subject, :email, :name, :at)")
_DELETE = text("SELECT opentrace.delete_user(:subject)")
_ERASE = (
    *(
        f"DELETE FROM opentrace.{name} WHERE user_id = :id"
        for name in ("api_keys", "audit_log", "usage", "idempotency_keys", "project_members")
    ),
    "DELETE FROM opentrace.chats WHERE created_by = :id",
    "UPDATE opentrace.users SET erased_at = now() WHERE id = :id",
)


async def ensure(session: AsyncSession, *, subject: str, email: str | None, name: str | None) -> UUID | None:
    """The user with this subject, made if need be; an address or a name that is given replaces the old one.

    None for a person who was deleted. Works for the API's role before any viewer is set: it can make a user,
    not look one up.
    """
    call = func.opentrace.ensure_user(literal(subject), literal(email), literal(name))
    user_id: UUID | None = (await session.exec(select(call))).one()
    return user_id


async def get(session: AsyncSession, user_id: UUID) -> User | None:
    return await session.get(User, user_id)


async def by_ids(session: AsyncSession, user_ids: list[UUID]) -> dict[UUID, User]:
    rows = await session.exec(select(User).where(col(User.id).in_(user_ids)))
    return {user.id: user for user in rows}


async def know(
    session: AsyncSession, *, subject: str, email: str | None, name: str | None, at: datetime
) -> None:
    """Keep what the issuer told, unless it told something newer before or the person is gone."""
    values = {"subject": subject, "email": email, "name": name, "at": at}
    await (await session.connection()).execute(_KNOW, values)


async def delete(session: AsyncSession, *, subject: str) -> UUID:
    """Shut the person out for good, known or not; a repeat changes nothing."""
    return UUID(str(await (await session.connection()).scalar(_DELETE, {"subject": subject})))


async def deleted(session: AsyncSession, *, limit: int) -> list[User]:
    """Deleted people whose things are still here; the owner's role alone sees them."""
    rows = select(User).where(text(UNERASED)).order_by(col(User.deleted_at)).limit(limit)
    return list((await session.exec(rows)).all())


async def owned_projects(session: AsyncSession, user_id: UUID) -> list[UUID]:
    rows = select(ProjectMember.project_id).where(
        ProjectMember.user_id == user_id, ProjectMember.role == MemberRole.OWNER
    )
    return list((await session.exec(rows)).all())


async def erase(session: AsyncSession, user_id: UUID) -> None:
    """Delete what is the person's own beside projects, and note that nothing is left."""
    for statement in _ERASE:
        await (await session.connection()).execute(text(statement), {"id": user_id})
