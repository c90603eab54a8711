"""Units of work: what leaves after the commit, what never leaves, and whom the transaction sees for."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlmodel import select

from backend.errors import Unavailable
from backend.events import Cursor, Event, Hub, Publisher, announce, connect
from backend.queue import Job, Queue, enqueue
from backend.transactions import Transactions
from db import engine
from db.engine import Database, Session
from db.errors import Duplicate
from db.models import User


class Bells(Queue):
    """A queue that remembers who was rung for, and what the database held at that moment."""

    def __init__(self, database: Database) -> None:
        self.rung: list[tuple[Job, UUID]] = []
        self.num_users: list[int] = []
        self.is_away = False
        self._database = database

    async def ring(self, job: Job, row_id: UUID) -> None:
        if self.is_away:
            raise Unavailable("away")
        self.rung.append((job, row_id))
        async with self._database.sessions() as session:
            self.num_users.append(len((await session.exec(select(User))).all()))


@pytest.fixture
def bells(database: Database) -> Bells:
    return Bells(database)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def transactions(database: Database, bells: Bells, redis: Redis) -> Transactions:
    return Transactions(database.sessions, bells, Publisher(redis))


def event(number: int = 0) -> Event:
    return Event("document:one", Cursor(1, number), "StageStarted", {})


async def told(redis: Redis) -> list[Event]:
    return await Hub(redis).history("document:one", Cursor(0, 0))


async def subjects(database: Database) -> list[str]:
    async with database.sessions() as session:
        return [user.subject for user in (await session.exec(select(User))).all()]


async def test_events_and_jobs_leave_after_the_commit_in_their_order(
    transactions: Transactions, bells: Bells, database: Database, redis: Redis
) -> None:
    first, second = uuid4(), uuid4()
    async with transactions.unit_of_work() as session:
        session.add(User(subject="ada"))
        announce(session, event(0))
        enqueue(session, Job.INGEST_DOCUMENT, first)
        enqueue(session, Job.ANSWER_MESSAGE, second)
        announce(session, event(1))
        await session.flush()
        assert (bells.rung, await told(redis)) == ([], [])
    assert bells.rung == [(Job.INGEST_DOCUMENT, first), (Job.ANSWER_MESSAGE, second)]
    assert bells.num_users == [1, 1]
    assert [one.cursor.seq for one in await told(redis)] == [0, 1]
    assert await subjects(database) == ["ada"]


async def test_a_rollback_forgets_rows_events_and_jobs(
    transactions: Transactions, bells: Bells, database: Database, redis: Redis
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transactions.unit_of_work() as session:
            session.add(User(subject="ada"))
            announce(session, event())
            enqueue(session, Job.INGEST_DOCUMENT, uuid4())
            raise ZeroDivisionError
    assert (await subjects(database), bells.rung, await told(redis)) == ([], [], [])


async def test_a_commit_that_fails_forgets_events_and_jobs(
    transactions: Transactions, bells: Bells, redis: Redis
) -> None:
    async with transactions.unit_of_work() as session:
        session.add(User(subject="ada"))
    with pytest.raises(Duplicate):
        async with transactions.unit_of_work() as session:
            session.add(User(subject="ada"))
            announce(session, event())
            enqueue(session, Job.INGEST_DOCUMENT, uuid4())
    assert (bells.rung, await told(redis)) == ([], [])


async def test_a_cancelled_unit_of_work_leaves_nothing_behind(
    transactions: Transactions, bells: Bells, database: Database, redis: Redis
) -> None:
    inside = asyncio.Event()

    async def work() -> None:
        async with transactions.unit_of_work() as session:
            session.add(User(subject="ada"))
            await session.flush()
            announce(session, event())
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await subjects(database), bells.rung, await told(redis)) == ([], [], [])


async def test_a_broker_or_stream_that_is_away_undoes_nothing(
    transactions: Transactions, bells: Bells, database: Database
) -> None:
    away = connect("redis://127.0.0.1:1/0")
    bells.is_away = True
    troubled = Transactions(database.sessions, bells, Publisher(away))
    async with troubled.unit_of_work() as session:
        session.add(User(subject="ada"))
        announce(session, event())
        enqueue(session, Job.INGEST_DOCUMENT, uuid4())
    assert await subjects(database) == ["ada"]
    await away.aclose()


async def test_streams_that_are_away_do_not_keep_the_doorbell_from_ringing(
    bells: Bells, database: Database
) -> None:
    away = connect("redis://127.0.0.1:1/0")
    async with Transactions(database.sessions, bells, Publisher(away)).unit_of_work() as session:
        announce(session, event())
        enqueue(session, Job.INGEST_DOCUMENT, uuid4())
    assert len(bells.rung) == 1
    await away.aclose()


async def viewer_of(session: Session) -> str | None:
    statement = text("SELECT current_setting('opentrace.viewer', true)")
    return (await (await session.connection()).execute(statement)).scalar_one() or None


async def test_the_viewer_is_set_for_this_transaction_alone(
    api_database: Database, bells: Bells, redis: Redis
) -> None:
    viewer = uuid4()
    transactions = Transactions(api_database.sessions, bells, Publisher(redis))
    async with transactions.unit_of_work(viewer=viewer) as session:
        assert await viewer_of(session) == str(viewer)
    for _ in range(10):
        async with transactions.unit_of_work() as session:
            assert await viewer_of(session) is None


async def test_a_database_that_is_away_is_unavailable(bells: Bells, redis: Redis) -> None:
    away = await engine.open("postgresql://a:b@127.0.0.1:1/c", pool_size=1, transaction_pooler=False)
    with pytest.raises(Unavailable) as raised:
        async with Transactions(away.sessions, bells, Publisher(redis)).unit_of_work() as session:
            enqueue(session, Job.INGEST_DOCUMENT, uuid4())
            await session.connection()
    assert (raised.value.retry_after, bells.rung) == (5, [])
    await engine.close(away)
