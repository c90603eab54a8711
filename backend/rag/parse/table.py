"""Tables of every format: rows of cells as one element, with its lines, its markup and its header."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from backend.rag.elements import Box, Element, ElementKind, Line

_YEAR = re.compile(r"(?<![\d.,$€£])(19|20)\d\d(?![\d.,%])")


@dataclass(frozen=True, slots=True)
class Cell:
    """Text on one line; `is_head` where the source itself marks it as the head of a row or column."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    is_head: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[Cell]
    page: int | None = None
    box: Box | None = None

    @property
    def text(self) -> str:
        """The row as it is searched and shown; empty where no cell has text."""
        text = " | ".join(cell.text for cell in self.cells)
        return text if text.strip(" |") else ""


def element(rows: Sequence[Row], *, num_headers: int = 0, caption: Sequence[Line] = ()) -> Element | None:
    """One TABLE whose first `num_headers` rows are its header; None where no cell has text.

    The caption's lines come first and belong to the header: every part of the table needs them.
    """
    lines = [*caption]
    num_header_lines = len(lines)
    for number, row in enumerate(rows):
        if row.text:
            lines.append(Line(row.text, row.page, row.box))
            num_header_lines += number < num_headers
    if len(lines) == len(caption):
        return None
    if num_header_lines == len(lines):  # a header of nothing heads nothing
        num_header_lines = 0
    html = "".join(_markup(row, number < num_headers) for number, row in enumerate(rows))
    return Element(
        ElementKind.TABLE, tuple(lines), html=f"<table>{html}</table>", num_header_lines=num_header_lines
    )


def is_header(texts: Iterable[str]) -> bool:
    """Whether a first row names its columns: words and years in most cells, numbers in none."""
    cells = [text.strip() for text in texts]
    filled = [text for text in cells if text]
    has_words = any(map(str.isalpha, "".join(filled)))
    return 2 * len(filled) > len(cells) and has_words and not any(map(_is_number, filled))


def _is_number(text: str) -> bool:
    num_digits, num_letters = sum(map(str.isdigit, text)), sum(map(str.isalpha, text))
    return num_digits > num_letters and _YEAR.search(text) is None


def _markup(row: Row, is_header: bool) -> str:
    return "<tr>" + "".join(_cell(cell, is_header) for cell in row.cells) + "</tr>"


def _cell(cell: Cell, is_header: bool) -> str:
    tag = "th" if is_header or cell.is_head else "td"
    spans = "".join(
        f' {name}="{value}"'
        for name, value in (("colspan", cell.colspan), ("rowspan", cell.rowspan))
        if value > 1
    )
    return f"<{tag}{spans}>{escape(cell.text)}</{tag}>"
