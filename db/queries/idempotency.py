"""Keys of mutations that create or spend: the first one through decides, repeats learn its result."""

from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from db.models import IdempotencyKey
from db.models.base import utc_now


async def remember(session: AsyncSession, *, entry: IdempotencyKey) -> IdempotencyKey | None:
    """Write the key; None for the first caller, the first caller's row for every later one.

    A caller beside an uncommitted first one waits for it: it gets its row if it commits, None if it does not.
    Call it before anything else of the mutation is written. Compare `request_sha256` to see a key used twice.
    """
    entry_values = {name: getattr(entry, name) for name in IdempotencyKey.model_fields}
    statement = (
        insert(IdempotencyKey)
        .values({**entry_values, "created_at": utc_now()})
        .on_conflict_do_nothing()
        .returning(col(IdempotencyKey.result_id))
    )
    written = (await session.exec(statement)).first()
    return None if written is not None else await recall(session, entry=entry)


async def recall(session: AsyncSession, *, entry: IdempotencyKey) -> IdempotencyKey | None:
    key: tuple[UUID, str, str] = (entry.user_id, entry.mutation, entry.key)
    return await session.get(IdempotencyKey, key, populate_existing=True)
