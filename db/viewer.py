"""Who is looking, and with which key: row-level security reads both from settings of the transaction."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_SET = text("SELECT set_config('opentrace.viewer', :viewer, true)")


_SET_BOTH = text(
    "SELECT set_config('opentrace.viewer', :viewer, true), set_config('opentrace.key', :key, true)"
)


async def set_viewer(session: AsyncSession, user_id: UUID, key_id: UUID | None = None) -> None:
    """Let this transaction see what `user_id` may see, and of it what the key reaches; it ends with it."""
    connection = await session.connection()
    if key_id is None:
        await connection.execute(_SET, {"viewer": str(user_id)})
    else:
        await connection.execute(_SET_BOTH, {"viewer": str(user_id), "key": str(key_id)})
