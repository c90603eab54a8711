"""Who is looking: row-level security reads the viewer from a setting of the transaction."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_SET = text("SELECT set_config('opentrace.viewer', :viewer, true)")


async def set_viewer(session: AsyncSession, user_id: UUID) -> None:
    """Let this transaction see what `user_id` may see; it ends with the transaction."""
    await (await session.connection()).execute(_SET, {"viewer": str(user_id)})
