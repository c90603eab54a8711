"""People and their idempotency keys: one row each, however many callers come at once."""

import asyncio
from uuid import UUID, uuid4

from db.engine import Database
from db.models import (
    IdempotencyKey,
)
from db.queries import (
    idempotency,
    users,
)
from db.viewer import set_viewer
from tests.db import seed
from tests.db.seed import viewing


async def test_a_person_is_made_once_and_then_kept_in_step(api_database: Database) -> None:
    async def sign_in(email: str | None, name: str | None) -> UUID:
        async with api_database.sessions.begin() as session:
            return await users.ensure(session, subject="clerk|1", email=email, name=name)

    made = await asyncio.gather(*(sign_in("a@example.org", None) for _ in range(5)))
    assert len(set(made)) == 1
    assert await sign_in(None, "Ada") == made[0]
    async with viewing(api_database, made[0]) as session:
        user = await users.get(session, made[0])
    assert user is not None
    assert (user.email, user.name) == ("a@example.org", "Ada")
    assert isinstance(made[0], UUID)


async def test_the_first_caller_with_a_key_decides_and_the_others_wait_for_it(
    database: Database, api_database: Database
) -> None:
    home = await seed.home(database)

    def entry(result_id: UUID) -> IdempotencyKey:
        return IdempotencyKey(
            user_id=home.user_id, mutation="send", key="k", request_sha256="a", result_id=result_id
        )

    async def repeat() -> IdempotencyKey | None:
        async with viewing(api_database, home.user_id) as session:
            return await idempotency.remember(session, entry=entry(uuid4()))

    first = uuid4()
    async with api_database.sessions() as session:
        await set_viewer(session, home.user_id)
        assert await idempotency.remember(session, entry=entry(first)) is None
        waiting = asyncio.create_task(repeat())
        await seed.until_somebody_waits_for_a_lock(database)
        await session.commit()
    found = await waiting
    assert found is not None and found.result_id == first
