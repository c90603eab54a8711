"""The models that a search may ask; whoever calls it says how they are paid for."""

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

Shape = TypeVar("Shape", bound=BaseModel)
Prompt = Sequence[dict[str, Any]]


class SearchModels(Protocol):
    """Each call is one request and raises what the models raise: Unavailable or Invalid."""

    @property
    def has_reranker(self) -> bool:
        """Whether there is a server that reranks; else the chat model does it."""
        ...

    async def embed(self, texts: list[str]) -> NDArray[np.float32]:
        """One vector a text, of shape (number of texts, dimensions)."""
        ...

    async def reword(self, form: type[Shape], prompt: Prompt) -> Shape:
        """A small model's answer in this form."""
        ...

    async def judge(self, form: type[Shape], prompt: Prompt) -> Shape:
        """The chat model's answer in this form."""
        ...

    async def rerank(self, query: str, texts: list[str]) -> list[float]:
        """How relevant each text is, in their order, by the server that reranks."""
        ...
