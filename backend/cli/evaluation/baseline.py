"""BM25 by a library of its own, over whole documents or pages: what the product is measured against."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pypdfium2 as pdfium

from backend.cli.evaluation.data import Dataset, Kind, Question, page_key
from backend.cli.evaluation.search import DEPTH, Answered

NAME = "bm25s"
K1, B = 1.2, 0.75
_STEMMERS = {
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
}


def is_installed() -> bool:
    """Whether the library and its stemmer are here; they come with the developers' packages."""
    return find_spec("bm25s") is not None and find_spec("Stemmer") is not None


@dataclass(frozen=True)
class Baseline:
    """The library's index of a set; `units` are its documents or pages, each with its document's key."""

    dataset: Dataset
    units: list[tuple[str, str]]
    index: Any
    stemmer: Any

    @classmethod
    def of(cls, dataset: Dataset) -> "Baseline":
        """Index the set: the dataset's language gives stop words and stemmer."""
        library: Any = import_module("bm25s")
        stemmer: Any = import_module("Stemmer")
        texts = list(_texts(dataset))
        index = library.BM25(k1=K1, b=B)
        baseline = cls(
            dataset,
            [(key, document) for key, document, _ in texts],
            index,
            stemmer.Stemmer(_STEMMERS.get(dataset.language, "english")),
        )
        index.index(baseline._tokens([text for _, _, text in texts]), show_progress=False)
        return baseline

    def all(self, *, in_document: bool = False) -> list[Answered]:
        """Every question; with `in_document` only pages of the right document count."""
        return [self._answered(question, in_document) for question in self.dataset.questions]

    def _answered(self, question: Question, in_document: bool) -> Answered:
        began = time.perf_counter()
        tokens = self._tokens([question.text])
        found, scores = self.index.retrieve(tokens, k=len(self.units), show_progress=False)
        milliseconds = (time.perf_counter() - began) * 1000
        best = sorted(zip(-scores[0], found[0], strict=True))  # equal scores in the order of the set
        ranked = [self.units[number] for score, number in best if score < 0]
        wanted = question.document if in_document else None
        ranking = [key for key, document in ranked if wanted in (None, document)]
        return Answered(question, ranking[:DEPTH], milliseconds)

    def _tokens(self, texts: list[str]) -> Any:
        library: Any = import_module("bm25s")
        stopwords = self.dataset.language if self.dataset.language in _STEMMERS else []
        return library.tokenize(texts, stopwords=stopwords, stemmer=self.stemmer, show_progress=False)


def _texts(dataset: Dataset) -> Iterator[tuple[str, str, str]]:
    """Key, document and text of everything that may be found."""
    for file in dataset.files:
        if dataset.kind is Kind.DOCUMENTS:
            yield file.key, file.key, file.content.decode()
        else:
            for number, text in enumerate(_pages(file.content), 1):
                yield page_key(file.key, number), file.key, text


def _pages(content: bytes) -> Iterator[str]:
    with pdfium.PdfDocument(content) as document:
        for page in document:
            textpage = page.get_textpage()
            yield textpage.get_text_range()
            textpage.close()
            page.close()
