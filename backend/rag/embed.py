"""Texts into vectors: batches that a provider takes, each text bought once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backend.llm import EmbeddingModel, ModelAnswerInvalid, Models
from backend.rag import tokens, windows

_LARGEST = float(np.finfo(np.float16).max)


@dataclass(frozen=True)
class Capacity:
    """What one request takes: so many inputs, tokens together, and tokens of one input."""

    max_inputs: int = 64
    max_tokens: int = 100_000
    max_input_tokens: int = 8192


@dataclass
class Batch:
    """Texts of one request; `positions[i]` are the places of the document that have the text `texts[i]`.

    `pieces[i]` is what is sent of it: a text that is longer than one input is several. `num_tokens` is an
    estimate of what it costs.
    """

    texts: list[str] = field(default_factory=list)
    positions: list[list[int]] = field(default_factory=list)
    pieces: list[list[str]] = field(default_factory=list)
    num_tokens: int = 0

    @property
    def places(self) -> list[int]:
        return [place for places in self.positions for place in places]


@dataclass(frozen=True)
class Vectors:
    """`vectors[i]`, of shape (n, dimensions), belongs to the i-th text; `num_tokens` is what was paid for."""

    batch: Batch
    vectors: NDArray[np.float32]
    num_tokens: int

    @property
    def by_place(self) -> NDArray[np.float32]:
        """One row for each of `batch.places`."""
        repeated: NDArray[np.float32] = np.repeat(
            self.vectors, [len(places) for places in self.batch.positions], axis=0
        )
        return repeated


def batches(texts: Iterable[tuple[int, str]], capacity: Capacity) -> Iterator[Batch]:
    """Group (position, text) pairs into requests that the provider takes, by count and estimated tokens.

    Equal texts are one input, and their places never fall into two batches. A text that fills a request
    goes alone. The same texts always give the same batches.
    """
    places: dict[str, list[int]] = {}
    for position, text in texts:
        places.setdefault(text, []).append(position)
    batch, num_inputs = Batch(), 0
    for text, positions in places.items():
        cost, pieces = tokens.estimate(text), windows.cut(text, capacity.max_input_tokens)
        is_full = num_inputs + len(pieces) > capacity.max_inputs
        if batch.texts and (is_full or batch.num_tokens + cost > capacity.max_tokens):
            yield batch
            batch, num_inputs = Batch(), 0
        batch.texts.append(text)
        batch.positions.append(positions)
        batch.pieces.append(pieces)
        batch.num_tokens += cost
        num_inputs += len(pieces)
    if batch.texts:
        yield batch


async def embed(models: Models, batch: Batch, model: EmbeddingModel) -> Vectors:
    """Buy one batch: one vector for each text.

    Raises Unavailable when the provider does not answer, and its kind ModelAnswerInvalid when it answers with
    something else than one vector of the model's dimensions, within half precision, for each input.
    """
    inputs = [piece for pieces in batch.pieces for piece in pieces]
    embedded = await models.embed(inputs, model)
    vectors = embedded.vectors
    sound = vectors.shape == (len(inputs), model.dimensions) and bool(np.all(np.abs(vectors) <= _LARGEST))
    if not sound:
        raise ModelAnswerInvalid(
            f"The embedding model answered with vectors of shape {vectors.shape}; {len(inputs)} vectors "
            f"of {model.dimensions} finite numbers were expected."
        )
    return Vectors(batch, _joined(batch, vectors), embedded.num_tokens)


def _joined(batch: Batch, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """One vector for each text, of those of its pieces."""
    if len(vectors) == len(batch.texts):
        return vectors
    ends = np.cumsum([len(pieces) for pieces in batch.pieces])
    parts = np.split(vectors, ends[:-1])
    return np.stack([windows.joined(part, pieces) for part, pieces in zip(parts, batch.pieces, strict=True)])
