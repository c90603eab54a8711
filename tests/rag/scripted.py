"""Models that say what a test wants, as a search asks for them."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from db.queries.search import Hit

NAMESPACE = UUID(int=1)


@dataclass
class Scripted:
    """Answers are given as they are; an exception is raised, and None never comes."""

    wordings: Any = ()
    scores: Any = ()
    has_reranker: bool = True
    prompts: list[Any] = field(default_factory=list)

    async def embed(self, texts: list[str]) -> NDArray[np.float32]:
        raise NotImplementedError

    async def reword(self, form: Any, prompt: Any) -> Any:
        self.prompts.append(prompt)
        return form(queries=await self._said(self.wordings))

    async def judge(self, form: Any, prompt: Any) -> Any:
        self.prompts.append(prompt)
        return form(scores=await self._said(self.scores))

    async def rerank(self, query: str, texts: list[str]) -> list[float]:
        self.prompts.append((query, texts))
        return list(await self._said(self.scores))

    async def _said(self, answer: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await asyncio.Event().wait()
        return answer


def hit(text: str, score: float, **values: Any) -> Hit:
    return Hit(
        chunk_id=uuid5(NAMESPACE, text),
        document_id=NAMESPACE,
        document_name="a.pdf",
        position=0,
        text=text,
        title_path=[],
        page_first=None,
        page_last=None,
        regions=[],
        score=score,
        **values,
    )
