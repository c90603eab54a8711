"""The reranker: any server that speaks Cohere's and Jina's protocol, at an address of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import openai
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from pydantic import BaseModel

from backend.llm.calls import ModelAnswerInvalid, repeated, turn
from backend.llm.gate import Alone, Call, Gate
from backend.llm.near import is_near


class _Result(BaseModel):
    index: int
    relevance_score: float


class _Usage(BaseModel):
    total_tokens: int = 0


class _Answer(BaseModel):
    results: list[_Result]
    usage: _Usage = _Usage()


@dataclass(frozen=True)
class Relevances:
    """`scores[i]` says how relevant the i-th text is; `num_tokens` is what was paid for, 0 if unsaid."""

    scores: list[float]
    num_tokens: int


@dataclass
class Reranker:
    """One model at one address; its failures are those of the other models."""

    url: str
    """The whole address, like `https://api.cohere.com/v2/rerank`."""
    model: str
    api_key: str = field(repr=False)
    timeout_seconds: float = 20.0
    gate: Gate = field(default_factory=Alone, repr=False, compare=False)
    _client: AsyncOpenAI = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        base, _, self._path = self.url.rpartition("/")
        self._client = AsyncOpenAI(
            base_url=base,
            api_key=self.api_key,
            timeout=self.timeout_seconds,
            max_retries=0,
            http_client=DefaultAsyncHttpxClient(trust_env=not is_near(self.url)),
        )

    async def close(self) -> None:
        await self._client.close()

    async def rerank(self, query: str, texts: Sequence[str]) -> Relevances:
        """One score a text. Raises Unavailable, Invalid (MODEL_REFUSED) and ModelAnswerInvalid."""
        return await repeated(lambda: self._rerank(query, list(texts)), Call.RERANK, self.gate)

    async def _rerank(self, query: str, texts: list[str]) -> Relevances:
        body = {"model": self.model, "query": query, "documents": texts, "top_n": len(texts)}
        async with turn(self.gate, Call.RERANK, self.model):
            answer = await self._client.post(f"/{self._path}", body=body, cast_to=openai.BaseModel)
            told = _Answer.model_validate(answer.model_dump())
        scores = {result.index: result.relevance_score for result in told.results}
        if sorted(scores) != list(range(len(texts))):
            raise ModelAnswerInvalid("The reranker did not give every passage a score.")
        return Relevances([scores[place] for place in range(len(texts))], told.usage.total_tokens)
