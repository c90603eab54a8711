"""People: made at their first call, found by the issuer's name for them."""

from uuid import UUID

from sqlalchemy import func, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import User


async def ensure(session: AsyncSession, *, subject: str, email: str | None, name: str | None) -> UUID:
    """The user with this subject, made if need be; an address or a name that is given replaces the old one.

    Works for the API's role before any viewer is set: it can make a user, not look one up.
    """
    call = func.opentrace.ensure_user(literal(subject), literal(email), literal(name))
    user_id: UUID = (await session.exec(select(call))).one()
    return user_id


async def get(session: AsyncSession, user_id: UUID) -> User | None:
    return await session.get(User, user_id)


async def by_ids(session: AsyncSession, user_ids: list[UUID]) -> dict[UUID, User]:
    rows = await session.exec(select(User).where(col(User.id).in_(user_ids)))
    return {user.id: user for user in rows}
