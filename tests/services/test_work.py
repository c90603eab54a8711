"""A lease beside the work: kept while it lives, lost for good, handed back at the end."""

import asyncio
from uuid import UUID

import pytest

from backend.errors import Unavailable
from backend.runtime import Runtime
from backend.services import work
from backend.transactions import Transactions
from db.errors import Stale
from db.models import Document
from tests.fixtures.house import House, markdown

LEFT = "SELECT extract(epoch FROM leased_until - now())::float FROM opentrace.documents WHERE id = $1"
HELD = (
    "UPDATE opentrace.documents SET status = 'CHUNKING', attempt = 7, num_tries = 1, leased_until = now()"
    " WHERE id = :id"
)
TAKE = "UPDATE opentrace.documents SET attempt = attempt + 1 WHERE id = :id"


@pytest.fixture
async def document_id(house: House) -> UUID:
    """A document that is held by attempt 7, with a lease that is about to run out."""
    document_id = await house.upload(markdown(1))
    await house.sql(HELD, id=document_id)
    return document_id


async def seconds_left(runtime: Runtime, document_id: UUID) -> float:
    async with runtime.database.pool.acquire() as connection:
        return float(await connection.fetchval(LEFT, document_id))


async def hold_for_ever(
    transactions: Transactions, document_id: UUID, *, lease_seconds: float = 60, renew_seconds: float = 0.02
) -> work.Lease:
    async with work.hold(
        transactions, Document, document_id, 7, lease_seconds=lease_seconds, renew_seconds=renew_seconds
    ) as lease:
        await asyncio.Event().wait()
    return lease


async def until_renewed(runtime: Runtime, document_id: UUID) -> None:
    async with asyncio.timeout(10):
        while await seconds_left(runtime, document_id) < 30:  # noqa: ASYNC110 # it is a row that changes
            await asyncio.sleep(0.01)


async def test_the_lease_is_renewed_while_the_block_runs(house: House, document_id: UUID) -> None:
    holding = asyncio.create_task(hold_for_ever(house.worker.transactions, document_id))
    await until_renewed(house.worker, document_id)
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding


async def test_a_row_that_changed_hands_cancels_the_block_and_nothing_beyond_it(
    house: House, document_id: UUID
) -> None:
    holding = asyncio.create_task(hold_for_ever(house.worker.transactions, document_id))
    await until_renewed(house.worker, document_id)
    await house.sql(TAKE, id=document_id)
    async with asyncio.timeout(10):
        lease = await holding
    assert (lease.lost, lease.stopped) == (True, False)


async def test_a_row_that_is_gone_is_lost(house: House, document_id: UUID) -> None:
    holding = asyncio.create_task(hold_for_ever(house.worker.transactions, document_id))
    await until_renewed(house.worker, document_id)
    await house.sql("DELETE FROM opentrace.documents WHERE id = :id", id=document_id)
    async with asyncio.timeout(10):
        assert (await holding).lost is True


async def test_a_fenced_write_that_is_refused_ends_the_block_as_lost(house: House, document_id: UUID) -> None:
    async with work.hold(
        house.worker.transactions, Document, document_id, 7, lease_seconds=60, renew_seconds=60
    ) as lease:
        raise Stale("somebody else has it")
    assert lease.lost is True


async def test_a_stopped_lease_ends_the_block_and_leaves_the_row_ours(
    house: House, document_id: UUID
) -> None:
    async with work.hold(
        house.worker.transactions, Document, document_id, 7, lease_seconds=60, renew_seconds=60
    ) as lease:
        asyncio.get_running_loop().call_soon(lease.stop)
        await asyncio.Event().wait()
    assert (lease.lost, lease.stopped) == (False, True)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert (await house.document(document_id)).attempt == 7


async def test_cancelling_from_outside_hands_the_row_back_and_goes_on(
    house: House, document_id: UUID
) -> None:
    holding = asyncio.create_task(hold_for_ever(house.worker.transactions, document_id))
    await until_renewed(house.worker, document_id)
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await holding
    assert await seconds_left(house.worker, document_id) <= 0
    assert (await house.document(document_id)).num_tries == 0


async def test_an_error_of_the_block_comes_through(house: House, document_id: UUID) -> None:
    with pytest.raises(KeyError):
        async with work.hold(
            house.worker.transactions, Document, document_id, 7, lease_seconds=60, renew_seconds=60
        ):
            raise KeyError("a bug")


async def test_a_database_that_is_away_for_a_whole_lease_has_lost_it(
    house: House, document_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise Unavailable("The database does not answer.")

    monkeypatch.setattr("db.queries.work.renew", away)
    async with asyncio.timeout(10):
        lease = await hold_for_ever(house.worker.transactions, document_id, lease_seconds=0.1)
    assert lease.lost is True
