"""Answers /v1/rerank in Cohere's and Jina's protocol, scored by MaxSim over token vectors."""

from typing import Any

from backend.local.models.encoder import Encoder, Vectors
from backend.local.models.protocol import RerankRequest
from backend.local.models.refusals import Refusal
from backend.local.models.turns import Turns

MODEL = "local-maxsim"


async def reply(request: RerankRequest, encoder: Encoder, turns: Turns) -> dict[str, Any]:
    """The documents' places with `relevance_score` in 0..1, best first; equal scores keep their order.

    Of a document longer than a window, every window counts.
    """
    if not request.query or not request.documents:
        raise Refusal("Rerank needs a query and at least one document.", param="documents")
    ids = [encoder.tokens(text) for text in (request.query, *request.texts)]
    groups = [encoder.windows(ids[0])[:1], *map(encoder.windows, ids[1:])]
    encoded = iter(await turns.encode([window for group in groups for window in group]))
    # The marks of start and end say nothing about the words.
    query, *documents = [[next(encoded).tokens[1:-1] for _ in group] for group in groups]
    scores = [max_sim(query[0], windows) for windows in documents]
    best = sorted(range(len(scores)), key=lambda place: -scores[place])
    num_tokens = sum(map(len, ids))
    return {
        "model": MODEL,
        "results": [result(request, place, scores[place]) for place in best[: request.top_n]],
        "usage": {"total_tokens": num_tokens},
        "meta": {"tokens": {"input_tokens": num_tokens}},
    }


def max_sim(query: Vectors, windows: list[Vectors]) -> float:
    """The mean, over the query's tokens, of the best cosine that any token of the document reaches."""
    if not len(query) or not any(map(len, windows)):
        return 0.0
    best = max(float((query @ tokens.T).max(axis=1).mean()) for tokens in windows if len(tokens))
    return min(max(best, 0.0), 1.0)


def result(request: RerankRequest, place: int, score: float) -> dict[str, Any]:
    shown = {"document": {"text": request.texts[place]}} if request.return_documents else {}
    return {"index": place, "relevance_score": score, **shown}
