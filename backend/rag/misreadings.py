"""What text recognition mistakes for one another: "rn" and "m", "0" and "O", "1" and "l"; no two digits."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from backend.rag.fold import Folded, cuts, places

_LOOKS = str.maketrans({"0": "o", "1": "l", "I": "l"})
_PAIRS = re.compile("rn|vv")
_TOKEN = re.compile(r"\w+(?:[.,]\w+)*")
# A lone "2l" is two litres, "l2" a norm and "O2" a gas; among digits they can only be digits.
_ZERO = re.compile(r"(?<=\d)O|^O(?=\d\d|[.,]\d)|(?<=[\d.,])[oO](?=\d)")
_ONE = re.compile(r"(?<=\d)[lI](?=[.,]?\d)|(?<=\d[.,])[lI](?=\d)|^l(?=0|\d\d|[.,]\d)")
_MIN_WORDS = 3
_WORDS_PER_MISREADING = 3


@dataclass(frozen=True, slots=True)
class _Shape:
    """A text as it looks from afar; `pairs` are its letters that two letters became."""

    text: str
    pairs: tuple[int, ...] = ()

    def back(self, at: int) -> int:
        """The character of the text before it was shaped that became character `at`."""
        return at + bisect_left(self.pairs, at)


def find(source: Folded, quote: Folded) -> tuple[int, int] | None:
    """Where `source.text` reads `quote` as text recognition may have misread it.

    At most one word in three may differ, and only by letters that look alike. A number never passes for
    another one: what the quotation has as a number must be one in the source, digit by digit, where only a
    letter O or l among digits is read as 0 or 1.
    """
    words = _TOKEN.findall(quote.cased)
    if len(words) < _MIN_WORDS:
        return None
    shape = _shape(source.cased)
    for start, end in places(shape.text, _shape(quote.cased).text):
        begin, until = shape.back(start), shape.back(end)
        if cuts(source.text, begin) or cuts(source.text, until):
            continue
        read = _TOKEN.findall(source.cased[begin:until])
        if len(read) == len(words) and _may_be(read, words):
            return begin, until
    return None


@lru_cache(64)
def _shape(cased: str) -> _Shape:
    looks = cased.translate(_LOOKS).casefold()
    if len(looks) != len(cased):  # a letter that grows when folded: then every place would be wrong
        return _Shape("")
    pairs = tuple(pair.start() - number for number, pair in enumerate(_PAIRS.finditer(looks)))
    return _Shape(looks.replace("rn", "m").replace("vv", "w"), pairs)


def _may_be(read: list[str], words: list[str]) -> bool:
    differing = [
        (seen, word) for seen, word in zip(read, words, strict=True) if seen.casefold() != word.casefold()
    ]
    allowed = -(-len(words) // _WORDS_PER_MISREADING)
    return len(differing) <= allowed and all(_is_misread(seen, word) for seen, word in differing)


def _is_misread(seen: str, word: str) -> bool:
    if any(map(str.isdigit, word)):
        return any(map(str.isdigit, seen)) and not re.search(r"[^\W\d]", word) and _as_number(seen) == word
    return 2 * sum(map(str.isalpha, seen)) >= len(seen)


def _as_number(seen: str) -> str:
    """`seen` with each letter among its digits read as the digit that it looks like."""
    while (read := _ONE.sub("1", _ZERO.sub("0", seen))) != seen:
        seen = read
    return seen
