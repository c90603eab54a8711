"""Asks `search` every question and turns its chunks into a ranking of documents or of pages."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from backend.cli.client import JSON, Client, result_of
from backend.cli.evaluation import operations
from backend.cli.evaluation.data import Dataset, Kind, Question, page_key
from backend.cli.evaluation.intake import Taken
from backend.cli.evaluation.settings import Settings

DEPTH = 100
"""Chunks that are asked for: as many as `search` gives."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question's ranking, best first, and how long it took in milliseconds."""

    question: Question
    ranking: list[str]
    milliseconds: float


@dataclass(frozen=True)
class Searching:
    """A set that was taken in, and the API that searches it."""

    client: Client
    dataset: Dataset
    taken: Taken

    async def all(
        self, settings: Settings, *, in_document: bool = False, on_each: Callable[[], None] = lambda: None
    ) -> list[Answered]:
        """Every question, one at a time, so that latencies are those of an idle product.

        With `in_document` only the right document is searched.
        """
        names = self._keys_by_name()
        answered = []
        for question in self.dataset.questions:
            wanted = self.input_of(question, settings, in_document=in_document)
            began = time.perf_counter()
            payload = result_of(await self.client.execute(operations.SEARCH, {"input": wanted}))
            milliseconds = (time.perf_counter() - began) * 1000
            answered.append(Answered(question, self._ranking(payload["hits"], names), milliseconds))
            on_each()
        return answered

    def input_of(self, question: Question, settings: Settings, *, in_document: bool = False) -> JSON:
        """What `search` is asked."""
        wanted: dict[str, Any] = {
            "projectId": self.taken.project,
            "query": question.text,
            "first": DEPTH,
            **settings.values,
        }
        if in_document and question.document is not None:
            wanted["filters"] = {"documentIds": [self.taken.documents[question.document]]}
        return wanted

    def _keys_by_name(self) -> dict[str, list[str]]:
        """Documents of the same bytes are one in the project, by the name of the first."""
        first = {file.sha256: file.name for file in reversed(self.dataset.files)}
        keys: dict[str, list[str]] = {}
        for file in self.dataset.files:
            keys.setdefault(first[file.sha256], []).append(file.key)
        return keys

    def _ranking(self, hits: Sequence[JSON], keys_by_name: dict[str, list[str]]) -> list[str]:
        found = ((hit, key) for hit in hits for key in keys_by_name.get(hit["documentName"], []))
        if self.dataset.kind is Kind.DOCUMENTS:
            return _unique(key for _, key in found)
        return _unique(page_key(key, page) for hit, key in found for page in _pages(hit))


def _pages(hit: JSON) -> range:
    first = hit["pageFirst"]
    return range(0) if first is None else range(first, (hit["pageLast"] or first) + 1)


def _unique(keys: Iterable[str]) -> list[str]:
    """Each key at its first rank: further chunks of the same document or page take no place."""
    return list(dict.fromkeys(keys))
