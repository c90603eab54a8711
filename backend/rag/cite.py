"""Answers checked against their sources: each marker's quotation is looked up in the passage it names."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from backend.rag import claims, quotes, support
from backend.rag.claims import Claim, Marker, Span
from backend.rag.fold import fold
from backend.rag.locate import Located, locate, trimmed
from backend.rag.quotes import Quotation
from db.models import CitationStatus
from db.queries.search import Hit

_MIN_SENTENCE = 20
"""Characters below which words without quotation marks are not looked up: "yes" is in every passage."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The passage and the place where misattributed words really stand."""

    marker: int
    hit: Hit
    located: Located


@dataclass(frozen=True, slots=True)
class Cited:
    """One checked citation of an answer; `quote` is None where the answer states without quoting.

    `claim` are the characters of the answer that it is the source of, its markers among them, and `pages`
    those that the answer names for it.
    """

    marker: int
    hit: Hit
    quote: str | None
    located: Located
    claim: Span
    pages: range | None = None
    elsewhere: Elsewhere | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer's citations in order, the sentences without any that holds, and the share of true quotes."""

    citations: list[Cited]
    unsupported: list[Span]
    verification_rate: float | None
    """VERIFIED and NORMALISED among all citations that quote; None where nothing was quoted."""


def check(text: str, hits: Sequence[Hit]) -> Checked:
    """The citations of an answer; marker `[n]` names `hits[n - 1]`, any other number is none.

    Quotations before a marker are claims to be checked. A sentence without any is looked up too; if no
    passage holds it word for word it is a paraphrase and UNCHECKED. Words that the passage does not hold, or
    holds on other pages than the answer says, are MISATTRIBUTED where another passage or page holds them.
    The same place of the same passage is cited once.
    """
    lookup = _Lookup(hits)
    every = [cited for claim in claims.of(text) for cited in _Check(claim, lookup).citations()]
    found: dict[tuple[object, ...], Cited] = {}
    for cited in every:
        place = cited.located.spans or cited.quote
        found.setdefault((cited.marker, cited.located.status, place), cited)
    unique = list(found.values())
    return Checked(unique, support.missing(text, every), support.rate(unique))


@dataclass(frozen=True, slots=True)
class _Lookup:
    """The passages by their numbers, each asked once for the same words."""

    hits: Sequence[Hit]
    known: dict[tuple[int, str, int | None], Located] = field(default_factory=dict)

    def locate(self, number: int, words: str, pages: range | None = None) -> Located:
        key = number, words, pages.start if pages else None
        if key not in self.known:
            self.known[key] = locate(self.hits[number - 1], words, key[2])
        return self.known[key]


@dataclass(frozen=True, slots=True)
class _Check:
    """One claim beside all passages."""

    claim: Claim
    lookup: _Lookup

    def citations(self) -> Iterator[Cited]:
        if not self._markers:
            return
        quoted = [
            cited for quotation in quotes.of(self.claim, self._is_said) for cited in self._quoted(quotation)
        ]
        yield from quoted
        cited = {each.marker for each in quoted}
        for marker in self._markers:
            if marker.number not in cited:
                yield self._unquoted(marker) if not quoted else self._bare(marker)

    @property
    def _markers(self) -> list[Marker]:
        """Those of passages that there are."""
        return [marker for marker in self.claim.markers if 1 <= marker.number <= len(self.lookup.hits)]

    @property
    def _nearest(self) -> list[int]:
        """All passages' numbers, the cited ones first, then those of the same documents."""
        cited = [marker.number for marker in self._markers]
        own = {self.lookup.hits[number - 1].document_id for number in cited}
        others = [number for number in range(1, len(self.lookup.hits) + 1) if number not in cited]
        return cited + sorted(others, key=lambda each: self.lookup.hits[each - 1].document_id not in own)

    def _is_said(self, words: str) -> bool:
        return any(self.lookup.locate(number, words).spans for number in self._nearest)

    def _quoted(self, quotation: Quotation) -> Iterator[Cited]:
        """One citation for each cited passage that holds the words; if none does, one that says so for each.

        Words of earlier sentences that are not found may belong to no marker, and are left out.
        """
        words, span = quotation.words, (self.claim.at + quotation.at, self.claim.end)
        cited = [
            self._cited(marker, words, marker.pages or quotation.pages, span) for marker in self._markers
        ]
        holding = [each for each in cited if each.located.status is not CitationStatus.NOT_FOUND]
        if holding:
            yield from holding
        elif quotation.end > self.claim.sentence_at and not self._is_name(words):
            other = self._elsewhere(words, quotation.pages)
            for each in cited:
                yield _misattributed(each, other) if other else each

    def _unquoted(self, marker: Marker) -> Cited:
        """The sentence as a quotation if a passage holds it; else a paraphrase, on the pages it may be on."""
        sentence, span = self.claim.sentence, (self.claim.at + self.claim.sentence_at, self.claim.end)
        pages = marker.pages or quotes.pages_behind(self.claim)
        if len(sentence) >= _MIN_SENTENCE:
            cited = self._cited(marker, sentence, pages, span)
            if cited.located.status is not CitationStatus.NOT_FOUND:
                return cited
            other = self._elsewhere(sentence, pages)
            if other and not any(other.marker == each.number for each in self._markers):
                return _misattributed(cited, other)
        return self._bare(marker, pages)

    def _bare(self, marker: Marker, pages: range | None = None) -> Cited:
        hit, span = (
            self.lookup.hits[marker.number - 1],
            (self.claim.at + self.claim.sentence_at, self.claim.end),
        )
        located = Located(CitationStatus.UNCHECKED, hit.page_first)
        cited = Cited(marker.number, hit, None, located, span, pages or marker.pages)
        if cited.pages and hit.page_first is not None:
            on = range(hit.page_first, (hit.page_last or hit.page_first) + 1)
            if not set(cited.pages) & set(on):
                return _misattributed(cited, Elsewhere(marker.number, hit, located))
        return cited

    def _cited(self, marker: Marker, words: str, pages: range | None, span: Span) -> Cited:
        """The words in the marker's own passage: found, not found, or found on another page than is said."""
        hit, located = self.lookup.hits[marker.number - 1], self.lookup.locate(marker.number, words, pages)
        cited = Cited(marker.number, hit, words, located, span, pages)
        if pages and located.pages and not located.pages & set(pages):
            return _misattributed(cited, Elsewhere(marker.number, hit, located))
        return cited

    def _elsewhere(self, words: str, pages: range | None) -> Elsewhere | None:
        for number in self._nearest:
            located = self.lookup.locate(number, words, pages)
            if located.spans:
                return Elsewhere(number, self.lookup.hits[number - 1], located)
        return None

    def _is_name(self, words: str) -> bool:
        """Whether the words only name a document or a section that was found."""
        name = fold(trimmed(words)).text
        titles = (title for hit in self.lookup.hits for title in (hit.document_name, *hit.title_path))
        return any(name in (fold(title).text, fold(title.rpartition(".")[0]).text) for title in titles)


def _misattributed(cited: Cited, elsewhere: Elsewhere) -> Cited:
    located = Located(CitationStatus.MISATTRIBUTED, cited.hit.page_first)
    return replace(cited, located=located, elsewhere=elsewhere)
