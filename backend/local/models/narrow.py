"""A second embedding model, to have one to change to: the first one's vectors, cut short."""

from backend.local.models.encoder import DIMENSIONS, MODEL, Vectors, normalised

NARROW = f"{MODEL}-256"
WIDTH = 256


def known_as(name: str) -> str:
    """The model that does the work of `name`: any name but the second's is the first's."""
    return NARROW if name == NARROW else MODEL


def width_of(model: str) -> int:
    """How many numbers a vector of the model has."""
    return WIDTH if model == NARROW else DIMENSIONS


def cut(vector: Vectors, model: str) -> Vectors:
    """The model's vector of a text, made from the first model's."""
    return normalised(vector[:WIDTH]) if model == NARROW else vector
