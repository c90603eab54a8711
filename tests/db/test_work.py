"""Claiming: one row to one worker, fairly; and a worker that lost its row can write nothing more."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col, func, select

from db.engine import Database
from db.errors import Stale
from db.models import Document, DocumentStatus, Message, MessageStatus
from db.models.base import utc_now
from db.queries import documents, messages, work
from db.viewer import set_viewer
from tests.db import seed


async def claim(database: Database, *, per_user: int = 100, max_tries: int = 5) -> Document | None:
    async with database.sessions.begin() as session:
        return await work.claim_document(session, lease_seconds=30, per_user=per_user, max_tries=max_tries)


async def claim_answer(database: Database) -> Message | None:
    async with database.sessions.begin() as session:
        return await work.claim_message(session, lease_seconds=30, per_user=4, max_tries=5)


async def expire(database: Database, document_id: UUID) -> None:
    past = utc_now() - timedelta(seconds=1)
    async with database.sessions.begin() as session:
        await session.exec(update(Document).where(col(Document.id) == document_id).values(leased_until=past))


async def read(database: Database, document_id: UUID) -> Document:
    async with database.sessions() as session:
        return await session.get_one(Document, document_id)


async def test_claimers_at_once_never_get_the_same_row(database: Database) -> None:
    home = await seed.home(database)
    rows = [seed.document(home, second=n) for n in range(12)]
    await seed.add(database, *rows)
    claimed = await asyncio.gather(*(claim(database) for _ in range(15)))
    ids = [row.id for row in claimed if row is not None]
    assert Counter(ids) == Counter(row.id for row in rows)
    assert claimed.count(None) == 3


async def test_claimers_at_once_never_exceed_a_users_limit(database: Database) -> None:
    home = await seed.home(database)
    await seed.add(database, *(seed.document(home, second=n) for n in range(8)))
    claimed = await asyncio.gather(*(claim(database, per_user=2) for _ in range(8)))
    assert sum(row is not None for row in claimed) == 2


async def test_a_claim_makes_the_row_the_claimers(database: Database) -> None:
    home = await seed.home(database)
    await seed.add(database, seed.document(home, attempt=3, event_seq=9, num_tries=1))
    before = utc_now()
    row = await claim(database)
    assert row is not None
    assert (row.status, row.attempt, row.event_seq, row.num_tries) == (DocumentStatus.PARTITIONING, 4, 0, 2)
    assert row.leased_until is not None and row.started_at is not None
    assert timedelta(seconds=29) < row.leased_until - before < timedelta(seconds=60)


async def test_the_user_with_the_fewest_running_rows_goes_first_then_the_oldest(database: Database) -> None:
    busy, quiet = await seed.home(database), await seed.home(database)
    first, second, third = (seed.document(busy, second=n) for n in range(3))
    late = seed.document(quiet, second=60)
    await seed.add(database, second, third, late, first)
    order = [await claim(database, per_user=2) for _ in range(4)]
    assert [row.id if row else None for row in order] == [first.id, late.id, second.id, None]
    assert (await read(database, third.id)).status is DocumentStatus.QUEUED


async def test_only_a_running_row_whose_lease_ran_out_is_taken_over(database: Database) -> None:
    home = await seed.home(database)
    row = seed.document(home)
    ended = [
        seed.document(home, status=status) for status in ("COMPLETED", "FAILED", "CANCELLED", "UPLOADING")
    ]
    await seed.add(database, row, *ended)
    assert await claim(database) is not None
    assert await claim(database) is None
    async with database.sessions.begin() as session:
        document = await session.get_one(Document, row.id)
        document.status = DocumentStatus.VECTORIZATION
    await expire(database, row.id)
    taken = await claim(database)
    assert taken is not None
    assert (taken.id, taken.attempt, taken.status) == (row.id, 2, DocumentStatus.VECTORIZATION)


async def test_a_zombie_that_waits_for_the_row_is_refused_when_the_takeover_commits(
    database: Database,
) -> None:
    home = await seed.home(database)
    await seed.add(database, seed.document(home))
    held = await claim(database)
    assert held is not None
    await expire(database, held.id)

    async def write_as_zombie() -> None:
        async with database.sessions.begin() as session:
            row = await work.fence(session, Document, held.id, held.attempt)
            row.num_pages = 666

    async with database.sessions() as successor:
        taken = await work.claim_document(successor, lease_seconds=30, per_user=4, max_tries=5)
        assert taken is not None
        zombie = asyncio.create_task(write_as_zombie())
        await seed.until_somebody_waits_for_a_lock(database)
        await successor.commit()
    with pytest.raises(Stale):
        await zombie
    row = await read(database, held.id)
    assert (row.attempt, row.num_pages) == (2, None)


async def test_a_row_is_not_claimed_while_its_holder_is_writing(database: Database) -> None:
    home = await seed.home(database)
    await seed.add(database, seed.document(home))
    held = await claim(database)
    assert held is not None
    await expire(database, held.id)
    async with database.sessions.begin() as session:
        row = await work.fence(session, Document, held.id, held.attempt)
        row.num_pages = 7
        assert await claim(database) is None
    taken = await claim(database)
    assert taken is not None
    assert (taken.attempt, taken.num_pages) == (2, 7)


async def test_the_fence_of_a_row_that_is_gone_is_stale(database: Database) -> None:
    home = await seed.home(database)
    async with database.sessions() as session:
        with pytest.raises(Stale):
            await work.fence(session, Document, home.project_id, 1)


async def test_renewing_holds_the_row_and_fails_once_it_changed_hands(database: Database) -> None:
    home = await seed.home(database)
    await seed.add(database, seed.document(home))
    held = await claim(database)
    assert held is not None
    await expire(database, held.id)
    async with database.sessions.begin() as session:
        assert await work.renew(session, Document, held.id, held.attempt, 30) is True
    assert await claim(database) is None
    async with database.sessions.begin() as session:
        assert await work.renew(session, Document, held.id, held.attempt - 1, 30) is False


async def test_a_lease_is_counted_from_when_it_is_written_and_not_from_when_its_transaction_began(
    database: Database,
) -> None:
    home = await seed.home(database)
    await seed.add(database, seed.document(home))
    async with database.sessions.begin() as session:
        (claims_at,) = (await session.exec(select(func.now()))).all()
        held = await work.claim_document(session, lease_seconds=30, per_user=1, max_tries=5)
        assert held is not None and held.leased_until is not None
        assert held.leased_until > claims_at + timedelta(seconds=30)
    async with database.sessions.begin() as session:
        (renews_at,) = (await session.exec(select(func.now()))).all()
        assert await work.renew(session, Document, held.id, held.attempt, 30) is True
    renewed = await read(database, held.id)
    assert renewed.leased_until is not None
    assert renewed.leased_until > renews_at + timedelta(seconds=30)


async def test_a_released_row_can_be_claimed_at_once_and_the_try_does_not_count(database: Database) -> None:
    home = await seed.home(database)
    await seed.add(database, seed.document(home, rung_at=utc_now()))
    held = await claim(database)
    assert held is not None
    async with database.sessions.begin() as session:
        assert await work.release(session, Document, held.id, held.attempt - 1) is False
        assert await work.release(session, Document, held.id, held.attempt) is True
    async with database.sessions.begin() as session:
        assert await work.ring_documents(session, limit=5, quiet_seconds=60) == [held.id]
    taken = await claim(database)
    assert taken is not None
    assert (taken.attempt, taken.num_tries) == (2, 1)


async def test_a_row_with_too_many_tries_is_given_to_the_sweep_instead(database: Database) -> None:
    home = await seed.home(database)
    spent, running, fresh = (seed.document(home, second=n, num_tries=n) for n in (3, 4, 0))
    running.status, running.leased_until = DocumentStatus.CHUNKING, utc_now() + timedelta(seconds=30)
    await seed.add(database, spent, running, fresh)
    taken = await claim(database, max_tries=3)
    assert taken is not None and taken.id == fresh.id
    assert await claim(database, max_tries=3) is None
    async with database.sessions.begin() as session:
        found = await work.exhausted_documents(session, max_tries=3)
        assert [row.id for row in found] == [spent.id]
        async with database.sessions.begin() as other:
            assert await work.exhausted_documents(other, max_tries=3) == []


async def test_only_runnable_rows_without_a_recent_ring_are_rung(database: Database) -> None:
    home = await seed.home(database)
    silent, rung_long_ago, rung_now, running = (seed.document(home, second=n) for n in range(4))
    rung_long_ago.rung_at = utc_now() - timedelta(seconds=61)
    rung_now.rung_at = utc_now()
    running.status, running.leased_until = DocumentStatus.CHUNKING, utc_now() + timedelta(seconds=30)
    await seed.add(database, silent, rung_long_ago, rung_now, running)
    async with database.sessions.begin() as session:
        rung = await work.ring_documents(session, limit=10, quiet_seconds=60)
    assert set(rung) == {silent.id, rung_long_ago.id}
    async with database.sessions.begin() as session:
        assert await work.ring_documents(session, limit=10, quiet_seconds=60) == []


async def test_there_is_one_sweeper_at_a_time(database: Database) -> None:
    async with database.sessions.begin() as one, database.sessions.begin() as two:
        assert await work.sweep_lock(one) is True
        assert await work.sweep_lock(two) is False
    async with database.sessions.begin() as three:
        assert await work.sweep_lock(three) is True


async def test_a_claimed_answer_starts_its_text_anew(database: Database) -> None:
    home = await seed.home(database)
    _, answer = await seed.conversation(database, home)
    first = await claim_answer(database)
    assert first is not None
    assert (first.id, first.status, first.attempt) == (answer.id, MessageStatus.RUNNING, 1)
    async with database.sessions.begin() as session:
        row = await work.fence(session, Message, answer.id, 1)
        row.content, row.event_seq, row.leased_until = "Half of", 7, utc_now() - timedelta(seconds=1)
    async with database.sessions.begin() as session:
        assert await work.ring_messages(session, limit=5, quiet_seconds=5) == [answer.id]
    second = await claim_answer(database)
    assert second is not None
    assert (second.content, second.attempt, second.event_seq) == ("", 2, 0)


async def test_a_stopped_answer_keeps_its_text_when_somebody_takes_it_to_end_it(database: Database) -> None:
    home = await seed.home(database)
    _, answer = await seed.conversation(database, home)
    await claim_answer(database)
    async with database.sessions.begin() as session:
        row = await work.fence(session, Message, answer.id, 1)
        row.content, row.leased_until = "Half of", utc_now() - timedelta(seconds=1)
        row.stop_requested_at = utc_now()
    taken = await claim_answer(database)
    assert taken is not None and taken.content == "Half of"


async def test_questions_are_never_claimed(database: Database) -> None:
    home = await seed.home(database)
    question, answer = await seed.conversation(database, home)
    assert [
        row.id if row else None for row in [await claim_answer(database), await claim_answer(database)]
    ] == [
        answer.id,
        None,
    ]
    async with database.sessions() as session:
        row = await messages.get(session, question.id)
    assert row is not None and row.attempt == 0


async def test_the_place_in_the_queue_is_the_order_in_which_rows_are_claimed(database: Database) -> None:
    busy, quiet = await seed.home(database), await seed.home(database)
    rows = [*(seed.document(busy, second=n) for n in range(3)), seed.document(quiet, second=60)]
    await seed.add(database, *rows)
    places = {}
    for row in rows:
        async with database.sessions.begin() as session:
            await set_viewer(session, row.uploaded_by)
            places[row.id] = await documents.place_in_queue(session, row.id)
    claimed = [await claim(database) for _ in rows]
    assert [places[row.id] for row in claimed if row] == [1, 2, 3, 4]


async def test_a_row_that_does_not_wait_has_no_place(database: Database) -> None:
    home = await seed.home(database)
    row = seed.document(home, status=DocumentStatus.COMPLETED)
    await seed.add(database, row)
    async with database.sessions.begin() as session:
        await set_viewer(session, row.uploaded_by)
        assert await documents.place_in_queue(session, row.id) is None
