"""A second look at what was found: scores of a reranker or the chat model, mixed with the search's own."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import structlog
from numpy.typing import NDArray
from pydantic import BaseModel

from backend.errors import AppError
from backend.rag import prompts
from backend.rag.models import SearchModels
from backend.rag.plan import RERANK_MOST
from db.queries.search import Hit

log = structlog.get_logger()

SECONDS = 20.0
WEIGHT = 0.4
"""Of the second look; measured: alone it ranks below the search that it follows."""


class Relevance(BaseModel):
    """What the chat model fills in: one score a passage, 0 to 10, in their order."""

    scores: list[float]


@dataclass(frozen=True, slots=True)
class Reranked:
    """What became of one hit: its place before, from 1, and the reranker's own score."""

    rank_before: int
    score: float


async def rerank(
    models: SearchModels, question: str, hits: Sequence[Hit], *, seconds: float = SECONDS
) -> tuple[list[Hit], dict[UUID, Reranked]] | None:
    """The hits in their new order, and what became of the first fifty, which alone are looked at.

    None when the reranker fails, answers with something else than a score for each, or takes too long.
    """
    pool, rest = list(hits[:RERANK_MOST]), list(hits[RERANK_MOST:])
    try:
        async with asyncio.timeout(seconds):
            scores = await _scores(models, question, [hit.text for hit in pool])
    except (AppError, TimeoutError) as error:
        log.warning("search.not_reranked", reason=str(error) or "timeout")
        return None
    if len(scores) != len(pool) or not all(map(math.isfinite, scores)):
        log.warning("search.not_reranked", reason="the scores do not fit", num=len(scores))
        return None
    order = mixed([_found_with(hit) for hit in pool], scores)
    looked_at = {
        hit.chunk_id: Reranked(place, score)
        for place, (hit, score) in enumerate(zip(pool, scores, strict=True), start=1)
    }
    return [pool[place] for place in order] + rest, looked_at


def mixed(first: Sequence[float], second: Sequence[float]) -> list[int]:
    """Places in the order of both scores, each as deviations from its mean; equals keep their order."""
    together = (1 - WEIGHT) * _standardised(first) + WEIGHT * _standardised(second)
    order: list[int] = np.argsort(-together, kind="stable").tolist()
    return order


def _standardised(scores: Sequence[float]) -> NDArray[np.float64]:
    values = np.asarray(scores, dtype=np.float64)
    spread = values.std() if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))


def _found_with(hit: Hit) -> float:
    return hit.score if hit.fused_score is None else hit.fused_score


async def _scores(models: SearchModels, question: str, texts: list[str]) -> list[float]:
    if not texts:
        return []
    if models.has_reranker:
        return await models.rerank(question, texts)
    prompt = [
        {"role": "system", "content": prompts.RELEVANCE.format(count=len(texts))},
        {"role": "user", "content": f"{prompts.question(question)}\n\n{prompts.passages(texts)}"},
    ]
    return (await models.judge(Relevance, prompt)).scores
