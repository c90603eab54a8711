"""The models of one provider: what is asked of them and how long we wait."""

import base64
from collections.abc import AsyncGenerator, Sequence
from typing import Any, TypeVar

import numpy as np
import openai
from numpy.typing import NDArray
from openai.types import CreateEmbeddingResponse
from openai.types.chat import ChatCompletionChunk
from pydantic import BaseModel

from backend.llm.answers import Assembly, ChatDelta, Embedded, ModelAnswerInvalid, TokenUsage
from backend.llm.retry import retry, translated

Shape = TypeVar("Shape", bound=BaseModel)
Messages = Sequence[dict[str, Any]]

CONNECT_SECONDS = 5.0


class Models:
    """Names and limits of the configured models; `timeout_seconds` is the longest silence of a connection."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        chat_model: str,
        guardrail_model: str,
        embedding_model: str,
        embedding_dimensions: int,
        timeout_seconds: float,
    ) -> None:
        self.chat_model = chat_model
        self.guardrail_model = guardrail_model
        self.embedding_model = embedding_model
        self.embedding_dimensions = embedding_dimensions
        self._client = openai.AsyncOpenAI(
            base_url=base_url,
            api_key=api_key,
            timeout=openai.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
            max_retries=0,
        )

    async def close(self) -> None:
        await self._client.close()

    async def embed(self, texts: Sequence[str]) -> Embedded:
        """One vector per text, in one request; base64, since floats as JSON cost fifteen times as much."""
        answer: Any = await retry(
            lambda: self._client.embeddings.create(
                model=self.embedding_model,
                input=list(texts),
                dimensions=self.embedding_dimensions,
                encoding_format="base64",
            )
        )
        with translated():
            return self._embedded(answer, len(texts))

    async def structured(self, shape: type[Shape], messages: Messages) -> tuple[Shape, TokenUsage]:
        """The guardrail model's answer in this shape; raises ModelAnswerInvalid when it does not fit."""
        answer: Any = await retry(
            lambda: self._client.chat.completions.parse(
                model=self.guardrail_model,
                messages=list(messages),  # type: ignore[arg-type]  # our messages are plain dicts
                response_format=shape,
            )
        )
        parsed = answer.choices[0].message.parsed if getattr(answer, "choices", None) else None
        if not isinstance(parsed, shape):
            raise ModelAnswerInvalid("The model did not fill in the form it was given.")
        return parsed, TokenUsage.of(answer.usage)

    async def stream_chat(
        self, messages: Messages, *, tools: Messages = (), tool_choice: Any = None
    ) -> AsyncGenerator[ChatDelta]:
        """The chat model's answer as it comes: text, then one delta with all tool calls and the usage.

        A busy provider is tried again before the first piece and never after it. Closing this generator, or
        cancelling its reader, closes the model's socket.
        """
        request: dict[str, Any] = {"model": self.chat_model, "messages": list(messages), "stream": True}
        request["stream_options"] = {"include_usage": True}
        if tools:
            request["tools"] = list(tools)
        if tools and tool_choice is not None:
            request["tool_choice"] = tool_choice
        stream: Any = await retry(lambda: self._client.chat.completions.create(**request))
        if not isinstance(stream, openai.AsyncStream):
            raise ModelAnswerInvalid("The model did not stream its answer.")
        assembly = Assembly()
        async with stream:
            with translated():
                async for chunk in stream:
                    if text := assembly.add(_checked(chunk)):
                        yield ChatDelta(text=text)
                yield assembly.rest()

    def _embedded(self, answer: Any, num_texts: int) -> Embedded:
        if not isinstance(answer, CreateEmbeddingResponse):
            raise ModelAnswerInvalid("The embedding model's answer could not be read.")
        rows = sorted(answer.data or (), key=lambda row: row.index)
        vectors = [_vector(row.embedding) for row in rows]
        wrong = [vector for vector in vectors if vector.shape != (self.embedding_dimensions,)]
        if wrong or len(vectors) != num_texts or not all(np.isfinite(vector).all() for vector in vectors):
            raise ModelAnswerInvalid("The embedding model's answer does not fit its question.")
        num_tokens = answer.usage.total_tokens if answer.usage else 0
        return Embedded(np.stack(vectors), num_tokens)


def _checked(chunk: Any) -> ChatCompletionChunk:
    if not isinstance(chunk, ChatCompletionChunk):
        raise ModelAnswerInvalid("The model's stream could not be read.")
    return chunk


def _vector(embedding: Any) -> NDArray[np.float32]:
    """Base64 as asked for; some servers send floats all the same."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), dtype="<f4")
    return np.asarray(embedding, dtype=np.float32)
