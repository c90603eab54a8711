"""Worker processes as an operator runs them: killed, told to end, and with the broker away."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from pydantic import BaseModel, SecretStr
from redis.asyncio import Redis as Client

from backend.errors import Invalid
from backend.local import processes
from backend.local.installation import PROJECT, Installation
from backend.local.processes import Child, Command
from backend.local.redis import Redis
from backend.services.documents import reuse
from backend.settings import Settings
from backend.tasks import worker
from db.models import Document, DocumentStatus
from tests.e2e.product import free_port
from tests.fixtures.house import House, markdown

NOWHERE = "redis://127.0.0.1:1/0"
SHORT = {
    "OPENTRACE_WORK__LEASE_SECONDS": "2",
    "OPENTRACE_WORK__RENEW_SECONDS": "0.5",
    "OPENTRACE_WORK__SWEEP_SECONDS": "0.3",
    "OPENTRACE_INGESTION__EMBED_BATCH_INPUTS": "2",
}
SLOW = {"endpoint": "embeddings", "mode": "slow", "delay_seconds": 0.3}
StartWorker = Callable[..., Awaitable[Child]]


def environment(group: BaseModel, prefix: str = "OPENTRACE_") -> dict[str, str]:
    """Settings as the variables that an operator would set."""
    found: dict[str, str] = {}
    for name in type(group).model_fields:
        value = getattr(group, name)
        if isinstance(value, BaseModel):
            found |= environment(value, f"{prefix}{name.upper()}__")
        elif isinstance(value, SecretStr):
            found[f"{prefix}{name.upper()}"] = value.get_secret_value()
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            found[f"{prefix}{name.upper()}"] = str(value)
    return found


@pytest.fixture
async def start_worker(runtime_settings: Settings, tmp_path: Path) -> AsyncIterator[StartWorker]:
    """Starts ingestion workers under the test's settings; those that are left are stopped at the end."""
    started: list[Child] = []

    async def start(**variables: str) -> Child:
        log_file = tmp_path / f"worker-{len(started)}.log"
        argv = (sys.executable, "-m", "backend.cli", "worker", "ingestion")
        env = environment(runtime_settings) | SHORT | variables
        child = await processes.spawn(Command(argv, log_file, env=env, cwd=PROJECT))
        started.append(child)
        return child

    yield start
    await asyncio.gather(*(child.stop() for child in started if child.exit_code is None))


async def wait_for(house: House, document_id: UUID, reached: Callable[[Document], bool]) -> Document:
    async with asyncio.timeout(60):
        while not reached(row := await house.document(document_id)):  # noqa: ASYNC110 # a row changes
            await asyncio.sleep(0.02)
    return row


def is_embedding(row: Document) -> bool:
    return row.num_chunks_embedded >= 2


def is_completed(row: Document) -> bool:
    assert row.status is not DocumentStatus.FAILED, row.failure_message
    return row.status is DocumentStatus.COMPLETED


async def texts_bought(model_control: httpx.AsyncClient) -> list[int]:
    stats = (await model_control.get("/control/stats")).json()
    return sorted(stats["embeddings"]["texts"].values())


async def chunks_of(house: House, content: bytes) -> list[tuple[int, str]]:
    """What an undisturbed run makes of the content, which must be bought again afterwards."""
    document_id = await house.upload(content)
    assert await house.ingest() is True
    await reuse.prune(house.worker.database, max_entries=0, older_than_seconds=0)
    return await house.seen_by_search(document_id)


async def test_a_ring_wakes_the_worker_and_the_document_is_completed(
    house: House, start_worker: StartWorker
) -> None:
    # The sweep cannot have found it: it comes once in an hour.
    port = free_port()
    await start_worker(OPENTRACE_WORK__SWEEP_SECONDS="3600", OPENTRACE_WORK__METRICS_PORT=str(port))
    await wait_until_listening(house.worker.redis)
    document_id = await house.upload(markdown(3))
    await wait_for(house, document_id, is_completed)
    assert len(await house.seen_by_search(document_id)) == 3
    async with httpx.AsyncClient(trust_env=False) as http:
        page = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'opentrace_claims_total{kind="documents"} 1.0\n' in page
    assert 'opentrace_waiting{kind="documents"} 0.0\n' in page


