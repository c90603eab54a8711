"""The quotations of a claim: what stands in quotation marks or in a block quote, and the page they name."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from backend.rag.claims import CLOSING, OPENING, PAGE, Claim, pages_of, with_double_marks

_MAX_READINGS = 8
_BLOCK = re.compile(r"(?:^|\n)((?:[ \t]*>[^\n]*(?:\n|$))+)\s*$")
_BLOCK_EDGE = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_BEHIND = re.compile(rf"[\s,(]*(?:on|at|from|see|auf|in|en)?\s*{PAGE.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quotation:
    """`words` stand at [at, end) of the claim's text; `pages` are those that the answer names for them."""

    at: int
    end: int
    words: str
    pages: range | None = None


def of(claim: Claim, reads: Callable[[str], bool]) -> list[Quotation]:
    """The quotations of a claim in their order, each with the page that the answer names for it, if any.

    A quotation may hold quotation marks itself, so the longest reading counts that `reads` confirms.
    """
    text = with_double_marks(claim.text)
    found = list(_marked(text, claim.text, reads))[::-1] or list(_block(claim.text))
    return [
        Quotation(each.at, each.end, each.words, _pages_for(claim, found, number))
        for number, each in enumerate(found)
    ]


def pages_behind(claim: Claim) -> range | None:
    """The pages that a sentence without quotation marks ends on, as in `It is lit at dusk (p. 3) [1]`."""
    named = list(PAGE.finditer(claim.text, claim.sentence_at))
    is_behind = named and not claim.text[named[-1].end() :].strip(" ).,;:\n")
    return pages_of(named[-1]) if is_behind else None


def _marked(text: str, original: str, reads: Callable[[str], bool]) -> Iterator[Quotation]:
    """What stands in quotation marks, last first."""
    end = _last_of(text, CLOSING)
    while end > 0 and (nearest := _last_of(text[:end], OPENING)) >= 0:
        openings = [at for at in range(end) if text[at] in OPENING][-_MAX_READINGS:]
        readings = (at for at in openings if reads(original[at + 1 : end].strip()))
        at = next(readings, nearest)
        words = original[at + 1 : end].strip()
        if words:
            yield Quotation(at, end + 1, words)
        end = _last_of(text[:at], CLOSING)


def _block(text: str) -> Iterator[Quotation]:
    """A block quote right before the markers, as one quotation."""
    block = _BLOCK.search(text)
    if block:
        words = _BLOCK_EDGE.sub("", block[1]).strip()
        if words:
            yield Quotation(block.start(1), block.end(1), words)


def _pages_for(claim: Claim, found: list[Quotation], number: int) -> range | None:
    """Named right behind the quotation, else before it and after the one before."""
    this, text = found[number], claim.text
    behind = _BEHIND.match(text, this.end)
    if behind:
        return pages_of(behind)
    since = claim.sentence_at if this.at >= claim.sentence_at else 0
    if number:
        before = found[number - 1]
        taken = _BEHIND.match(text, before.end)
        since = max(since, taken.end() if taken else before.end)
    named = list(PAGE.finditer(text, since, this.at))
    return pages_of(named[-1]) if named else None


def _last_of(text: str, letters: str) -> int:
    return max(text.rfind(letter) for letter in letters)
