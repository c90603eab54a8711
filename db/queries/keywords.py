"""The keyword arm's upkeep: counts are added up, chunks weighed again when their average length drifts."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

_TEND = text("SELECT opentrace.tend_keywords(:num_rows)")


async def tend(session: AsyncSession, *, num_rows: int) -> int:
    """Add up at most `num_rows` waiting changes; returns how many there were, 0 while another does it."""
    num_changes: int = (
        await (await session.connection()).execute(_TEND, {"num_rows": num_rows})
    ).scalar_one()
    return num_changes
