"""Models that are paid for: every call is entered into an account before it is made."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from backend.errors import AppError, Unavailable
from backend.llm import EmbeddingModel, ModelAnswerInvalid, Models, TokenUsage, calls
from backend.rag import embed, tokens
from backend.rag.embed import Batch, Vectors
from backend.rag.models import Prompt, Shape
from db.engine import Database
from db.models import Usage, UsageKind
from db.queries import usage

log = structlog.get_logger()


class PaidCall(Protocol):
    def report(self, usage: TokenUsage) -> None:
        """What the model says that it cost; estimates no longer count."""


class Account(Protocol):
    """Where calls are entered; what a model does not tell stays estimated."""

    def call(
        self, kind: UsageKind, model: str, num_input_tokens: int
    ) -> AbstractContextManager[PaidCall]: ...


@dataclass(frozen=True, slots=True)
class PaidModels:
    """What `backend.rag.search` asks of models, paid for by one account."""

    models: Models
    account: Account
    embedding: EmbeddingModel
    """Which made the vectors that are searched."""

    @property
    def has_reranker(self) -> bool:
        return self.models.reranker is not None

    async def embed(self, texts: list[str]) -> NDArray[np.float32]:
        with self.account.call(UsageKind.EMBEDDING, self.embedding.name, _size(texts)) as call:
            embedded = await self.models.embed(texts, self.embedding)
            call.report(TokenUsage(embedded.num_tokens, 0))
        vectors: NDArray[np.float32] = embedded.vectors
        return vectors

    async def reword(self, form: type[Shape], prompt: Prompt) -> Shape:
        model, size = self.models.guardrail_model, _size([each["content"] for each in prompt])
        with self.account.call(UsageKind.CHAT, model, size) as call:
            written, usage = await self.models.structured(form, prompt)
            call.report(usage)
        return written

    async def judge(self, form: type[Shape], prompt: Prompt) -> Shape:
        model, size = self.models.chat_model, _size([each["content"] for each in prompt])
        with self.account.call(UsageKind.RERANK, model, size) as call:
            judged, usage = await self.models.judge(form, prompt)
            call.report(usage)
        return judged

    async def rerank(self, query: str, texts: list[str]) -> list[float]:
        reranker = self.models.reranker
        if reranker is None:
            raise Unavailable("There is no reranker.")
        with self.account.call(UsageKind.RERANK, reranker.model, _size([query, *texts])) as call:
            relevances = await reranker.rerank(query, texts)
            if relevances.num_tokens:
                call.report(TokenUsage(relevances.num_tokens, 0))
        return relevances.scores


async def embed_batch(
    database: Database, models: Models, batch: Batch, model: EmbeddingModel, *, call: Callable[[], Usage]
) -> Vectors:
    """Pay for one batch; an answer that cannot be used is asked for again as often as none at all would be.

    `call` makes the row of one call, with the tokens as estimated: each is a call of its own. What was bought
    was bought, even when a fence is lost: these writes are not fenced. Raises AppError when the provider
    gives nothing usable.
    """
    for pause in calls.RETRY_SECONDS:
        try:
            return await _embedded(database, models, batch, model, call())
        except ModelAnswerInvalid as error:
            log.warning("embeddings.unusable", seconds=pause, reason=error.message)
        await calls.rest(pause)
    return await _embedded(database, models, batch, model, call())


async def _embedded(
    database: Database, models: Models, batch: Batch, model: EmbeddingModel, call: Usage
) -> Vectors:
    """One call, noted before: that in which a worker is killed was bought as well.

    An answer that cannot be used may have been paid for, and keeps its estimate; a refusal costs nothing.
    """
    await usage.save(database, rows=[call])
    try:
        bought = await embed.embed(models, batch, model)
    except ModelAnswerInvalid:
        raise
    except AppError:
        call.num_input_tokens = 0
        await usage.save(database, rows=[call])
        raise
    call.num_input_tokens = bought.num_tokens
    await usage.save(database, rows=[call])
    return bought


def _size(texts: list[str]) -> int:
    return sum(map(tokens.estimate, texts))
