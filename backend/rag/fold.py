"""Text folded to what a quotation must keep, with the way back to the original's characters."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_DOUBLE = dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
_SINGLE = dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'")
_QUOTES = str.maketrans(_DOUBLE | _SINGLE)
_SPACELESS = "\u0e00"
"""From here on most scripts (Thai, Chinese, Japanese) write words without spaces between them."""


@dataclass(frozen=True, slots=True)
class Folded:
    """`text` is what is compared; its character `i` came from `starts[i]` to `ends[i]` of the original."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]


def fold(text: str) -> Folded:
    """Fold case, ligatures, accents' encoding, quotation marks, runs of space and hyphens inside words.

    A hyphen between two letters goes, with the line break after it: "exam-\\nple" is "example", and so is
    "exam-ple". Any other hyphen or dash, a minus before a number above all, stays as "-".
    """
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        piece, end = _next(text, at, letters[-1] if letters else " ")
        letters += piece
        starts += [at] * len(piece)
        ends += [end] * len(piece)
        at = end
    return Folded("".join(letters), tuple(starts), tuple(ends))


def places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Every span of `text` that reads `words` and begins and ends where a word or a number does."""
    at = text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        if not _cuts(text, at) and not _cuts(text, end):
            yield at, end
        at = text.find(words, at + 1)


def _cuts(text: str, at: int) -> bool:
    """Whether `at` is inside a word or a number, so that "15" is not found in "115" or in "15.7"."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before.isdigit() and after in ".,":
        return text[at + 1 : at + 2].isdigit()
    if before in ".," and after.isdigit():
        return text[at - 2 : at - 1].isdigit()
    return before.isalnum() and after.isalnum() and max(before, after) < _SPACELESS


def _next(text: str, at: int, before: str) -> tuple[str, int]:
    """What the original's character at `at` folds to, and where the next one starts."""
    letter = text[at]
    if letter in _INVISIBLE:
        return "", at + 1
    if letter.isspace():
        return ("" if before == " " else " "), at + 1
    if letter in _HYPHENS:
        after = _after_break(text, at + 1)
        joins = before.isalpha() and text[after : after + 1].isalpha()
        return ("", after) if joins else ("-", at + 1)
    return unicodedata.normalize("NFKD", letter.translate(_QUOTES)).casefold(), at + 1


def _after_break(text: str, at: int) -> int:
    """Where the word goes on if a line ends at `at`; `at` itself if none does."""
    end = at
    while end < len(text) and text[end].isspace():
        end += 1
    return end if "\n" in text[at:end] else at
