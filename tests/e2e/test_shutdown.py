"""Processes that are told to end: whoever watches goes on elsewhere, and what is under way is taken over."""

import asyncio
from contextlib import aclosing
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from backend.cli import operations
from backend.cli.client import Client, events_of
from backend.local import processes
from backend.local.processes import Child
from backend.local.sample import PDF, QUESTION
from tests.e2e.product import Product, ask, follow_answer, follow_document, new_project, text_of, upload
from tests.fixtures.streams import by_sse

HOUR = {"OPENTRACE_WORK__LEASE_SECONDS": "3600"}


async def test_viewers_and_answers_of_processes_that_are_told_to_end_go_on_at_others(
    product: Product, model_control: httpx.AsyncClient
) -> None:
    first = await product.start_api()
    ending_api = product.children[-1]
    second = await product.start_api()
    await product.start_worker("ingestion")
    # Were the lease not handed back, nobody could take the answer over before the test is given up.
    ending_worker = await product.start_worker("answers", **HOUR)
    project = await new_project(first)
    await follow_document(first, await upload(first, project, PDF))
    await model_control.post("/control", json={"tokens_per_second": 8})
    answer = await ask(first, project, QUESTION)
    async with asyncio.timeout(120):
        seen = await watched_until_told_to_end(first, answer, ending_api)
        await told_to_end(ending_worker)
        await model_control.post("/control/reset")
        await product.start_worker("answers", **HOUR)
        seen += await follow_answer(second, answer, after=seen[-1]["cursor"])
    names = [event["__typename"] for event in seen]
    assert (names.count("AnswerRestarted"), names[-1]) == (1, "MessageCompleted")
    cursors = [event["cursor"] for event in seen[1:]]
    assert len(set(cursors)) == len(cursors)
    assert text_of(seen) == text_of(await follow_answer(second, answer)) != ""


async def watched_until_told_to_end(api: Client, answer: str, process: Child) -> list[dict[str, Any]]:
    """What a socket was told before the API was told to end; a stream beside it ends in its own way."""
    streaming = asyncio.create_task(streamed(api, answer))
    seen: list[dict[str, Any]] = []
    async with api.socket() as socket:
        async for event in events_of(socket, operations.MESSAGE_EVENTS, {"message": answer}):
            seen.append(event)
            if event["__typename"] == "TextAppended":
                break
        ending = asyncio.create_task(told_to_end(process))
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    # Neither `complete` nor a torn body: graphql-sse and EventSource connect again.
    with pytest.raises(httpx.RemoteProtocolError, match="ended before its operation"):
        await streaming
    await ending
    return seen


async def streamed(api: Client, answer: str) -> None:
    async with aclosing(by_sse(api, operations.MESSAGE_EVENTS, {"message": answer}, None)) as events:
        async for _ in events:
            pass


async def told_to_end(process: Child) -> None:
    """SIGTERM; it ends by itself, having waited for nothing in vain."""
    await process.stop()
    log = processes.tail(process.command.log_file, num_lines=30)
    assert process.exit_code in (0, -15), log
    assert "timeout graceful shutdown exceeded" not in log
