"""Texts that are longer than a model takes at once: cut between words, and one vector of all pieces."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.rag import tokens


def cut(text: str, max_tokens: int) -> list[str]:
    """The text in pieces of at most about `max_tokens` tokens each; together they are the text."""
    if len(text) < 2 or tokens.estimate(text) <= max_tokens:
        return [text]
    middle = len(text) // 2
    place = text.rfind(" ", len(text) // 4, middle) + 1 or middle
    return [*cut(text[:place], max_tokens), *cut(text[place:], max_tokens)]


def joined(vectors: NDArray[np.float32], pieces: Sequence[str]) -> NDArray[np.float32]:
    """One vector of the pieces' vectors, of shape (pieces, dimensions): their mean by length, at length 1."""
    if len(pieces) == 1:
        first: NDArray[np.float32] = vectors[0]
        return first
    weights = np.array([len(piece) for piece in pieces], dtype=np.float32)
    mean = weights @ vectors
    whole: NDArray[np.float32] = (mean / np.linalg.norm(mean)).astype(np.float32)
    return whole