async def wait_until_listening(redis: "Client") -> None:
    """Until a worker waits for messages there."""
    async with asyncio.timeout(60):
        while "brpop" not in str(await redis.client_list()).lower():  # noqa: ASYNC110 # Redis is asked
            await asyncio.sleep(0.05)


async def test_a_worker_killed_while_embedding_is_resumed_by_another_and_no_text_is_bought_twice(
    house: House, start_worker: StartWorker, model_control: httpx.AsyncClient
) -> None:
    content = markdown(12)
    undisturbed = await chunks_of(house, content)
    await model_control.post("/control/reset")
    await model_control.post("/control", json=SLOW)
    first = await start_worker()
    document_id = await house.upload(content, allow_duplicate=True)
    await wait_for(house, document_id, is_embedding)
    first.kill()
    await first.wait()
    held = await house.document(document_id)
    assert held.status is DocumentStatus.VECTORIZATION
    await start_worker()
    row = await wait_for(house, document_id, is_completed)
    assert (row.attempt, row.num_tries) == (held.attempt + 1, 2)
    assert await house.seen_by_search(document_id) == undisturbed
    bought = await texts_bought(model_control)
    assert len(bought) == 12
    assert sum(bought) - 12 in (0, 2)
    shares = [e.data["progress"] for e in await house.history(document_id) if e.kind == "StageProgressed"]
    assert shares == sorted(shares)


async def test_a_worker_that_is_told_to_end_hands_its_document_to_the_next_one_at_once(
    house: House, start_worker: StartWorker, model_control: httpx.AsyncClient
) -> None:
    await model_control.post("/control", json=SLOW)
    # Were the lease not handed back, the next worker would have to wait for an hour.
    first = await start_worker(OPENTRACE_WORK__LEASE_SECONDS="3600")
    document_id = await house.upload(markdown(12))
    await wait_for(house, document_id, is_embedding)
    await first.stop()
    assert first.exit_code == 0, processes.tail(first.command.log_file, num_lines=30)
    await start_worker()
    row = await wait_for(house, document_id, is_completed)
    assert row.num_tries == 1


async def test_work_goes_on_while_redis_is_away(house: House, start_worker: StartWorker) -> None:
    document_id = await house.upload(markdown(3))
    await start_worker(OPENTRACE_REDIS__URL=NOWHERE)
    await wait_for(house, document_id, is_completed)
    assert len(await house.seen_by_search(document_id)) == 3


async def test_a_worker_outlives_its_redis_and_hears_it_again(
    house: House, start_worker: StartWorker, tmp_path: Path
) -> None:
    own = Redis(Installation(tmp_path / "own"), durable=False)
    await own.start()
    try:
        child = await start_worker(OPENTRACE_REDIS__URL=own.url)
        async with Client.from_url(own.url) as redis:
            await wait_until_listening(redis)
        await own.stop()
        document_id = await house.upload(markdown(2))
        await wait_for(house, document_id, is_completed)
        await own.start()
        async with Client.from_url(own.url) as redis:
            await wait_until_listening(redis)
        assert child.exit_code is None
    finally:
        await own.stop()


def test_an_unknown_queue_is_refused_by_name(runtime_settings: Settings) -> None:
    with pytest.raises(Invalid, match="nonsense"):
        worker.run(runtime_settings, "nonsense")


async def test_an_operator_may_search_for_orphans_at_once(house: House, runtime_settings: Settings) -> None:
    document_id = await house.upload(markdown(1))
    found = [await worker.repair(runtime_settings) for _ in range(2)]
    assert [each and each["num_objects_seen"] for each in found] == [1, 1]
    assert (await house.document(document_id)).status is DocumentStatus.QUEUED
