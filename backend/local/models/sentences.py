"""Cuts a passage into sentences, list items and table rows that can be quoted verbatim."""

import re
from collections.abc import Iterator

MAX_LENGTH = 400
_MIN_LENGTH = 8
_WRAPPED_FROM = 60
"""Characters from which on a line that ends without a mark is taken to go on in the next."""
# A sentence ends at its mark, but not after "Inc.", "No." or an initial.
_END = re.compile(r"(?<=[.!?…])[)\]’”]*\s+(?=[\"'(“‘¿¡A-ZÀ-Þ0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|Nos|Inc|Corp|Co|Ltd|vs|Fig|Eq|al|approx|z\.B|bzw|ca)|\b[A-Z])\.$"
)
_QUOTATION_MARK = re.compile(r'["“”„«»「」]')
_CLOSED = re.compile(r"[.!?:;|…][)\]’”\"*]*$")
_ITEM = re.compile(r"[|•·▪●◦\-–—*+>#\uf000-\uf0ff☐]|\(?(?:\d{1,2}|[a-z]|[ivx]+)[.)]\s|_{4,}")
_CELL = re.compile(r"[$€£(]*\d+(?:[.,]\d+)*%?\)?%?|[—–-]|\)?%|\$|n/?[am]", re.IGNORECASE)
_LINE = re.compile(r"[^\n]*(?:\n|\Z)")
_LETTERS, _DIGIT = re.compile(r"[^\W\d_]+"), re.compile(r"\d")


def of(text: str) -> Iterator[str]:
    """Substrings of the text, in order: sentences, list items and table rows, at most 400 characters.

    None holds a quotation mark, so that it can stand between two of them: what a source itself quotes is
    a piece of its own. A line that was only wrapped goes on in the next.
    """
    for line in lines(text):
        for sentence in split(line):
            for part in _QUOTATION_MARK.split(sentence):
                yield from (
                    piece
                    for piece in pieces(part.lstrip(" ,;:\n").rstrip(" ,;\n"))
                    if len(piece) >= _MIN_LENGTH
                )


def lines(text: str) -> Iterator[str]:
    """What stands on lines of its own: a wrapped line comes with those it goes on in."""
    start = end = 0
    for found in _LINE.finditer(text):
        following = found[0].strip()
        if start < found.start() and not goes_on(text[end : found.start()].strip(), following):
            yield text[start : found.start()].strip()
            start = found.start()
        end = found.start()
    yield text[start:].strip()


def goes_on(line: str, following: str) -> bool:
    """Whether a sentence runs over the break between two lines."""
    if not line or not following or _CLOSED.search(line) or _ITEM.match(following):
        return False
    if is_row(line):
        return False
    if following[0].islower() or following[0] == "(":
        return True
    return len(line) >= _WRAPPED_FROM and not is_row(following)


def is_row(line: str) -> bool:
    """Whether the line is a table's: cells between bars, or at least two figures at its end."""
    if line.startswith("|"):
        return True
    cells = 0
    for word in reversed(line.split()):
        if not _CELL.fullmatch(word):
            break
        cells += any(character.isdigit() for character in word) or word in "—–-"
    return cells >= 2


def is_whole(sentence: str) -> bool:
    """Whether a piece is no fragment: it begins as a sentence does and ends with a mark, or is a row."""
    if is_row(sentence) or _ITEM.match(sentence):
        return True
    return not sentence[0].islower() and sentence[0] not in ")]" and bool(_CLOSED.search(sentence))


def is_heading(sentence: str) -> bool:
    """Whether nearly all words are capitalised or short, and neither a figure nor a mark is among them."""
    found = _LETTERS.findall(sentence)
    high = sum(word[0].isupper() or len(word) < 4 for word in found)
    return high >= 0.8 * len(found) and not _CLOSED.search(sentence) and not _DIGIT.search(sentence)


def split(line: str) -> Iterator[str]:
    start = 0
    for found in _END.finditer(line):
        if not _ABBREVIATION.search(line[: found.start()]):
            yield line[start : found.end()].strip()
            start = found.end()
    yield line[start:].strip()


def pieces(sentence: str) -> Iterator[str]:
    """The sentence, cut after commas, else at spaces, where it is too long for one quote."""
    while len(sentence) > MAX_LENGTH:
        window = sentence[: MAX_LENGTH + 1]
        cut = max(window.rfind("; "), window.rfind(", "), window.rfind(";\n"), window.rfind(",\n"))
        if cut < MAX_LENGTH // 2:
            cut = max(window.rfind(" "), window.rfind("\n"))
        cut = cut if cut > 0 else MAX_LENGTH
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip(" ,;\n")
    yield sentence
