"""Chores held under a lease: one worker at a time, not too often, and on from where another was stopped."""

from collections.abc import Mapping

from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from db.errors import Stale
from db.models import Chore

_CLAIM = text(
    "UPDATE opentrace.chores"
    " SET attempt = attempt + 1, leased_until = now() + make_interval(secs => :lease_seconds),"
    " report = CASE WHEN position IS NULL THEN '{}' ELSE report END"
    " WHERE name = :name AND (leased_until IS NULL OR leased_until <= now())"
    " AND (finished_at IS NULL OR finished_at <= now() - make_interval(secs => :every_seconds))"
)
_RENEW = text(
    "UPDATE opentrace.chores SET leased_until = now() + make_interval(secs => :lease_seconds)"
    " WHERE name = :name AND attempt = :attempt"
)
_END = text(
    "UPDATE opentrace.chores SET leased_until = NULL, finished_at = now()"
    " WHERE name = :name AND attempt = :attempt"
)


async def claim(
    session: AsyncSession, name: str, *, every_seconds: float, lease_seconds: float
) -> Chore | None:
    """Take the chore; None while another has it, or when it was finished less than `every_seconds` ago.

    A run that was broken off is taken up with its position and report once its lease has run out.
    """
    await session.exec(insert(Chore).values(name=name, attempt=0, report={}).on_conflict_do_nothing())
    values = {"name": name, "every_seconds": every_seconds, "lease_seconds": lease_seconds}
    if (await (await session.connection()).execute(_CLAIM, values)).rowcount == 0:
        return None
    return await session.get_one(Chore, name, populate_existing=True)


async def keep(
    session: AsyncSession, chore: Chore, *, position: str, report: Mapping[str, int], lease_seconds: float
) -> None:
    """Note how far the run is and hold it on; raises Stale when another has taken it."""
    row = await _held(session, chore, _RENEW, {"lease_seconds": lease_seconds})
    row.position, row.report = position, dict(report)


async def renew(session: AsyncSession, chore: Chore, lease_seconds: float) -> bool:
    """Hold the run for `lease_seconds` from now; False when another has taken it."""
    held = {"name": chore.name, "attempt": chore.attempt, "lease_seconds": lease_seconds}
    return (await (await session.connection()).execute(_RENEW, held)).rowcount == 1


async def finish(session: AsyncSession, chore: Chore, *, report: Mapping[str, int]) -> None:
    """End the run; raises Stale when another has taken it."""
    row = await _held(session, chore, _END, {})
    row.position, row.report = None, dict(report)


async def _held(
    session: AsyncSession, chore: Chore, statement: TextClause, values: dict[str, float]
) -> Chore:
    held = {"name": chore.name, "attempt": chore.attempt, **values}
    if (await (await session.connection()).execute(statement, held)).rowcount == 0:
        raise Stale(f"chore {chore.name} is no longer held by attempt {chore.attempt}")
    return await session.get_one(Chore, chore.name, populate_existing=True)
