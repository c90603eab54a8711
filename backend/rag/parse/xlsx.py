"""Excel workbooks (.xlsx): each sheet a title, each block of rows a table; values as last calculated."""

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import python_calamine as calamine

from backend.rag.elements import Element
from backend.rag.parse import sheet, xlsx_extent
from backend.rag.parse.archive import Archive
from backend.rag.parse.page import Limits, Page, ParseError, Reason


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    """One page of all sheets, in order. Formulas, macros and links are not run: only stored values count."""
    with Archive(path, max_bytes=limits.max_expanded_bytes) as archive:
        xlsx_extent.check(archive)
    yield Page(None, tuple(_elements(path, limits)))


def _elements(path: Path, limits: Limits) -> Iterator[Element]:
    num_characters = 0
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            for name in book.sheet_names:
                rows = _rows(book.get_sheet_by_name(name))
                for element in sheet.elements(name, rows):
                    num_characters += len(element.text)
                    if num_characters > limits.max_characters:
                        raise ParseError(Reason.TOO_LARGE)
                    yield element
    except calamine.PasswordError as error:
        raise ParseError(Reason.ENCRYPTED) from error
    except (calamine.CalamineError, OSError) as error:
        raise ParseError(Reason.CORRUPT) from error


def _rows(found: calamine.CalamineSheet) -> Iterator[Sequence[str]]:
    for row in found.iter_rows():
        yield [_text(value) if value != "" else "" for value in row]


def _text(value: Any) -> str:
    """As a reader would write it: whole numbers without a point, midnight as a date."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    if isinstance(value, datetime.datetime):
        is_date = value.time() == datetime.time()
        return value.date().isoformat() if is_date else value.isoformat(" ", "seconds")
    return str(value)
