"""The short form of a thousand disconnects, and an API that dies under its viewers."""

import asyncio

import httpx
import pytest

from backend.cli import operations
from backend.cli.client import events_of
from backend.local.sample import PDF, QUESTION
from backend.runtime import Runtime
from tests.e2e.product import Product, ask, follow_answer, follow_document, new_project, text_of, upload
from tests.fixtures.served import Served
from tests.fixtures.streams import Way, by_multipart, by_socket, by_sse
from tests.viewers import Drama


@pytest.mark.parametrize("way", [by_socket, by_sse, by_multipart])
async def test_viewers_that_are_cut_off_at_random_see_every_answer_whole(
    served: Served, worker_runtime: Runtime, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    drama = Drama(served, worker_runtime, monkeypatch, way=way)
    await drama.play(num_answers=4, num_cuts=8)
    assert (drama.num_answers, drama.num_cuts > 20) == (4, True)


async def test_viewers_of_an_api_that_is_killed_go_on_at_the_other(
    product: Product, model_control: httpx.AsyncClient
) -> None:
    first = await product.start_api()
    dying = product.children[-1]
    second = await product.start_api()
    await product.start_worker("ingestion")
    await product.start_worker("answers")
    project = await new_project(first)
    await follow_document(first, await upload(first, project, PDF))
    await model_control.post("/control", json={"tokens_per_second": 8})
    answer = await ask(first, project, QUESTION)
    seen: list[dict[str, object]] = []
    async with asyncio.timeout(120):
        async with first.socket() as socket:
            async for event in events_of(socket, operations.MESSAGE_EVENTS, {"message": answer}):
                seen.append(event)
                if event["__typename"] == "TextAppended":
                    break
            await product.kill(dying)
        after = str(seen[-1]["cursor"])
        seen += await follow_answer(second, answer, after=after)
    await model_control.post("/control/reset")
    assert seen[-1]["__typename"] == "MessageCompleted"
    cursors = [event["cursor"] for event in seen[1:]]
    assert len(set(cursors)) == len(cursors)
    assert text_of(seen) == text_of(await follow_answer(second, answer)) != ""
