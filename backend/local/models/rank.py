"""Ranks the sentences of passages by how well they answer a question."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.local.models import figures, sentences, words
from backend.local.models.passages import Passage

_FIGURE_GAIN = 0.2
_PASSAGE_GAIN = 0.3
_RANK_GAIN = 0.1


@dataclass(frozen=True)
class Quote:
    """A sentence of passage `passage_id`, with what it and its passage share with the question.

    `covered` and `covered_by_passage` are shares of the question's weight, 0..1.
    """

    passage_id: int
    text: str
    covered: float
    covered_by_passage: float
    num_words_in_passage: int
    score: float


@dataclass(frozen=True)
class _Sentence:
    passage: int
    """Its place in the ranking, from 0."""
    text: str
    asked: frozenset[str]
    """The question's words that it has."""


def quotes(question: str, found: Sequence[Passage]) -> list[Quote]:
    """Every sentence that shares a telling word with the question, best first; equals keep their order.

    `found` is in the order of the search, which counts: an early passage is the likelier one.
    """
    candidates = read(list(dict.fromkeys(words.content(question))), found)
    weights = rarity(words.content(question), [each.asked for each in candidates])
    by_passage = [
        frozenset[str]().union(*(each.asked for each in candidates if each.passage == place))
        for place in range(len(found))
    ]
    gives_figure = figures.wanted_by(question)
    made = []
    for each in candidates:
        covered, around = share(weights, each.asked), share(weights, by_passage[each.passage])
        score = covered * shape(each.text) + _PASSAGE_GAIN * around + _RANK_GAIN / (1 + each.passage)
        score += _FIGURE_GAIN * gives_figure(each.text)
        if each.asked:
            num_words = len(by_passage[each.passage])
            made.append(Quote(found[each.passage].id, each.text, covered, around, num_words, score))
    return sorted(made, key=lambda quote: -quote.score)


def read(asked: Sequence[str], found: Sequence[Passage]) -> list[_Sentence]:
    """The passages' sentences in order."""
    texts = [(place, text) for place, passage in enumerate(found) for text in sentences.of(passage.text)]
    contents = [words.content(text) for _, text in texts]
    meant = words.matches(asked, (word for content in contents for word in content))
    return [
        _Sentence(place, text, frozenset().union(*(meant.get(word, ()) for word in content)))
        for (place, text), content in zip(texts, contents, strict=True)
    ]


def rarity(asked: Iterable[str], present: Sequence[frozenset[str]]) -> dict[str, float]:
    """What each asked word weighs: the fewer sentences have it, the more. Adds up to 1."""
    seen = Counter(word for group in present for word in group)
    weights = {word: math.log(1 + len(present) / (1 + seen[word])) for word in asked}
    total = sum(weights.values()) or 1.0
    return {word: weight / total for word, weight in weights.items()}


def share(weights: Mapping[str, float], present: Iterable[str]) -> float:
    return sum(weights[word] for word in sorted(present))


def shape(sentence: str) -> float:
    """Headings, questions and fragments answer less often than whole sentences and rows of figures do."""
    if sentences.is_row(sentence):
        return 1.0
    if sentence.endswith(("?", ":")) or sentences.is_heading(sentence):
        return 0.6
    if len(words.folded(sentence)) < 5:
        return 0.7
    return 1.0 if sentences.is_whole(sentence) else 0.85
