"""A worker killed in the middle of an answer: another one takes over, and nobody can tell from the text."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from uuid import UUID

from backend.events import Cursor
from backend.local.redis import Redis
from backend.services import upkeep
from db.models import MessageStatus, UsageKind
from tests.fixtures.databases import DatabaseAddress
from tests.stage import ANSWER, Stage, text_of

ROOT = Path(__file__).parents[3]


async def killed_worker(
    stage: Stage, address: DatabaseAddress, redis: Redis, *, after: str, num: int = 1
) -> UUID:
    """Let a worker process begin the waiting answer, and kill it at the `num`-th event of a kind."""
    order = {
        "database": address.url,
        "redis": redis.url,
        "models": stage.server.base_url,
        "chat_model": stage.server.chat_model,
        "embedding_model": stage.server.embedding_model,
        "embedding_dimensions": stage.server.embedding_dimensions,
    }
    sent = await stage.ask()
    module = "tests.services.messages.worker"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, json.dumps(order), cwd=ROOT)
    try:
        await stage.until(sent.answer.id, after, num)
    finally:
        process.send_signal(signal.SIGKILL)
        assert await process.wait() == -signal.SIGKILL
    return sent.answer.id


async def taken_over(stage: Stage) -> None:
    """Work as soon as the dead worker's lease has run out."""
    async with asyncio.timeout(20):
        while not await stage.work():  # noqa: ASYNC110 - only time ends a lease
            await asyncio.sleep(0.1)


async def test_after_a_kill_in_mid_answer_another_worker_writes_the_same_text_once(
    stage: Stage, database_address: DatabaseAddress, redis_server: Redis
) -> None:
    await stage.control(tokens_per_second=6)
    answer_id = await killed_worker(stage, database_address, redis_server, after="TextAppended", num=4)
    left = await stage.row(answer_id)
    assert left.status is MessageStatus.RUNNING
    before = await stage.events(answer_id)
    assert left.content and text_of(before).startswith(left.content)
    follower = asyncio.create_task(stage.until(answer_id, "MessageCompleted"))
    await stage.control(tokens_per_second=0)
    await taken_over(stage)
    row = await stage.row(answer_id)
    assert (row.status, row.content, row.attempt) == (MessageStatus.COMPLETED, ANSWER, 2)
    events = await stage.events(answer_id)
    assert events[: len(before)] == before
    assert [event.cursor for event in events if event.kind == "AnswerRestarted"] == [Cursor(2, 0)]
    assert events[len(before)].cursor == Cursor(2, 0)
    assert text_of(events) == ANSWER
    seen = await follower
    assert [event.kind for event in seen].count("AnswerRestarted") == 1
    assert text_of(seen) == ANSWER
    assert len(await stage.citations(answer_id)) == 1
    paid = [(usage.attempt, usage.kind) for usage in await stage.usage(answer_id)]
    each = [UsageKind.GUARDRAIL, UsageKind.EMBEDDING, UsageKind.CHAT]
    assert paid == [(attempt, kind) for attempt in (1, 2) for kind in each]
    assert (await stage.stats())["chat"]["requests"] == 4


async def test_after_a_kill_before_the_first_word_the_answer_is_written_too(
    stage: Stage, database_address: DatabaseAddress, redis_server: Redis
) -> None:
    await stage.control(endpoint="embeddings", mode="slow", delay_seconds=1.0)
    answer_id = await killed_worker(stage, database_address, redis_server, after="ToolStarted")
    await taken_over(stage)
    row = await stage.row(answer_id)
    assert (row.status, row.content, row.attempt) == (MessageStatus.COMPLETED, ANSWER, 2)
    assert text_of(await stage.events(row.id)) == ANSWER


async def test_a_follower_who_was_there_before_the_kill_needs_no_new_subscription(
    stage: Stage, database_address: DatabaseAddress, redis_server: Redis
) -> None:
    await stage.control(tokens_per_second=6)
    answer_id = await killed_worker(stage, database_address, redis_server, after="TextAppended", num=3)
    cut = (await stage.events(answer_id))[-2].cursor
    await stage.control(tokens_per_second=0)

    async def resumed() -> str:
        return text_of([event async for event in stage.watch(answer_id, cut)])

    following = asyncio.create_task(resumed())
    await taken_over(stage)
    assert await asyncio.wait_for(following, 20) == ANSWER


async def test_an_answer_that_kills_every_worker_is_given_up(stage: Stage) -> None:
    sent = await stage.ask()
    await stage.change(
        sent.answer.id, status=MessageStatus.RUNNING, attempt=5, num_tries=5, content="The lamp"
    )
    assert await stage.work() is False
    await upkeep.sweep(stage.transactions, max_tries=5, quiet_seconds=10)
    row = await stage.row(sent.answer.id)
    assert (row.status, row.attempt, row.content) == (MessageStatus.FAILED, 6, "The lamp")
    seen = [event async for event in stage.watch(row.id)]
    assert [event.kind for event in seen] == ["MessageSnapshot", "MessageFailed"]
