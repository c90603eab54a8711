"""What an answer claims before each group of its markers: its last sentence, and the pages that it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

Span = tuple[int, int]

OPENING, CLOSING = '"“„«「', '"”“»」'
_PAGE_WORD = r"(?<!\w)(?:pp?\.|p(?=\s*\d)|pg\.|pages?|S\.|Seiten?|p[áa]g(?:ina|\.))\s*"
_PAGES = rf"{_PAGE_WORD}\d{{1,4}}(?:\s*[-–]\s*\d{{1,4}})?(?!\w)"
PAGE = re.compile(rf"{_PAGE_WORD}(\d{{1,4}})(?:\s*[-–]\s*(\d{{1,4}}))?(?!\w)", re.IGNORECASE)
_QUOTED = re.compile(rf"[{OPENING}](?:[^{OPENING}{CLOSING}\n]|\n(?!\s*\n))+[{CLOSING}]")
_MARKER = re.compile(
    rf"\[(\d{{1,3}}(?:\s*[,;]\s*\d{{1,3}}|\s*,?\s*{_PAGES})*)\](?![(:])(\s*\({_PAGES}\))?", re.IGNORECASE
)
_ASIDE = re.compile(rf"[\s,;(]*(?:on|at|from|see|auf|in|en)?\s*{_PAGES}\)?\s*", re.IGNORECASE)
_NUMBER = re.compile(rf"({_PAGES})|\d+", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"\n\s*\n\s*")
# No sentence ends after "p.", "vs.", "e.g." and their like.
_SENTENCE_END = re.compile(
    r"(?<=[.!?。！？])(?<!\b[pS]\.)(?<!\b(?:pp|No|vs|Mr|Dr|cf|ca)\.)(?<!\b(?:e\.g|i\.e|Mrs|Fig|bzw)\.)[\"”»)]*\s+(?=\S)"
    r"|\n+"
)
_DECORATION = re.compile(r"^(?:[-*+>#\s]|\d+[.)]\s)+|[*`]+")
# Between single marks three words or more are a quotation; fewer are a name, or an apostrophe's accident.
_SINGLE = re.compile(r"(?<!\w)['‘‚‹›](?=\S)((?:[^'‘’‹›\n]|['’](?=\w))+)['’‘›‹](?!\w)")
_MIN_WORDS_IN_SINGLE = 3
_TURNED = str.maketrans("«»", "»«")
_NOTHING = re.compile(r"[\s,;.]*(?:and)?\s*")


@dataclass(frozen=True, slots=True)
class Marker:
    """The number of a passage, and the pages of it that the answer names beside the number."""

    number: int
    pages: range | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Markers in a row, up to `end` of the answer, and what stands before them.

    `text` is their paragraph since the markers before; it begins at `at`, its last sentence at `sentence_at`
    of it.
    """

    markers: tuple[Marker, ...]
    text: str
    at: int
    sentence_at: int
    end: int

    @property
    def sentence(self) -> str:
        """The last sentence, without Markdown's decoration."""
        return _DECORATION.sub("", self.text[self.sentence_at :]).strip(" .,;:\n")


def of(text: str) -> Iterator[Claim]:
    """Yield a claim per group of markers; those inside quotation marks belong to the source, not to us.

    Adjacent markers, `[1][2]` or `[1, 2]`, share what stands before the first of them.
    """
    quoted = _quoted(text)
    claim: Claim | None = None
    since = 0
    for match in _MARKER.finditer(text):
        if any(start < match.start() < end for start, end in quoted):
            continue
        if claim is not None and _NOTHING.fullmatch(text, since, match.start()):
            claim = replace(claim, markers=(*claim.markers, *_markers(match)), end=match.end())
        else:
            if claim is not None:
                yield claim
            begin = _last_end(_PARAGRAPH_END, text, since, match.start())
            sentence_at = _last_end(_SENTENCE_END, text, begin, match.start(), quoted) - begin
            said = text[begin : match.start()]
            claim = Claim(tuple(_markers(match)), said, begin, sentence_at, match.end())
        since = match.end()
    if claim is not None:
        yield claim


def sentences(text: str) -> Iterator[Span]:
    """Every sentence or line of an answer, with the markers that follow it."""
    quoted = _quoted(text)
    begin = 0
    ends = [found.end() for found in _SENTENCE_END.finditer(text) if not _is_inside(found, quoted)]
    for end in (*ends, len(text)):
        marker = _MARKER.match(text, _after(_ASIDE, text, end))
        while marker is not None:
            end = marker.end()
            marker = _MARKER.match(text, _after(_NOTHING, text, end))
        said = text[begin:end]
        if said.strip():
            yield end - len(said.lstrip()), begin + len(said.rstrip())
        begin = max(begin, end)


def pages_of(match: re.Match[str]) -> range:
    """The pages that a match of PAGE names."""
    first = int(match[1])
    return range(first, max(first, int(match[2] or first)) + 1)


def _markers(match: re.Match[str]) -> list[Marker]:
    found: list[Marker] = []
    for number in _NUMBER.finditer(match[1]):
        if number[1]:
            found[-1] = replace(found[-1], pages=_pages_in(number[1]))
        else:
            found.append(Marker(int(number[0])))
    if match[2]:
        found[-1] = replace(found[-1], pages=_pages_in(match[2]))
    return found


def _pages_in(text: str) -> range | None:
    found = PAGE.search(text)
    return None if found is None else pages_of(found)


def with_double_marks(text: str) -> str:
    """The same text, letter by letter, where 'some words in single marks' and »these« have “double” ones."""

    def double(match: re.Match[str]) -> str:
        return f"“{match[1]}”" if len(match[1].split()) >= _MIN_WORDS_IN_SINGLE else match[0]

    first = re.search("[«»]", text)
    if first and first[0] == "»":
        text = text.translate(_TURNED)
    return _SINGLE.sub(double, text)


def _quoted(text: str) -> list[Span]:
    return [match.span() for match in _QUOTED.finditer(with_double_marks(text))]


def _is_inside(found: re.Match[str], quoted: list[Span]) -> bool:
    return any(start < found.start() < end - 1 for start, end in quoted)


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _last_end(
    gap: re.Pattern[str], text: str, since: int, until: int, quoted: list[Span] | None = None
) -> int:
    """Where the last piece of `text[since:until]` begins that says something; gaps in quotations are none."""
    begin = since
    for found in gap.finditer(text, since, until):
        rest = _ASIDE.sub("", text[found.end() : until])
        if not _is_inside(found, quoted or []) and rest.strip(" .!?\n"):
            begin = found.end()
    return begin
