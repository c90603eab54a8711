"""Answers checked against their sources: each marker's quotation is looked up in the passage it names."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from backend.rag import claims
from backend.rag.fold import Folded, fold, places
from db.models import CitationStatus
from db.queries.search import Hit

Box = list[float]
"""`[page, x0, y0, x1, y1]`: page from 1, the rest in fractions of the page."""

_MAX_READINGS = 8
_MIN_SENTENCE = 20
"""Characters below which words without quotation marks are not looked up: "yes" is in every passage."""
_ENDS = " \t\n.,;:!?…\"'“”„«»‘’"


@dataclass(frozen=True, slots=True)
class Located:
    """Where quoted words stand in a passage; without a place, the passage's first page and no boxes."""

    status: CitationStatus
    page: int | None
    start: int | None = None
    end: int | None = None
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Cited:
    """One checked citation of an answer; `quote` is None where the answer states without quoting."""

    marker: int
    hit: Hit
    quote: str | None
    located: Located


def locate(hit: Hit, quote: str) -> Located:
    """Find `quote` in the passage: word for word, else with typography folded, else not at all.

    VERIFIED: `hit.text[start:end]` is the quotation. NORMALISED: it is, but for case, space, hyphenation,
    ligatures, quotation marks and the punctuation at its ends. NOT_FOUND: the passage does not say so.
    """
    for words in dict.fromkeys((quote.strip(), html.unescape(quote).strip())):
        for start, end in places(hit.text, words):
            return _at(hit, start, end, CitationStatus.VERIFIED)
    span = _folded_span(hit.text, html.unescape(quote))
    if span is not None:
        return _at(hit, *span, CitationStatus.NORMALISED)
    return Located(CitationStatus.NOT_FOUND, hit.page_first)


def citations_from(text: str, hits: Sequence[Hit]) -> list[Cited]:
    """The citations of an answer, in its order; marker `[n]` names `hits[n - 1]`, any other number is none.

    Quotation marks before a marker are claims to be checked. A sentence without them is looked up too; if the
    passage does not hold it word for word it is a paraphrase and UNCHECKED. The same place of the same
    passage is cited once.
    """
    found: dict[tuple[object, ...], Cited] = {}
    for claim in claims.of(text):
        if 1 <= claim.marker <= len(hits):
            for cited in _check(claim, hits[claim.marker - 1]):
                located = cited.located
                known = located.start, located.end, cited.quote if located.start is None else None
                found.setdefault((cited.marker, *known), cited)
    return list(found.values())


def _check(claim: claims.Claim, hit: Hit) -> list[Cited]:
    """Quotations of the last sentence, and of earlier ones if the passage holds them; else the sentence."""
    checked = [
        Cited(claim.marker, hit, quote, located)
        for at, quote, located in _quotations(claim.text, hit)
        if located.start is not None or at >= claim.sentence_at
    ]
    if checked:
        return checked[::-1]
    located = locate(hit, claim.sentence) if len(claim.sentence) >= _MIN_SENTENCE else None
    if located is not None and located.start is not None:
        return [Cited(claim.marker, hit, claim.sentence, located)]
    return [Cited(claim.marker, hit, None, Located(CitationStatus.UNCHECKED, hit.page_first))]


def _quotations(text: str, hit: Hit) -> Iterator[tuple[int, str, Located]]:
    """What stands in quotation marks, last first: where it begins, its words, and their place in the passage.

    A quotation may hold quotation marks itself, so the longest reading that the passage confirms counts.
    """
    end = _last_of(text, claims.CLOSING)
    while end > 0 and (nearest := _last_of(text[:end], claims.OPENING)) >= 0:
        openings = [at for at in range(end) if text[at] in claims.OPENING][-_MAX_READINGS:]
        readings = [(at, text[at + 1 : end].strip()) for at in openings]
        found = ((at, words, locate(hit, words)) for at, words in readings)
        missing = nearest, text[nearest + 1 : end].strip(), locate(hit, "")
        reading = next((each for each in found if each[2].start is not None), missing)
        if reading[1]:
            yield reading
        end = _last_of(text[: reading[0]], claims.CLOSING)


def _last_of(text: str, letters: str) -> int:
    return max(text.rfind(letter) for letter in letters)


def _folded_span(text: str, quote: str) -> tuple[int, int] | None:
    source = _folded_source(text)
    words = fold(quote).text.strip(" ")
    for wanted in dict.fromkeys((words, words.strip(_ENDS))):
        for start, end in places(source.text, wanted):
            return source.starts[start], source.ends[end - 1]
    return None


@lru_cache(64)
def _folded_source(text: str) -> Folded:
    return fold(text)


def _at(hit: Hit, start: int, end: int, status: CitationStatus) -> Located:
    touched = [region[2:] for region in hit.regions if region[0] < end and region[1] > start]
    pages = [page for page, *_ in touched if page is not None]
    boxes = tuple([page, *box] for page, *box in touched if page is not None and None not in box)
    return Located(status, pages[0] if pages else hit.page_first, start, end, boxes)
