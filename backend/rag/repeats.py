"""Leaves out what says nothing new: passages that nearly repeat a better one."""

import re
from collections.abc import Iterable

from db.queries.search import Hit

SHARE = 0.8
"""Of a passage's shingles that a better one has: then it is a repetition."""
_WORDS = re.compile(r"\w+")
_LENGTH = 4


def without(hits: Iterable[Hit]) -> list[Hit]:
    """The hits in their order, without those that one kept before them contains but for a fifth.

    A passage that contains a better one and says much more stays.
    """
    kept: list[Hit] = []
    known: list[frozenset[tuple[str, ...]]] = []
    for hit in hits:
        shingles = _shingles(hit.text)
        if not any(len(shingles & others) >= SHARE * len(shingles) for others in known):
            kept.append(hit)
            known.append(shingles)
    return kept


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    """All runs of four words, whatever stands between them; of a shorter text its words as one."""
    words = _WORDS.findall(text.casefold())
    return frozenset(tuple(words[at : at + _LENGTH]) for at in range(max(1, len(words) - _LENGTH + 1)))
