"""What goes over the wire for embeddings, and what the provider's refusals and waits are understood as."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from backend.errors import Invalid, QuotaExceeded
from backend.llm import Models, calls
from backend.local.model_server import ModelServer
from tests.doors.test_llm import of
from tests.fixtures.pages import Pages, replying


@pytest.fixture
async def models(model_server: ModelServer) -> AsyncIterator[Models]:
    opened = of(model_server)
    yield opened
    await opened.close()


async def test_vectors_travel_as_base64(models: Models) -> None:
    sent: list[dict[str, Any]] = []
    received: list[Any] = []

    async def note_request(request: httpx.Request) -> None:
        sent.append(json.loads(request.content))

    async def note_answer(response: httpx.Response) -> None:
        await response.aread()
        received.append(response.json()["data"][0]["embedding"])

    hooks = models._client._client.event_hooks
    models._client._client.event_hooks = {
        "request": [*hooks["request"], note_request],
        "response": [*hooks["response"], note_answer],
    }
    embedded = await models.embed(["a lamp"])
    assert [request["encoding_format"] for request in sent] == ["base64"]
    # 384 floats of 4 bytes, 3 bytes in 4 letters.
    assert [len(text) for text in received] == [384 * 4 * 4 // 3]
    assert embedded.vectors.shape == (1, 384)


async def test_a_text_that_is_longer_than_the_model_takes_is_told_as_such(models: Models) -> None:
    with pytest.raises(Invalid) as refused:
        await models.embed(["lamp " * 9000])
    assert refused.value.code == "MODEL_INPUT_TOO_LONG"


async def test_an_account_that_is_used_up_is_not_asked_again(model_server: ModelServer, pages: Pages) -> None:
    body = b'{"error": {"code": "insufficient_quota", "message": "You exceeded your quota."}}'
    pages.replies["/v1/embeddings"] = replying(429, body, {"content-type": "application/json"})
    models = of(model_server, base_url=pages.url("/v1"))
    with pytest.raises(QuotaExceeded) as refused:
        await models.embed(["a lamp"])
    assert (refused.value.code, len(pages.asked)) == ("MODEL_QUOTA_EXCEEDED", 1)
    await models.close()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_said_in_several_ways(headers: dict[str, str], seconds: float | None) -> None:
    assert calls._retry_after(headers) == seconds


def test_how_long_to_wait_may_be_a_date() -> None:
    told = calls._retry_after({"retry-after": format_datetime(datetime.now(UTC) + timedelta(hours=1))})
    assert told is not None and 3590 < told <= 3600
