"""Texts into vectors: batches that a provider takes, each text bought once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.errors import Unavailable
from backend.llm import Models
from backend.rag import tokens

_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class Batch:
    """Texts of one request; `positions[i]` are the places of the document that have the text `texts[i]`."""

    texts: list[str]
    positions: list[list[int]]

    @property
    def places(self) -> list[int]:
        return [place for places in self.positions for place in places]


@dataclass(frozen=True)
class Vectors:
    """`vectors[i]`, of shape (n, dimensions), belongs to the place `positions[i]`."""

    positions: list[int]
    vectors: NDArray[np.float32]
    num_tokens: int


def batches(texts: Iterable[tuple[int, str]], *, max_inputs: int, max_tokens: int) -> Iterator[Batch]:
    """Group (position, text) pairs into requests of up to `max_inputs` texts and about `max_tokens` tokens.

    Equal texts are one input, and their places never fall into two batches. A text above the limit goes
    alone. The same texts always give the same batches.
    """
    places: dict[str, list[int]] = {}
    for position, text in texts:
        places.setdefault(text, []).append(position)
    batch, size = Batch([], []), 0
    for text, positions in places.items():
        cost = tokens.estimate(text)
        if batch.texts and (len(batch.texts) == max_inputs or size + cost > max_tokens):
            yield batch
            batch, size = Batch([], []), 0
        batch.texts.append(text)
        batch.positions.append(positions)
        size += cost
    if batch.texts:
        yield batch


async def embed(models: Models, batch: Batch, *, dimensions: int) -> Vectors:
    """Buy one batch: one vector for each place.

    Raises Unavailable when the provider does not answer, or answers with something else than one vector of
    `dimensions` numbers, within half precision, for each text (MODEL_ANSWER_INVALID).
    """
    embedded = await models.embed(batch.texts)
    vectors = embedded.vectors
    sound = vectors.shape == (len(batch.texts), dimensions) and bool(np.all(np.abs(vectors) <= _LARGEST))
    if not sound:
        raise Unavailable(
            f"The embedding model answered with vectors of shape {vectors.shape}; {len(batch.texts)} vectors "
            f"of {dimensions} finite numbers were expected.",
            code="MODEL_ANSWER_INVALID",
        )
    repeats = [len(places) for places in batch.positions]
    return Vectors(batch.places, np.repeat(vectors, repeats, axis=0), embedded.num_tokens)
