"""What an answer claims before each of its markers: its last sentence, and the quotations near it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

OPENING, CLOSING = '"“„«「', '"”“»」'
_QUOTED = re.compile(rf"[{OPENING}](?:[^{OPENING}{CLOSING}\n]|\n(?!\s*\n))+[{CLOSING}]")
_MARKER = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\](?![(:])")
_PARAGRAPH_END = re.compile(r"\n\s*\n\s*")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"”»)]*\s+(?=\S)|\n+")
_DECORATION = re.compile(r"^(?:[-*+>#\s]|\d+[.)]\s)+|[*`]+")
_NOTHING = re.compile(r"[\s,;.]*(?:and)?\s*")


@dataclass(frozen=True, slots=True)
class Claim:
    """One marker; `text` is its paragraph since the last marker, whose last sentence is at `sentence_at`."""

    marker: int
    text: str
    sentence_at: int

    @property
    def sentence(self) -> str:
        """The last sentence, without Markdown's decoration."""
        return _DECORATION.sub("", self.text[self.sentence_at :]).strip(" .,;:\n")


def of(text: str) -> Iterator[Claim]:
    """Yield a claim per marker in order; markers inside quotation marks belong to the source, not to us.

    Adjacent markers, `[1][2]` or `[1, 2]`, share what stands before the first of them.
    """
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    since = begin = until = 0
    for match in _MARKER.finditer(text):
        if any(start < match.start() < end for start, end in quoted):
            continue
        if not _NOTHING.fullmatch(text, since, match.start()):
            begin, until = _last_end(_PARAGRAPH_END, text, since, match.start()), match.start()
        sentence_at = _last_end(_SENTENCE_END, text, begin, until, quoted) - begin
        for number in re.findall(r"\d+", match[1]):
            yield Claim(int(number), text[begin:until], sentence_at)
        since = match.end()


def _last_end(
    gap: re.Pattern[str], text: str, since: int, until: int, quoted: list[tuple[int, int]] | None = None
) -> int:
    """Where the last piece of `text[since:until]` begins that says something; gaps in quotations are none."""
    begin = since
    for found in gap.finditer(text, since, until):
        inside = any(start < found.start() < end - 1 for start, end in quoted or [])
        if not inside and text[found.end() : until].strip(" .!?\n"):
            begin = found.end()
    return begin
