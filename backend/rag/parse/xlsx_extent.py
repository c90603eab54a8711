"""How far the cells of a workbook reach: a reader of whole sheets pays for all that lies between them."""

import re

from backend.rag.parse.archive import Archive
from backend.rag.parse.page import ParseError, Reason

_MAX_CELLS = 30_000_000
"""About a gigabyte and fifteen seconds."""
_SHEET = re.compile(r"xl/(?:worksheets/)?[^/]+\.xml", re.IGNORECASE)
_FILLED = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=\"([A-Z]{1,3})(\d{1,7})\"[^>]*(?<!/)>")
_SAID = re.compile(rb"<(?:\w+:)?dimension\s+ref=\"[A-Z]+\d+(?::([A-Z]{1,3})(\d{1,7}))?\"")
_HEAD = 4096


def check(archive: Archive) -> None:
    """Raises ParseError(TOO_LARGE) where filled cells of a sheet are too far apart.

    What a sheet says of its own extent is believed where that is small; it may count empty cells.
    """
    for name in archive.names(_SHEET):
        data = archive.read(name) or b""
        said = _SAID.search(data, 0, _HEAD)
        if said is None or _num_cells(said[1] or b"A", int(said[2] or 1)) > _MAX_CELLS:
            _check_filled(data)


def _check_filled(data: bytes) -> None:
    column, row = b"A", 1
    for match in _FILLED.finditer(data):
        column = max(column, match[1], key=_number)
        row = max(row, int(match[2]))
    if _num_cells(column, row) > _MAX_CELLS:
        raise ParseError(
            Reason.TOO_LARGE,
            f"A sheet of this workbook reaches to cell {column.decode()}{row}, and most of it is empty. "
            "Delete what stands far away from the rest, and upload it again.",
        )


def _num_cells(column: bytes, row: int) -> int:
    return _number(column) * row


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - ord("A") + 1
    return number
