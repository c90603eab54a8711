"""Answers a question with sentences quoted from passages, each with its marker; it writes none itself."""

from collections.abc import Sequence

from backend.local.models import rank
from backend.local.models.passages import Passage
from backend.local.models.rank import Quote

OPENING = "The local model quotes what it found:"
NOTHING = "The local model found nothing in the documents that answers this question."
MAX_QUOTES = 3
_LEAST_COVERED = 0.25
"""Of the question's weight that a sentence must share to be quoted on its own account."""
_LEAST_COVERED_BY_PASSAGE = 0.2
_LEAST_WORDS_IN_PASSAGE = 3
_NEAR_THE_BEST = 0.7
_NEAR_THE_BEST_ELSEWHERE = 0.85


def write(question: str, found: Sequence[Passage]) -> str:
    """The whole answer: up to three quotes in the form `"sentence" [n]`, or that nothing was found."""
    quotes = choose(rank.quotes(question, found))
    if not quotes:
        return NOTHING
    return "\n\n".join([OPENING, *(f'"{quote.text}" [{quote.passage_id}]' for quote in quotes)])


def choose(ranked: Sequence[Quote]) -> list[Quote]:
    """The best quote and up to two that are nearly as good, none of them twice.

    Nothing at all where neither the best sentence nor its passage is about the question. Further quotes
    come from the best quote's passage, unless another one's is almost as good as the best.
    """
    if not ranked or not is_related(ranked[0]):
        return []
    first = ranked[0]
    best: dict[str, Quote] = {}
    for quote in ranked:
        near = _NEAR_THE_BEST if quote.passage_id == first.passage_id else _NEAR_THE_BEST_ELSEWHERE
        if quote.score >= near * first.score and is_related(quote):
            best.setdefault(quote.text, quote)
    return list(best.values())[:MAX_QUOTES]


def is_related(quote: Quote) -> bool:
    """Whether a quote can be an answer: it shares enough with the question, or its passage shares more."""
    return quote.covered >= _LEAST_COVERED or (
        quote.covered_by_passage >= _LEAST_COVERED_BY_PASSAGE
        and quote.num_words_in_passage >= _LEAST_WORDS_IN_PASSAGE
    )
