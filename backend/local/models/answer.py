"""Answers a question with sentences quoted from passages, each with its marker; it writes none itself."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from backend.local.models import passages, words
from backend.local.models.passages import Passage

OPENING = "The local model quotes what it found:"
NOTHING = "The local model found nothing in the documents that answers this question."
MAX_QUOTES = 3
_LEAST_COVERED = 0.25
"""Of the question's weight that a sentence must share to be quoted at all."""
_NEAR_THE_BEST = 0.75


@dataclass(frozen=True)
class Quote:
    """A sentence of passage `passage_id`. `covered`: the question's weight in it, 0..1."""

    passage_id: int
    text: str
    covered: float
    score: float


def write(question: str, found: Sequence[Passage]) -> str:
    """The whole answer: up to three quotes in the form `"sentence" [n]`, or that nothing was found."""
    quotes = choose(rank(question, found))
    if not quotes:
        return NOTHING
    return "\n\n".join([OPENING, *(f'"{quote.text}" [{quote.passage_id}]' for quote in quotes)])


def rank(question: str, found: Sequence[Passage]) -> list[Quote]:
    """Every sentence that shares a telling word with the question, best first; equals keep their order."""
    asked = dict.fromkeys(words.content(question))
    texts = [(passage, [*passages.sentences(passage.text)]) for passage in found]
    weights = rarity(asked, (sentence for _, group in texts for sentence in group))
    quotes = [
        Quote(passage.id, sentence, covered, covered * shape(sentence) + nearness(weights, passage, place))
        for place, (passage, group) in enumerate(texts)
        for sentence in group
        if (covered := share(weights, sentence)) > 0
    ]
    return sorted(quotes, key=lambda quote: -quote.score)


def rarity(asked: Iterable[str], sentences: Iterable[str]) -> dict[str, float]:
    """What each asked word weighs: the fewer sentences have it, the more. Adds up to 1."""
    sets = [set(words.content(sentence)) for sentence in sentences]
    seen = Counter(word for group in sets for word in group)
    weights = {word: math.log(1 + len(sets) / (1 + seen[word])) for word in asked}
    total = sum(weights.values()) or 1.0
    return {word: weight / total for word, weight in weights.items()}


def share(weights: dict[str, float], text: str) -> float:
    present = set(words.content(text))
    return sum(weight for word, weight in weights.items() if word in present)


def nearness(weights: dict[str, float], passage: Passage, place: int) -> float:
    """A sentence gains when its whole passage is about the question, and when search ranked it early."""
    return 0.3 * share(weights, passage.text) + 0.03 / (1 + place)


def shape(sentence: str) -> float:
    """Headings and questions answer less often than statements and rows of figures do."""
    if sentence.endswith("?"):
        return 0.6
    return 0.7 if len(words.folded(sentence)) < 5 else 1.0


def choose(ranked: Sequence[Quote]) -> list[Quote]:
    """The best quote and up to two that are nearly as good, none of them twice."""
    fit = [quote for quote in ranked if quote.covered >= _LEAST_COVERED]
    near = [quote for quote in fit if quote.score >= _NEAR_THE_BEST * fit[0].score]
    best: dict[str, Quote] = {}
    for quote in near:
        best.setdefault(quote.text, quote)
    return list(best.values())[:MAX_QUOTES]
