import asyncio
import hashlib
from typing import Any

import httpx
import openai as sdk
import pytest
from openai import AsyncOpenAI

MESSAGES: list[Any] = [{"role": "user", "content": "Hello"}]


async def order(http: httpx.AsyncClient, **body: object) -> None:
    (await http.post("/control", json=body)).raise_for_status()


async def stats(http: httpx.AsyncClient, endpoint: str) -> dict[str, Any]:
    counts: dict[str, Any] = (await http.get("/control/stats")).json()[endpoint]
    return counts


async def until(http: httpx.AsyncClient, endpoint: str, count: str, value: int) -> None:
    async with asyncio.timeout(10):
        while (await stats(http, endpoint))[count] != value:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the server has no event to wait for


async def embed(client: AsyncOpenAI) -> None:
    await client.embeddings.create(model="any", input="text")


async def talk(client: AsyncOpenAI) -> str:
    stream = await client.chat.completions.create(model="any", messages=MESSAGES, stream=True)
    return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])


async def test_a_rate_limit_says_when_to_come_back_and_ends_by_itself(
    http: httpx.AsyncClient, openai: AsyncOpenAI
) -> None:
    await order(http, mode="429", retry_after=0.5, times=2, endpoint="embeddings")
    for _ in range(2):
        with pytest.raises(sdk.RateLimitError) as refused:
            await embed(openai)
        assert refused.value.response.headers["Retry-After"] == "0.5"
        assert (refused.value.code, refused.value.type) == ("rate_limit_exceeded", "rate_limit_error")
    await embed(openai)
    assert (await stats(http, "embeddings"))["requests"] == 3
    assert (await stats(http, "embeddings"))["faults"] == 2


async def test_a_failure_of_one_endpoint_spares_the_others(
    http: httpx.AsyncClient, openai: AsyncOpenAI
) -> None:
    await order(http, mode="500", endpoint="chat")
    with pytest.raises(sdk.InternalServerError):
        await talk(openai)
    await embed(openai)
    await order(http, mode="ok")
    assert (await talk(openai)).startswith("This is the local model")


async def test_a_refused_text_is_not_counted_as_embedded(
    http: httpx.AsyncClient, openai: AsyncOpenAI
) -> None:
    await order(http, mode="500", times=1)
    with pytest.raises(sdk.InternalServerError):
        await embed(openai)
    assert (await stats(http, "embeddings"))["texts"] == {}
    await openai.embeddings.create(model="any", input=["text", "text", "other"])
    digests = {text: hashlib.sha256(text.encode()).hexdigest() for text in ("text", "other")}
    assert (await stats(http, "embeddings"))["texts"] == {digests["text"]: 2, digests["other"]: 1}


async def test_garbage_is_no_json(http: httpx.AsyncClient, openai: AsyncOpenAI) -> None:
    await order(http, mode="garbage")
    reply = await http.post("/v1/embeddings", json={"model": "any", "input": "text"})
    assert reply.status_code == 200
    with pytest.raises(ValueError, match="Unterminated"):
        reply.json()
    with pytest.raises(ValueError, match="Unterminated"):
        await talk(openai)


async def test_a_dropped_connection_breaks_an_answer_and_a_stream(
    http: httpx.AsyncClient, openai: AsyncOpenAI
) -> None:
    await order(http, mode="drop")
    with pytest.raises(sdk.APIConnectionError):
        await embed(openai)
    stream = await openai.chat.completions.create(model="any", messages=MESSAGES, stream=True)
    seen: list[str] = []
    with pytest.raises((httpx.RemoteProtocolError, sdk.APIConnectionError)):
        async for chunk in stream:
            seen.append(chunk.choices[0].delta.content or "")
    assert "".join(seen) == "This is the"


async def test_what_hangs_is_answered_after_all_is_well_again(
    http: httpx.AsyncClient, openai: AsyncOpenAI
) -> None:
    await order(http, mode="hang", endpoint="embeddings")
    waiting = asyncio.create_task(embed(openai))
    await until(http, "embeddings", "faults", 1)
    assert not waiting.done()
    await order(http, mode="ok")
    await waiting


async def test_a_client_that_tires_of_waiting_is_counted(
    http: httpx.AsyncClient, openai: AsyncOpenAI
) -> None:
    await order(http, mode="slow", delay_seconds=60)
    waiting = asyncio.create_task(embed(openai))
    await until(http, "embeddings", "faults", 1)
    waiting.cancel()
    await until(http, "embeddings", "closed_by_client", 1)
    assert (await stats(http, "embeddings"))["texts"] == {}


async def test_a_stream_stops_when_its_client_hangs_up(http: httpx.AsyncClient, openai: AsyncOpenAI) -> None:
    await order(http, tokens_per_second=20)
    stream = await openai.chat.completions.create(model="any", messages=MESSAGES, stream=True)
    async for chunk in stream:
        if chunk.choices[0].delta.content:
            break
    await stream.close()
    await until(http, "chat", "closed_by_client", 1)
    sent = (await stats(http, "chat"))["tokens_sent"]
    assert 1 <= sent < 17


async def test_a_finished_stream_is_counted_whole(http: httpx.AsyncClient, openai: AsyncOpenAI) -> None:
    text = await talk(openai)
    counts = await stats(http, "chat")
    assert counts["tokens_sent"] == len(text.split()) == 17
    assert counts["closed_by_client"] == 0


async def test_an_unknown_order_is_refused(http: httpx.AsyncClient) -> None:
    reply = await http.post("/control", json={"mode": "explode"})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "mode")
    reply = await http.post("/control", json={"modus": "ok"})
    assert (reply.status_code, reply.json()["error"]["param"]) == (400, "modus")


async def test_a_reset_forgets_orders_and_counts(http: httpx.AsyncClient, openai: AsyncOpenAI) -> None:
    await order(http, mode="500", tokens_per_second=1)
    with pytest.raises(sdk.InternalServerError):
        await embed(openai)
    await http.post("/control/reset")
    assert await stats(http, "embeddings") == {
        "requests": 0,
        "faults": 0,
        "tokens_sent": 0,
        "closed_by_client": 0,
        "most_under_way": 0,
        "texts": {},
    }
    await embed(openai)
