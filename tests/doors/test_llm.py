"""The models, over the wire to a real server that can be told to fail in every way providers do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import product
from typing import Any

import httpx
import numpy as np
import pytest
from pydantic import BaseModel

from backend.errors import Invalid, Unavailable
from backend.llm import ChatDelta, ModelAnswerInvalid, Models, TokenUsage, calls, gate
from backend.local.model_server import ModelServer

QUESTION = [{"role": "user", "content": "When is the lamp lit?"}]
SEARCH = {
    "type": "function",
    "function": {
        "name": "rag_search",
        "description": "Search the documents.",
        "parameters": {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]},
    },
}
FORCED = {"type": "function", "function": {"name": "rag_search"}}


class Verdict(BaseModel):
    toxicity: bool
    reason: str


@pytest.fixture
async def control(model_server: ModelServer) -> AsyncIterator[httpx.AsyncClient]:
    """The server's controls; what was ordered is undone after the test."""
    async with httpx.AsyncClient(base_url=model_server.address, trust_env=False) as http:
        await http.post("/control/reset")
        yield http
        await http.post("/control/reset")


@pytest.fixture
async def models(model_server: ModelServer, control: httpx.AsyncClient) -> AsyncIterator[Models]:
    opened = of(model_server)
    yield opened
    await opened.close()


