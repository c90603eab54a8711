"""Answers /v1/embeddings: texts in, vectors out, in OpenAI's protocol."""

import base64
from typing import Any

import numpy as np

from backend.local.models.encoder import Encoder, Vectors, Window, normalised
from backend.local.models.narrow import cut, known_as, width_of
from backend.local.models.protocol import EmbeddingRequest
from backend.local.models.refusals import Refusal
from backend.local.models.turns import Turns

MAX_INPUTS = 2048
MAX_TOKENS = 8192
"""Of one text; both limits are those of OpenAI's embedding models."""


def tokens(request: EmbeddingRequest, encoder: Encoder) -> list[Window]:
    """The token ids of every text. Raises Refusal for what OpenAI refuses. Takes its time."""
    check(request)
    ids = [encoder.tokens(text) for text in request.texts]
    for place, text in enumerate(ids):
        if len(text) > MAX_TOKENS:
            message = f"This model takes {MAX_TOKENS} tokens a text; text {place} has {len(text)}."
            raise Refusal(message, param="input", code="context_length_exceeded")
    return ids


async def reply(
    request: EmbeddingRequest, ids: list[Window], encoder: Encoder, turns: Turns
) -> dict[str, Any]:
    """The body of the answer for these texts."""
    num_tokens = sum(map(len, ids))
    model, encoding = known_as(request.model), request.encoding_format
    return {
        "object": "list",
        "model": model,
        "data": [
            {"object": "embedding", "index": place, "embedding": spelled(cut(vector, model), encoding)}
            for place, vector in enumerate(await embed(ids, encoder, turns))
        ],
        "usage": {"prompt_tokens": num_tokens, "total_tokens": num_tokens},
    }


def check(request: EmbeddingRequest) -> None:
    """Raises Refusal unless there is something to embed, at the model's own width."""
    model = known_as(request.model)
    if request.dimensions not in (None, width_of(model)):
        message = f"{model} gives {width_of(model)} dimensions, not {request.dimensions}."
        raise Refusal(message, param="dimensions", code="invalid_dimensions")
    if not request.texts or not all(request.texts):
        raise Refusal("'input' is empty, or one of its texts is.", param="input")
    if len(request.texts) > MAX_INPUTS:
        raise Refusal(f"At most {MAX_INPUTS} texts a request.", param="input")


async def embed(ids: list[Window], encoder: Encoder, turns: Turns) -> list[Vectors]:
    """One normalised vector a text; a text longer than a window gets the mean of its windows."""
    windows = [encoder.windows(text) for text in ids]
    encoded = iter(await turns.encode([window for group in windows for window in group]))
    return [mean(np.stack([next(encoded).embedding for _ in group])) for group in windows]


def mean(vectors: Vectors) -> Vectors:
    """The normalised mean of normalised vectors [n, 384]; a single vector comes back as it is."""
    first: Vectors = vectors[0]
    return first if len(vectors) == 1 else normalised(vectors.mean(axis=0))


def spelled(vector: Vectors, encoding: str) -> str | list[float]:
    """The vector as base64 of little-endian 32-bit floats, or as numbers."""
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return [float(number) for number in vector]
