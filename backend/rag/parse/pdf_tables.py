"""Ruled tables of a PDF page, taken only where every letter of theirs is in exactly one cell."""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

import pypdfium2 as pdfium

from backend.rag.parse import clean, pdf_grid, pdf_rules, table
from backend.rag.parse.pdf_display import Display
from backend.rag.parse.pdf_grid import Rect

_INSET = 0.8
_EDGE = 3.0
_MAX_CELL = 1500
_CUT = re.compile(r"\ufffe\s*")
_BLANK = re.compile(r"[\s\ufffe\0-]+")
_LEAST_FILLED = 0.3


@dataclass(frozen=True, slots=True)
class RuledRow:
    cells: tuple[table.Cell, ...]
    rect: Rect


@dataclass(frozen=True, slots=True)
class RuledTable:
    """Rows from top to bottom, with their places as displayed."""

    rect: Rect
    rows: tuple[RuledRow, ...]

    @property
    def num_headers(self) -> int:
        """The first row where it names columns, and the rows below it into which its cells reach."""
        first = self.rows[0].cells
        num = max(cell.rowspan for cell in first)
        is_header = len(first) > 1 and table.is_header(cell.text for cell in first)
        return num if is_header and num < len(self.rows) else 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line of the page is displayed, and its text."""

    rect: Rect
    text: str


def find(
    page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, display: Display, places: list[Place]
) -> dict[int, RuledTable]:
    """The numbers of all places that a table contains → the table; cheap for a page without rulings."""
    rules = pdf_rules.read(page, display.matrix)
    found: dict[int, RuledTable] = {}
    for cells in pdf_grid.find(rules) if rules is not None else ():
        taken = _inside(_union(cells), places)
        if not taken or any(number in found for number in taken):
            continue
        ruled = _table(cells, textpage, display)
        if ruled is not None and _letters_of(ruled) == sum(_num_letters(places[n].text) for n in taken):
            found.update(dict.fromkeys(taken, ruled))
    return found


def _inside(rect: Rect, places: list[Place]) -> list[int]:
    """The places within the rectangle; none at all where one crosses its border."""
    left, top, right, bottom = rect
    found = []
    for number, place in enumerate(places):
        x0, y0, x1, y1 = place.rect
        middle = (y0 + y1) / 2
        if x1 <= left + _EDGE or x0 >= right - _EDGE or not top <= middle <= bottom:
            continue
        if x0 < left - _EDGE or x1 > right + _EDGE:
            return []
        found.append(number)
    return found


def _table(cells: list[Rect], textpage: pdfium.PdfTextPage, display: Display) -> RuledTable | None:
    """The grid with its text, None where it is a frame, a form or a drawing and not a table."""
    xs = sorted({x for cell in cells for x in (cell[0], cell[2])})
    ys = sorted({y for cell in cells for y in (cell[1], cell[3])})
    if len(xs) < 3 or len(ys) < 3:
        return None
    by_top = defaultdict(list)
    for cell in sorted(cells):
        by_top[cell[1]].append(cell)
    rows = tuple(
        RuledRow(tuple(_cell(cell, xs, ys, _text(cell, textpage, display)) for cell in row), _union(row))
        for _, row in sorted(by_top.items())
    )
    texts = [cell.text for row in rows for cell in row.cells]
    is_filled = sum(map(bool, texts)) >= max(3, _LEAST_FILLED * len(texts))
    has_columns = sum(sum(bool(cell.text) for cell in row.cells) > 1 for row in rows) > 1
    is_short = max(map(len, texts)) <= _MAX_CELL
    return RuledTable(_union(cells), rows) if is_filled and has_columns and is_short else None


def _cell(cell: Rect, xs: list[float], ys: list[float], text: str) -> table.Cell:
    left, top, right, bottom = cell
    return table.Cell(
        text,
        colspan=bisect_left(xs, right) - bisect_left(xs, left),
        rowspan=bisect_left(ys, bottom) - bisect_left(ys, top),
    )


def _text(cell: Rect, textpage: pdfium.PdfTextPage, display: Display) -> str:
    left, bottom, right, top = display.page_box(*cell)
    text = textpage.get_text_bounded(left + _INSET, bottom + _INSET, right - _INSET, top - _INSET)
    return clean.line(_CUT.sub("", text))


def _union(cells: list[Rect]) -> Rect:
    lefts, tops, rights, bottoms = zip(*cells, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _letters_of(ruled: RuledTable) -> int:
    return sum(_num_letters(cell.text) for row in ruled.rows for cell in row.cells)


def _num_letters(text: str) -> int:
    """Hyphens do not count: those at the ends of lines may have been taken off."""
    return len(_BLANK.sub("", clean.characters(text)))
