"""Plain text: paragraphs are what blank lines separate."""

import re
from collections.abc import Iterator
from pathlib import Path

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, decode
from backend.rag.parse.page import Limits, Page, ParseError, Reason

_BLANK = re.compile(r"\n(?:[^\S\n]*\n)+")
_MAX_LINES = 200


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    yield Page(None, tuple(paragraphs(read(path, limits))))


def read(path: Path, limits: Limits) -> str:
    """The decoded file with plain newlines; raises ParseError(TOO_LARGE) before reading what cannot fit."""
    if path.stat().st_size > 4 * limits.max_characters:
        raise ParseError(Reason.TOO_LARGE)
    return decode.text(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")


def paragraphs(text: str) -> Iterator[Element]:
    """What blank lines separate; very long ones in several parts."""
    for paragraph in _BLANK.split(text):
        lines = [Line(line) for line in clean.code_lines(paragraph)]
        for start in range(0, len(lines), _MAX_LINES):
            yield Element(ElementKind.PARAGRAPH, tuple(lines[start : start + _MAX_LINES]))
