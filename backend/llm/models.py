"""The models that this process uses, behind one client of one server."""

import base64
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types import CreateEmbeddingResponse
from pydantic import BaseModel

from backend import metrics
from backend.llm import prices
from backend.llm.calls import ModelAnswerInvalid, repeated, turn
from backend.llm.chat import ChatDelta, TokenUsage, deltas
from backend.llm.gate import Alone, Call, Gate
from backend.llm.near import is_near
from backend.llm.prices import Prices
from backend.llm.rerank import Reranker
from backend.tracing import Silent

Shape = TypeVar("Shape", bound=BaseModel)
Prompt: TypeAlias = Sequence[dict[str, Any]]
"""Messages or tools as OpenAI's protocol writes them."""


@dataclass(frozen=True)
class Embedded:
    """`vectors[i]`, of shape (n, dimensions), belongs to the i-th text; `num_tokens` is what was paid for."""

    vectors: NDArray[np.float32]
    num_tokens: int


@dataclass(frozen=True)
class EmbeddingModel:
    """A model that embeds, by its name at the provider, and how many numbers it is asked for."""

    name: str
    dimensions: int


@dataclass
class Models:
    """Chat, guardrail and embedding models by name.

    Every call waits for its turn at the gate. Servers that are busy, fail or cannot be reached are asked
    again after 1, 2 and 4 seconds, or when they say; then Unavailable is raised. An answer that cannot be
    used is a ModelAnswerInvalid.
    """

    base_url: str
    api_key: str = field(repr=False)
    chat_model: str
    guardrail_model: str
    embedding_model: str
    embedding_dimensions: int
    timeout_seconds: float = 60.0
    gate: Gate = field(default_factory=Alone, repr=False, compare=False)
    reranker: Reranker | None = None
    summary_model: str = ""
    """The chat model unless another is named."""
    more_embedding_models: Mapping[str, int] = field(default_factory=dict)
    """Names of those that projects may have beside the usual one, and their dimensions."""
    prices: Prices = field(default_factory=dict, repr=False)
    _client: AsyncOpenAI = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.summary_model = self.summary_model or self.chat_model
        self._client = AsyncOpenAI(
            base_url=self.base_url,
            api_key=self.api_key,
            timeout=self.timeout_seconds,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(trust_env=not is_near(self.base_url)),
        )

    @property
    def embedding(self) -> EmbeddingModel:
        """The one that new projects have."""
        return EmbeddingModel(self.embedding_model, self.embedding_dimensions)

    @property
    def embeddings(self) -> list[EmbeddingModel]:
        """Those that projects may have, the usual one first."""
        more = (EmbeddingModel(*item) for item in self.more_embedding_models.items())
        return [self.embedding, *(model for model in more if model.name != self.embedding_model)]

    def cost(self, model: str, num_input_tokens: int, num_output_tokens: int) -> Decimal | None:
        """What so many tokens cost in US dollars; None for a model without a price."""
        return prices.cost(self.prices, model, num_input_tokens, num_output_tokens)

    async def close(self) -> None:
        await self._client.close()
        if self.reranker is not None:
            await self.reranker.close()

    async def embed(self, texts: Sequence[str], model: EmbeddingModel | None = None) -> Embedded:
        """One vector for each text, in their order, by the usual model unless another is named.

        It is one request: mind the server's limits.
        """
        by = model or self.embedding
        if not texts:
            return Embedded(np.zeros((0, by.dimensions), np.float32), 0)
        return await repeated(lambda: self._embed(list(texts), by), Call.EMBEDDINGS, self.gate)

    async def stream_chat(
        self, messages: Prompt, *, tools: Prompt = (), tool_choice: Any = None
    ) -> AsyncGenerator[ChatDelta, None]:
        """The chat model's answer as it is written; tool calls come whole, what it cost comes last.

        The server is asked again only until the first piece is there. Close the generator (`aclosing`) to
        stop early: this, like cancelling its reader, closes the connection, and the model stops writing.
        """
        request: dict[str, Any] = {"model": self.chat_model, "messages": list(messages)}
        if tools:
            request["tools"] = list(tools)
        if tools and tool_choice is not None:
            request["tool_choice"] = tool_choice
        pieces, first = await repeated(lambda: self._begin(request), Call.CHAT, self.gate)
        async with aclosing(pieces):
            if first is not None:
                yield first
            async for delta in pieces:
                yield delta

    async def structured(self, model_cls: type[Shape], messages: Prompt) -> tuple[Shape, TokenUsage]:
        """The guardrail model's answer as an instance of `model_cls`; it is shown the JSON schema."""
        return await repeated(
            lambda: self._structured(model_cls, list(messages), self.guardrail_model), Call.CHAT, self.gate
        )

    async def summarise(self, form: type[Shape], messages: Prompt) -> tuple[Shape, TokenUsage]:
        """The summary model's answer as an instance of `form`; the messages may hold images.

        Raises ContentRefused where the model does not take what the messages show.
        """
        return await repeated(
            lambda: self._structured(form, list(messages), self.summary_model), Call.CHAT, self.gate
        )

    async def judge(self, form: type[Shape], messages: Prompt) -> tuple[Shape, TokenUsage]:
        """The chat model's answer as an instance of `form`."""
        return await repeated(
            lambda: self._structured(form, list(messages), self.chat_model), Call.CHAT, self.gate
        )

    def _paid(self, model: str, usage: TokenUsage, call: Silent) -> TokenUsage:
        """What a call of the model has cost, counted, and told of its span."""
        call.say(
            {
                "gen_ai.usage.input_tokens": usage.num_input_tokens,
                "gen_ai.usage.output_tokens": usage.num_output_tokens,
            }
        )
        cost = self.cost(model, usage.num_input_tokens, usage.num_output_tokens)
        metrics.model_paid(model, usage.num_input_tokens, usage.num_output_tokens, cost)
        return usage

    async def _embed(self, texts: list[str], by: EmbeddingModel) -> Embedded:
        async with turn(self.gate, Call.EMBEDDINGS, by.name) as call:
            answer = await self._client.embeddings.create(
                model=by.name,
                input=texts,
                dimensions=by.dimensions,
                encoding_format="base64",
            )
            vectors = _vectors(answer)
            paid = self._paid(by.name, TokenUsage(answer.usage.prompt_tokens, 0), call)
        wanted = (len(texts), by.dimensions)
        if vectors.shape != wanted or not np.isfinite(vectors).all():
            raise ModelAnswerInvalid(
                f"The embedding model gave numbers of shape {vectors.shape}, not {wanted}."
            )
        return Embedded(vectors, paid.num_input_tokens)

    async def _begin(
        self, request: dict[str, Any]
    ) -> tuple[AsyncGenerator[ChatDelta, None], ChatDelta | None]:
        pieces = self._pieces(request)
        return pieces, await anext(pieces, None)

    async def _pieces(self, request: dict[str, Any]) -> AsyncGenerator[ChatDelta, None]:
        async with turn(self.gate, Call.CHAT, request["model"]) as call:
            stream = await self._client.chat.completions.create(
                **request, stream=True, stream_options={"include_usage": True}
            )
            async with stream, aclosing(deltas(stream)) as pieces:
                async for delta in pieces:
                    if delta.usage is not None:
                        self._paid(request["model"], delta.usage, call)
                    yield delta

    async def _structured(
        self, model_cls: type[Shape], messages: list[dict[str, Any]], model: str
    ) -> tuple[Shape, TokenUsage]:
        prompt: Any = messages
        async with turn(self.gate, Call.CHAT, model) as call:
            answer = await self._client.chat.completions.parse(
                model=model, messages=prompt, response_format=model_cls
            )
            parsed, usage = answer.choices[0].message.parsed, answer.usage
            if parsed is None:
                raise ModelAnswerInvalid("The model did not fill in its form. Ask again.")
            if usage is None:
                return parsed, TokenUsage()
            told = TokenUsage(usage.prompt_tokens, usage.completion_tokens)
            return parsed, self._paid(model, told, call)


def _vectors(answer: CreateEmbeddingResponse) -> NDArray[np.float32]:
    """Vectors in the order of their texts; servers that do not know base64 send lists of numbers."""
    rows: list[Any] = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
    return np.stack([_vector(row) for row in rows])


def _vector(row: Any) -> NDArray[np.float32]:
    if isinstance(row, str):
        return np.frombuffer(base64.b64decode(row), dtype="<f4").astype(np.float32)
    return np.asarray(row, dtype=np.float32)