def of(server: ModelServer, **changes: Any) -> Models:
    options: dict[str, Any] = {
        "base_url": server.base_url,
        "api_key": "any",
        "chat_model": server.chat_model,
        "guardrail_model": server.chat_model,
        "embedding_model": server.embedding_model,
        "embedding_dimensions": server.embedding_dimensions,
        "timeout_seconds": 10.0,
    }
    return Models(**(options | changes))


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, noted instead of waited for; jitter is taken out."""
    noted: list[float] = []

    async def note(seconds: float) -> None:
        noted.append(round(seconds, 1))

    monkeypatch.setattr(gate, "sleep", note)
    monkeypatch.setattr(calls, "_jitter", lambda: 1.0)
    return noted


async def order(control: httpx.AsyncClient, **wanted: Any) -> None:
    (await control.post("/control", json=wanted)).raise_for_status()


async def counted(control: httpx.AsyncClient, endpoint: str, what: str) -> int:
    return int((await control.get("/control/stats")).json()[endpoint][what])


async def said(models: Models, **options: Any) -> list[ChatDelta]:
    return [delta async for delta in models.stream_chat(QUESTION, **options)]


async def test_embeddings_come_in_the_order_of_their_texts(models: Models) -> None:
    together = await models.embed(["a lamp", "a boat", "a lamp"])
    alone = await models.embed(["a boat"])
    assert (together.vectors.shape, together.vectors.dtype) == ((3, 384), np.float32)
    assert np.allclose(together.vectors[0], together.vectors[2])
    assert np.allclose(together.vectors[1], alone.vectors[0], atol=1e-3)
    assert together.num_tokens > alone.num_tokens > 0


async def test_no_texts_cost_nothing(models: Models, control: httpx.AsyncClient) -> None:
    embedded = await models.embed([])
    assert (embedded.vectors.shape, embedded.num_tokens) == ((0, 384), 0)
    assert await counted(control, "embeddings", "requests") == 0


async def test_vectors_of_the_wrong_length_are_refused(model_server: ModelServer) -> None:
    models = of(model_server, embedding_dimensions=100)
    with pytest.raises((ModelAnswerInvalid, Invalid)):
        await models.embed(["a lamp"])
    await models.close()


async def test_text_streams_and_what_it_cost_comes_last(models: Models) -> None:
    *pieces, last = await said(models)
    assert "".join(piece.text for piece in pieces) != ""
    assert all(piece.text and not piece.tool_calls and not piece.usage for piece in pieces)
    assert last.usage is not None and last.usage.num_output_tokens > 0


async def test_a_tool_call_comes_whole(models: Models) -> None:
    call, cost = await said(models, tools=[SEARCH], tool_choice=FORCED)
    assert [(one.name, one.id != "") for one in call.tool_calls] == [("rag_search", True)]
    assert '"query"' in call.tool_calls[0].arguments
    assert isinstance(cost.usage, TokenUsage)


async def test_a_form_is_filled_in(models: Models) -> None:
    verdict, usage = await models.structured(Verdict, QUESTION)
    assert (verdict.toxicity, usage.num_input_tokens > 0) == (False, True)


async def becomes(control: httpx.AsyncClient, what: str, wanted: int) -> None:
    """Return when the chat has counted so many."""
    async with asyncio.timeout(10):
        while await counted(control, "chat", what) != wanted:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)


async def test_closing_the_answer_early_closes_the_socket(models: Models, control: httpx.AsyncClient) -> None:
    await order(control, tokens_per_second=5)
    async with aclosing(models.stream_chat(QUESTION)) as deltas:
        assert (await anext(deltas)).text
    await becomes(control, "closed_by_client", 1)
    num_sent = await counted(control, "chat", "tokens_sent")
    await order(control, tokens_per_second=0)
    await asyncio.sleep(0.1)
    assert await counted(control, "chat", "tokens_sent") == num_sent


async def test_cancelling_the_reader_closes_the_socket(models: Models, control: httpx.AsyncClient) -> None:
    await order(control, tokens_per_second=2)
    started = asyncio.Event()

    async def read() -> None:
        async with aclosing(models.stream_chat(QUESTION)) as deltas:
            async for _ in deltas:
                started.set()

    task = asyncio.create_task(read())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await becomes(control, "closed_by_client", 1)


async def test_cancelling_before_the_first_piece_closes_the_socket(
    models: Models, control: httpx.AsyncClient
) -> None:
    await order(control, mode="hang", endpoint="chat")
    task = asyncio.create_task(said(models))
    await becomes(control, "requests", 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await becomes(control, "closed_by_client", 1)


@pytest.mark.parametrize(
    ("mode", "call"),
    [
        *product(["429", "500"], ["embed", "structured", "stream_chat"]),
        *product(["drop"], ["embed", "structured"]),
    ],
)
async def test_passing_failures_are_waited_out(
    models: Models, control: httpx.AsyncClient, waits: list[float], mode: str, call: str
) -> None:
    await order(control, mode=mode, times=2)
    assert await ask(models, call)
    assert waits == [1.0, 2.0]


async def ask(models: Models, call: str) -> object:
    if call == "embed":
        return await models.embed(["a lamp"])
    if call == "structured":
        return await models.structured(Verdict, QUESTION)
    return await said(models)


@pytest.mark.parametrize("call", ["embed", "structured", "stream_chat"])
async def test_patience_ends_after_three_more_tries(
    models: Models, control: httpx.AsyncClient, waits: list[float], call: str
) -> None:
    await order(control, mode="500")
    with pytest.raises(Unavailable) as failed:
        await ask(models, call)
    assert (waits, failed.value.code) == ([1.0, 2.0, 4.0], "MODEL_UNAVAILABLE")
    endpoint = "embeddings" if call == "embed" else "chat"
    assert await counted(control, endpoint, "requests") == 4


async def test_the_server_says_how_long_to_wait(
    models: Models, control: httpx.AsyncClient, waits: list[float]
) -> None:
    await order(control, mode="429", times=2, retry_after=7)
    await models.embed(["a lamp"])
    assert waits == [7.0, 7.0]


async def test_a_wait_of_more_than_a_minute_is_left_to_the_caller(
    models: Models, control: httpx.AsyncClient, waits: list[float]
) -> None:
    await order(control, mode="429", retry_after=90)
    with pytest.raises(Unavailable) as failed:
        await models.embed(["a lamp"])
    assert (waits, failed.value.retry_after) == ([], 90)


@pytest.mark.parametrize("call", ["embed", "structured", "stream_chat"])
async def test_garbage_is_said_and_not_asked_for_again(
    models: Models, control: httpx.AsyncClient, waits: list[float], call: str
) -> None:
    await order(control, mode="garbage")
    with pytest.raises(ModelAnswerInvalid) as failed:
        await ask(models, call)
    assert (waits, failed.value.code) == ([], "MODEL_ANSWER_INVALID")


async def test_a_stream_that_breaks_in_mid_answer_is_not_begun_again(
    models: Models, control: httpx.AsyncClient, waits: list[float]
) -> None:
    await order(control, mode="drop", endpoint="chat")
    told = []
    with pytest.raises(Unavailable):
        async for delta in models.stream_chat(QUESTION):
            told.append(delta.text)
    assert told != []
    assert waits == []
    assert await counted(control, "chat", "requests") == 1


async def test_a_server_that_is_too_slow_is_unavailable(
    model_server: ModelServer, control: httpx.AsyncClient, waits: list[float]
) -> None:
    models = of(model_server, timeout_seconds=0.2)
    await order(control, mode="hang")
    with pytest.raises(Unavailable):
        await models.embed(["a lamp"])
    assert waits == [1.0, 2.0, 4.0]
    await models.close()


async def test_a_server_that_is_away_is_unavailable(model_server: ModelServer, waits: list[float]) -> None:
    models = of(model_server, base_url="http://127.0.0.1:1/v1")
    for call in ("embed", "structured", "stream_chat"):
        with pytest.raises(Unavailable):
            await ask(models, call)
    assert waits == [1.0, 2.0, 4.0] * 3
    await models.close()


async def test_what_the_server_refuses_is_not_asked_for_again(
    model_server: ModelServer, control: httpx.AsyncClient, waits: list[float]
) -> None:
    models = of(model_server, base_url=f"{model_server.address}/nowhere")
    with pytest.raises(Invalid) as refused:
        await models.embed(["a lamp"])
    assert (refused.value.code, waits) == ("MODEL_REFUSED", [])
    await models.close()


def test_the_key_is_not_shown(model_server: ModelServer) -> None:
    assert "secret-key" not in repr(of(model_server, api_key="secret-key"))
