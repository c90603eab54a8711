"""Tables in plain text (CSV and its kin): comma, semicolon, tab or bar between cells, told by the text."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from backend.rag.parse import sheet
from backend.rag.parse.page import Limits, Page, ParseError, Reason
from backend.rag.parse.text import read

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 50


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    text = read(path, limits)
    csv.field_size_limit(max(1, limits.max_characters))
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
        yield Page(None, tuple(sheet.elements("", rows)))
    except csv.Error as error:
        raise ParseError(Reason.CORRUPT) from error


def _delimiter(text: str) -> str:
    """The one that cuts most of the first rows into the same number of cells, more than one."""
    return max(_DELIMITERS, key=lambda delimiter: _regularity(text, delimiter))


def _regularity(text: str, delimiter: str) -> tuple[int, int]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = [len(row) for row, _ in zip(rows, range(_SAMPLE_ROWS), strict=False) if len(row) > 1]
    best = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    return widths.count(best), best
