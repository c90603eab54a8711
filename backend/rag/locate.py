"""Quoted words looked up in one passage: where they stand in it, and how literally."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from backend.rag import boxes, elisions, misreadings
from backend.rag.boxes import Box
from backend.rag.fold import Folded, fold, places
from db.models import CitationStatus
from db.queries.search import Hit

Span = tuple[int, int]
Spans = tuple[Span, ...]

_LEADING = re.compile(r"""^(?:\.{2,}|…|[\s|,;:!?"'“”„«»‘’]|\.(?!\d))+""")
_TRAILING = " \t\n|.,;:!?…\"'“”„«»‘’"
_MARKUP = re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)|\\(?=[*_$#~\[\]])|\[(?=\w\])|(?<=\[\w)\]")
_MAX_PLACES = 20


@dataclass(frozen=True, slots=True)
class Located:
    """Where quoted words stand in a passage: one span, or one for each part of a quotation with ellipses.

    Without a place: the passage's first page, no spans and no boxes.
    """

    status: CitationStatus
    page: int | None
    spans: Spans = ()
    boxes: tuple[Box, ...] = ()
    pages: frozenset[int] = frozenset()
    """Every page that the words touch; none where the format has no pages."""

    @property
    def start(self) -> int | None:
        return self.spans[0][0] if self.spans else None

    @property
    def end(self) -> int | None:
        return self.spans[-1][1] if self.spans else None


def locate(hit: Hit, quote: str, page: int | None = None) -> Located:
    """Find `quote` in the passage, on `page` rather than on another if it is given.

    VERIFIED: `hit.text[start:end]` is the quotation. NORMALISED: it is, but for case, space, hyphenation,
    ligatures, quotation marks, the separators of table cells, Markdown and the punctuation at its ends; or
    but for letters that text recognition takes for one another; or but for what an ellipsis openly leaves
    out. NOT_FOUND: the passage does not say so.
    """
    wanted = _wanted(quote)
    for words in wanted.literal:
        found = _some(places(hit.text, words))
        if found:
            return _at(hit, _preferred(hit, found, page), CitationStatus.VERIFIED)
    found = _normalised(hit.text, wanted)
    if found:
        return _at(hit, _preferred(hit, found, page), CitationStatus.NORMALISED)
    return Located(CitationStatus.NOT_FOUND, hit.page_first)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The wordings of one quotation, made once for all passages."""

    literal: tuple[str, ...]
    folded: tuple[str, ...]
    parts: tuple[str, ...]
    plain: Folded


@lru_cache(256)
def _wanted(quote: str) -> _Wanted:
    """What the quotation may have meant to say: as it stands, unescaped, and without Markdown."""
    plain = _MARKUP.sub("", html.unescape(quote)).strip()
    literal = dict.fromkeys((quote.strip(), html.unescape(quote).strip()))
    folded = dict.fromkeys(fold(words).text for each in (*literal, plain) for words in (each, trimmed(each)))
    return _Wanted(tuple(literal), tuple(folded), elisions.parts(trimmed(plain)), fold(trimmed(plain)))


def _normalised(text: str, wanted: _Wanted) -> list[Spans]:
    source = _source(text)
    for words in wanted.folded:
        found = _some(places(source.text, words))
        if found:
            return [(source.span(*place),) for (place,) in found]
    parts = elisions.find(text, source, wanted.parts)
    if parts:
        return [parts]
    place = misreadings.find(source, wanted.plain)
    return [(source.span(*place),)] if place else []


def trimmed(words: str) -> str:
    """`words` without the punctuation at their ends; a point before a number stays."""
    return _LEADING.sub("", words).rstrip(_TRAILING)


def _some(found: Iterator[Span]) -> list[Spans]:
    return [(place,) for place in islice(found, _MAX_PLACES)]


@lru_cache(64)
def _source(text: str) -> Folded:
    return fold(text)


def _preferred(hit: Hit, found: list[Spans], page: int | None) -> Spans:
    if page is None:
        return found[0]
    return next((spans for spans in found if page in _pages(hit, spans)), found[0])


def _pages(hit: Hit, spans: Spans) -> frozenset[int]:
    return frozenset(page for span in spans for page in boxes.pages(hit.regions, *span))


def _at(hit: Hit, spans: Spans, status: CitationStatus) -> Located:
    placed = [boxes.of(hit.text, hit.regions, *span) for span in spans]
    page = next((page for page, _ in placed if page is not None), hit.page_first)
    return Located(status, page, spans, tuple(box for _, each in placed for box in each), _pages(hit, spans))
