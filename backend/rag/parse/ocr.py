"""Text recognition (OCR) of page images by the program tesseract, where it is installed."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import groupby

from backend.rag.elements import Box, Element, ElementKind, Line
from backend.rag.parse import clean, programs
from backend.rag.parse.page import ParseError, Reason

_LEAST_CONFIDENCE = 20.0
_MAX_LANGUAGES = 4
_SECONDS = 120
_PGM = b"P5 "
_POOR = 60.0
"""Confidence below which a page may be upside down; printed text is read with more than 80."""

Word = dict[str, str]


def program() -> str | None:
    """Where tesseract is."""
    return programs.find("tesseract")


def read(image: bytes, *, first_page: int = 1) -> list[tuple[Element, ...]]:
    """The pages of an image file as paragraphs with the places of their lines.

    Raises ParseError: OCR_MISSING without the program, CORRUPT for an image that it cannot open, TIMED_OUT.
    """
    if program() is None:
        raise ParseError(Reason.OCR_MISSING)
    way = "1" if "osd" in _installed() else "3"  # 1 turns the page upright, and needs data to do so
    words, is_turned = _words(image, way), False
    if image.startswith(_PGM) and (confidence := _confidence(words)) < _POOR:
        # Upside down, a short text is read as other letters, with little confidence.
        turned = _words(_turned(image), way)
        is_turned = _confidence(turned) > confidence
        words = turned if is_turned else words
    pages = groupby(words, key=lambda word: int(word["page_num"]))
    found = (list(_page(list(page), first_page + number)) for number, (_, page) in enumerate(pages))
    return [tuple(map(_upright, page) if is_turned else page) for page in found]


def _words(image: bytes, way: str) -> list[Word]:
    answer = _run("stdin", "stdout", "-l", _languages(), "--psm", way, "tsv", image=image)
    return list(csv.DictReader(io.StringIO(answer), delimiter="\t", quoting=csv.QUOTE_NONE))


def _confidence(words: list[Word]) -> float:
    """Of all letters, in percent; none at all are read with none."""
    read = [(len(word["text"] or ""), float(word["conf"])) for word in words if word["level"] == "5"]
    return sum(length * confidence for length, confidence in read) / max(1, sum(length for length, _ in read))


def _turned(image: bytes) -> bytes:
    """A picture in shades of grey (PGM), upside down: its dots from last to first."""
    head, end, dots = image.partition(b"\n")
    return head + end + dots[::-1]


def _upright(element: Element) -> Element:
    """The element with its boxes where they are on the picture as it was given."""
    lines = (
        replace(line, box=Box(1 - box.x1, 1 - box.y1, 1 - box.x0, 1 - box.y0)) if (box := line.box) else line
        for line in element.lines
    )
    return replace(element, lines=tuple(lines))


def _run(*arguments: str, image: bytes = b"") -> str:
    """One thread: several take longer together, and other documents want to be read too."""
    command = (program() or "tesseract", *arguments)
    out = programs.run(*command, seconds=_SECONDS, stdin=image, environment={"OMP_THREAD_LIMIT": "1"})
    return out.decode("utf-8", "replace")


@cache
def _installed() -> tuple[str, ...]:
    return tuple(_run("--list-langs").split("\n")[1:])


def _languages() -> str:
    """English first where it is there, then the others that somebody installed."""
    names = sorted({name.strip() for name in _installed()} - {"", "osd"}, key=lambda name: name != "eng")
    return "+".join(names[:_MAX_LANGUAGES]) or "eng"


def _page(words: list[Word], number: int) -> Iterator[Element]:
    width, height = (max(1, int(words[0][key])) for key in ("width", "height"))
    read = [word for word in words if word["level"] == "5" and float(word["conf"]) >= _LEAST_CONFIDENCE]
    for _, block in groupby(read, key=lambda word: (word["block_num"], word["par_num"])):
        lines = [
            _line(list(line), number, width, height)
            for _, line in groupby(block, key=lambda word: word["line_num"])
        ]
        kept = tuple(line for line in lines if line.text)
        if kept:
            yield Element(ElementKind.PARAGRAPH, kept)


def _line(words: list[Word], number: int, width: int, height: int) -> Line:
    text = clean.line(" ".join(word["text"] or "" for word in words))
    lefts, tops = ([int(word[key]) for word in words] for key in ("left", "top"))
    rights = [left + int(word["width"]) for left, word in zip(lefts, words, strict=True)]
    bottoms = [top + int(word["height"]) for top, word in zip(tops, words, strict=True)]
    x0, x1 = (min(1.0, round(x / width, 4)) for x in (min(lefts), max(rights)))
    y0, y1 = (min(1.0, round(y / height, 4)) for y in (min(tops), max(bottoms)))
    return Line(text, number, Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None)
