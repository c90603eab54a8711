"""Summaries at the models' door: filled-in forms, and content that a model does not take."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import BaseModel

from backend.llm import ContentRefused, Models
from backend.local.model_server import ModelServer

QUESTION = [{"role": "user", "content": "When is the lamp lit?"}]


class Told(BaseModel):
    summary: str
    images: list[str]


def of(server: ModelServer, **changes: Any) -> Models:
    options: dict[str, Any] = {
        "base_url": server.base_url,
        "api_key": "any",
        "chat_model": server.chat_model,
        "guardrail_model": "a guard",
        "embedding_model": server.embedding_model,
        "embedding_dimensions": server.embedding_dimensions,
    }
    return Models(**{**options, **changes})


@pytest.fixture
async def models(model_server: ModelServer) -> AsyncIterator[Models]:
    opened = of(model_server)
    yield opened
    await opened.close()


async def test_a_form_is_filled_in_with_its_cost(models: Models) -> None:
    told, usage = await models.summarise(Told, QUESTION)
    assert told.summary.startswith("When is the lamp lit?")
    assert usage.num_input_tokens > 0


async def test_the_chat_model_sums_up_unless_another_is_named(
    model_server: ModelServer, models: Models
) -> None:
    assert models.summary_model == models.chat_model
    other = of(model_server, summary_model="another")
    assert other.summary_model == "another"
    await other.close()


async def test_content_that_the_model_does_not_take_is_told_apart(models: Models) -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,nonsense"}}
    with pytest.raises(ContentRefused) as refused:
        await models.summarise(Told, [{"role": "user", "content": [picture]}])
    assert refused.value.code == "MODEL_REFUSED"
