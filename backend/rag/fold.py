"""Text folded to what a quotation must keep, with the way back to the original's characters."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_GAP = re.compile(rf"[\s|{_INVISIBLE}]+")
_HYPHENS = "-\u2010\u2011\u2012\u2013\u2212"
_DASHES = "\u2014\u2015"
_DOUBLE = dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
_SINGLE = dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'")
_TYPOGRAPHY = str.maketrans(_DOUBLE | _SINGLE | {"\u2044": "/"})
_HUGS_LEFT = "%,;:!?.)]}"
_HUGS_RIGHT = "([{$€£"
# What is not copied as it stands; a single space between ordinary letters is.
_SPECIAL = re.compile(
    rf"[^!-~ ]|[-\"'`|]| (?=[ |{re.escape(_HUGS_LEFT)}]|[^!-~])|(?<=[{re.escape(_HUGS_RIGHT)}]) "
)
_MINUS = "-\u2212\u2013"
_GOES_ON = re.compile(r"\^| \d{1,3}/\d")
_SPACELESS = "\u0e00"
"""From here on most scripts (Thai, Chinese, Japanese) write words without spaces between them."""


@dataclass(slots=True)
class Folded:
    """`text` is what is compared; `cased` is the same, letter by letter, before its case was folded.

    It is made of pieces: piece `i` begins at `ats[i]` of `text` and came from `starts[i]` to `ends[i]` of the
    original, letter by letter if it `is_copy[i]`.
    """

    text: str = ""
    cased: str = ""
    ats: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    is_copy: list[bool] = field(default_factory=list)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's characters that `text[start:end]` came from; `end` is after `start`."""
        first, last = bisect_right(self.ats, start) - 1, bisect_right(self.ats, end - 1) - 1
        begin, until = self.starts[first], self.ends[last]
        if self.is_copy[first]:
            begin += start - self.ats[first]
        if self.is_copy[last]:
            until = self.starts[last] + end - self.ats[last]
        return begin, until


def fold(text: str) -> Folded:
    """Fold case, ligatures, accents' encoding, quotation marks, hyphens inside words, and runs of space.

    The separators of a table's cells are space. A hyphen between two letters goes, with the line break after
    it: "exam-\\nple" is "example", and so is "exam-ple". Any other one, a minus before a number above all,
    stays as "-". Raised digits stay apart from those before them: "10²" is not "102".
    """
    folded, cased, lower = Folded(), [], []
    at = size = 0
    before = " "

    def add(piece: str, start: int, end: int, *, is_copy: bool) -> None:
        nonlocal size, before
        if piece:
            folded.ats.append(size)
            folded.starts.append(start)
            folded.ends.append(end)
            folded.is_copy.append(is_copy)
            low = piece.casefold()
            lower.append(low)
            cased.append(piece if len(piece) == len(low) else low)
            size += len(low)
            before = low[-1]

    while at < len(text):
        found = _SPECIAL.search(text, at)
        start = found.start() if found else len(text)
        add(text[at:start], at, start, is_copy=True)
        at = start
        if at < len(text):
            piece, end = _next(text, at, before)
            add(piece, at, end, is_copy=False)
            at = end
    folded.text, folded.cased = "".join(lower), "".join(cased)
    return folded


def places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Every span of `text` that reads `words` and begins and ends where a word or a number does."""
    at = text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        if not cuts(text, at) and not cuts(text, end):
            yield at, end
        at = text.find(words, at + 1)


def cuts(text: str, at: int) -> bool:
    """Whether `at` is inside a word or a number: "15" is not found in "115", "15.7", "-15" or "15²"."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if after.isdigit() and before in _MINUS:
        return not text[at - 2 : at - 1].isalnum()
    if before.isdigit() and _GOES_ON.match(text, at):
        return True
    if before.isdigit() and after in ".,":
        return text[at + 1 : at + 2].isdigit()
    if before in ".," and after.isdigit():
        return text[at - 2 : at - 1].isdigit()
    return before.isalnum() and after.isalnum() and max(before, after) < _SPACELESS


def _next(text: str, at: int, before: str) -> tuple[str, int]:
    """What the original's character at `at` folds to, and where the next one starts."""
    letter = text[at]
    gap = _GAP.match(text, at)
    if gap:
        return _space(gap[0], before, text[gap.end() : gap.end() + 2]), gap.end()
    if letter in _HYPHENS:
        return _hyphen(text, at, before)
    if letter in _DASHES:
        return _dash(text, at + 1, before)
    piece = letter.translate(_TYPOGRAPHY)
    if piece in ("'", '"'):
        return _mark(piece, before), at + 1
    if letter.isdecimal():
        return str(unicodedata.decimal(letter)), at + 1
    folded = unicodedata.normalize("NFKD", piece).translate(_TYPOGRAPHY)
    if not letter.isascii() and before.isdigit() and any(map(str.isdigit, folded)):
        return ("^" if letter.isdigit() else " ") + folded, at + 1
    return folded, at + 1


def _space(gap: str, before: str, after: str) -> str:
    """One space, or none: at a soft hyphen, beside another one, and where punctuation hugs its word."""
    if gap.startswith("\u00ad") or not gap.strip(_INVISIBLE) or before == " ":
        return ""
    hugs = after[:1] in _HUGS_LEFT and not (after[:1] in ".," and after[1:].isdigit())
    return "" if before in _HUGS_RIGHT or (after and hugs) else " "


def _hyphen(text: str, at: int, before: str) -> tuple[str, int]:
    """Nothing inside a word, with the break after it; a line that breaks inside a number or name goes on."""
    broken = _after_space(text, at + 1)
    end = broken if "\n" in text[at + 1 : broken] or text[broken : broken + 1].islower() else at + 1
    after = text[end : end + 1]
    if before.isalpha() and after.isalpha():
        return "", end
    return "-", end if before.isalnum() and after.isalnum() else at + 1


def _dash(text: str, at: int, before: str) -> tuple[str, int]:
    """A dash between words is one whether or not there is space around it."""
    end = _after_space(text, at)
    if before.isdigit() and text[at : at + 1].isdigit():
        return "-", at
    return ("- " if before == " " else " - "), end


def _mark(mark: str, before: str) -> str:
    """Quotation marks are alike, but after a number they are feet and inches."""
    if before.isdigit():
        return mark
    return "" if before == "'" else "'"


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at
