"""Reads the numbered passages of a prompt and cuts them into sentences that can be quoted verbatim."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_QUOTE = 300
_MIN_QUOTE = 8
_BLOCK = re.compile(r'<passage\s+id="?(\d+)"?[^\n]*>[ \t]*\n(.*?)\n?</passage>', re.DOTALL)
# A sentence ends at its mark, but not after "Inc.", "No." or an initial.
_END = re.compile(r"(?<=[.!?…])[)\]’”]*\s+(?=[\"'(“‘¿¡A-ZÀ-Þ0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|Nos|Inc|Corp|Co|Ltd|vs|Fig|Eq|al|approx|z\.B|bzw|ca)|\b[A-Z])\.$"
)
_QUOTATION_MARK = re.compile(r'["“”„«»「」]')
_WRAPPED = re.compile(r"(?<![.!?:;|])\n(?=[a-zà-ÿ(])")


@dataclass(frozen=True)
class Passage:
    id: int
    text: str


def find(text: str) -> list[Passage]:
    """The passages of a tool's result or a prompt, in their order, as they were before escaping."""
    return [Passage(int(found[1]), unescaped(found[2])) for found in _BLOCK.finditer(text)]


def without(text: str) -> str:
    """The text around the passages."""
    return _BLOCK.sub("", text).strip()


def unescaped(text: str) -> str:
    """Angle brackets are escaped so that a text cannot close its block; a quote must not show that."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def sentences(text: str) -> Iterator[str]:
    """Substrings of the text, in order: sentences, list items and table rows, at most 300 characters.

    None holds a quotation mark, so that it can stand between two of them: what a source itself quotes is
    a piece of its own. A line that was only wrapped goes on in the next.
    """
    for line in lines(text):
        for sentence in split(line):
            for piece in _QUOTATION_MARK.split(sentence):
                yield from (part for part in pieces(piece.strip(" ,;:")) if len(part) >= _MIN_QUOTE)


def lines(text: str) -> list[str]:
    joints = {found.start() for found in _WRAPPED.finditer(text)}
    starts = [0]
    for place, character in enumerate(text):
        if character == "\n" and place not in joints:
            starts.append(place + 1)
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def split(line: str) -> Iterator[str]:
    start = 0
    for found in _END.finditer(line):
        if not _ABBREVIATION.search(line[: found.start()]):
            yield line[start : found.end()].strip()
            start = found.end()
    yield line[start:].strip()


def pieces(sentence: str) -> Iterator[str]:
    """The sentence, cut at spaces where it is too long for one quote."""
    while len(sentence) > MAX_QUOTE:
        cut = sentence.rfind(" ", 0, MAX_QUOTE + 1)
        cut = cut if cut > 0 else MAX_QUOTE
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    yield sentence
