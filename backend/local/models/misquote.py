"""Wrong quotes on order: an answer as a model writes it that makes up, joins or misplaces what it quotes."""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from backend.local.models import sentences
from backend.local.models.passages import Passage

_QUOTE = re.compile(r'"([^"]+)" \[(\d+)\]')
_NUMBER = re.compile(r"\d")


class Misquote(StrEnum):
    NONE = "none"
    FABRICATED = "fabricated"
    """A number becomes another one; without one, a word is put in."""
    STITCHED = "stitched"
    """The first half of the quote goes on with the second half of another sentence."""
    MISATTRIBUTED = "misattributed"
    """The quote gets another passage's number."""
    OFF_BY_ONE_PAGE = "off_by_one_page"
    """The answer names the page after the passage's."""


def spoil(said: str, kind: Misquote, found: Sequence[Passage]) -> str:
    """`said` with each quote made wrong; as it is where the passages give nothing to do so with."""
    numbered = {passage.id: passage for passage in found}
    spoiled = _SPOILED.get(kind)
    if spoiled is None:
        return said

    def replaced(match: re.Match[str]) -> str:
        passage = numbered.get(int(match[2]))
        return match[0] if passage is None else spoiled(match[1], passage, found)

    return _QUOTE.sub(replaced, said)


def _fabricated(quote: str, passage: Passage, _: Sequence[Passage]) -> str:
    number = _NUMBER.search(quote)
    if number:
        other = str((int(number[0]) + 1) % 10)
        quote = quote[: number.start()] + other + quote[number.end() :]
    else:
        first, _space, rest = quote.partition(" ")
        quote = f"{first} never {rest}"
    return f'"{quote}" [{passage.id}]'


def _stitched(quote: str, passage: Passage, found: Sequence[Passage]) -> str:
    others = [each for other in found for each in sentences.of(other.text) if each != quote]
    half, tail = quote.split(), (others or [quote])[-1].split()
    words = half[: len(half) // 2] + tail[len(tail) // 2 :]
    return f'"{" ".join(words)}" [{passage.id}]'


def _misattributed(quote: str, passage: Passage, found: Sequence[Passage]) -> str:
    others = [other.id for other in found if quote not in other.text]
    return f'"{quote}" [{others[0] if others else passage.id}]'


def _off_by_one_page(quote: str, passage: Passage, _: Sequence[Passage]) -> str:
    return f'"{quote}" (p. {(passage.page or 0) + 1}) [{passage.id}]'


_SPOILED: dict[Misquote, Callable[[str, Passage, Sequence[Passage]], str]] = {
    Misquote.FABRICATED: _fabricated,
    Misquote.STITCHED: _stitched,
    Misquote.MISATTRIBUTED: _misattributed,
    Misquote.OFF_BY_ONE_PAGE: _off_by_one_page,
}
