"""The lines of one PDF page as displayed: text, box, size and weight, in the file's reading order."""

import math
import re
from collections.abc import Iterator, Sequence
from ctypes import byref, c_double, c_int, create_string_buffer
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from backend.rag.parse import clean, pdf_arabic, pdf_form, pdf_images, pdf_spacing, pdf_tables
from backend.rag.parse.pdf_display import Display
from backend.rag.parse.pdf_images import Spot
from backend.rag.parse.pdf_tables import RuledTable

_SPAN = re.compile(r"[^\r\n\ufffe]+\ufffe?")
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|cmbx", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_WIDE_GAP = 1.5
_MAX_SIZE, _USUAL_SIZE = 10_000.0, 10.0
_HYPHEN = "\ufffe"
_SYMBOL = re.compile(r"(?<!\w)(?:\w|[A-Z]{2,4})$")
_WORD = re.compile(r"\w+(?:-\w+)*")
_CUT_WORD = re.compile(r"\S+\ufffe\n\S+")

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in the page's own points, whose origin is bottom-left."""


@dataclass(slots=True)
class RawLine:
    """Points on the displayed page, origin top-left; `cells` counts parts with wide gaps between them."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    cells: int = 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page's lines, and its displayed width and height in points.

    `tables` hold the rest of the text; the number beside one says before which line it is read.
    """

    width: float
    height: float
    lines: list[RawLine]
    tables: list[tuple[int, RuledTable]]
    images: tuple[Spot, ...] = ()


def read(page: pdfium.PdfPage, values: Sequence[pdf_form.Value] = ()) -> Sheet:
    """All lines of the page; cells on one baseline are one line, words cut by hyphens are whole.

    `values` were written into the fields of a form, and are read after what stands before them.
    """
    # A page that says it is infinite has text, and no places.
    width, height = (side if math.isfinite(side) else 0.0 for side in page.get_size())
    textpage = page.get_textpage()
    try:
        display = Display(page, width, height)
        found = list(_lines(textpage, display))
        for value in values:
            _insert(found, value, display)
        places = [pdf_tables.Place((line.x0, line.y0, line.x1, line.y1), line.text) for line in found]
        in_tables = pdf_tables.find(page, textpage, display, places)
    finally:
        textpage.close()
    sheet = Sheet(width, height, [], [], pdf_images.find(page, display.matrix))
    for ruled, numbers in groupby(range(len(found)), in_tables.get):
        if ruled is None:
            sheet.lines.extend(_rows(_mend([found[number] for number in numbers])))
        elif all(ruled is not known for _, known in sheet.tables):
            sheet.tables.append((len(sheet.lines), ruled))
    return sheet


def _lines(textpage: pdfium.PdfTextPage, display: Display) -> Iterator[RawLine]:
    text = textpage.get_text_range()
    for match in _SPAN.finditer(text):
        span = match[0]
        stripped = span.strip(" \t\xa0\x00\ufffe")
        if not stripped:
            continue
        start = match.start() + span.index(stripped[0])
        start = _char_index(textpage, start)
        rects = _rects(textpage, start, len(stripped))
        size, bold = _look(textpage, start)
        if pdf_spacing.is_spaced(stripped):
            stripped = pdf_spacing.closed(textpage, start, stripped, size)
        stripped = pdf_arabic.mended(textpage, start, stripped)
        marked = stripped + (_HYPHEN if span.endswith(_HYPHEN) else "")
        yield RawLine(marked, *display.box(*_union(rects)), size=size, bold=bold, cells=_cells(rects, size))


def _insert(lines: list[RawLine], value: pdf_form.Value, display: Display) -> None:
    """Put a form's value after the line on its left, else after the one above it."""
    text, field = value
    x0, y0, x1, y1 = display.box(*field)
    middle = (y0 + y1) / 2
    beside = [at for at, line in enumerate(lines) if line.y0 <= middle <= line.y1 and line.x0 <= x0]
    above = [at for at, line in enumerate(lines) if line.y1 <= middle and line.x0 <= x1 and line.x1 >= x0]
    at = max(beside, key=lambda at: lines[at].x0, default=max(above, key=lambda at: lines[at].y1, default=-1))
    size = lines[at].size if at >= 0 else y1 - y0
    lines.insert(at + 1, RawLine(text, x0, y0, x1, y1, size=size, bold=False))


def _char_index(textpage: pdfium.PdfTextPage, at: int) -> int:
    found = raw.FPDFText_GetCharIndexFromTextIndex(textpage, at)
    return found if found >= 0 else at


def _rects(textpage: pdfium.PdfTextPage, start: int, count: int) -> list[Rect]:
    left, top, right, bottom = c_double(), c_double(), c_double(), c_double()
    found = []
    for number in range(raw.FPDFText_CountRects(textpage, start, count)):
        raw.FPDFText_GetRect(textpage, number, byref(left), byref(top), byref(right), byref(bottom))
        found.append((left.value, top.value, right.value, bottom.value))
    return found


def _union(rects: list[Rect]) -> Rect:
    left, top, right, bottom = zip(*rects, strict=True) if rects else ((0.0,),) * 4
    return min(left), max(top), max(right), min(bottom)


def _cells(rects: list[Rect], size: float) -> int:
    gaps = (after[0] - before[2] for before, after in pairwise(rects))
    return 1 + sum(gap > _WIDE_GAP * size for gap in gaps)


def _look(textpage: pdfium.PdfTextPage, at: int) -> tuple[float, bool]:
    """The size in points as printed, and whether the font is bold, of one character."""
    matrix, flags, name = raw.FS_MATRIX(), c_int(), create_string_buffer(128)
    size = raw.FPDFText_GetFontSize(textpage, at)
    if raw.FPDFText_GetMatrix(textpage, at, byref(matrix)):
        size *= (matrix.c**2 + matrix.d**2) ** 0.5
    size = size if 0 < size < _MAX_SIZE else _USUAL_SIZE  # broken files say infinite, or no number
    raw.FPDFText_GetFontInfo(textpage, at, name, 128, byref(flags))
    bold = bool(_BOLD.search(name.value.decode("latin-1"))) or bool(flags.value & _FORCE_BOLD)
    return size, bold or raw.FPDFText_GetFontWeight(textpage, at) >= 600


def _mend(lines: list[RawLine]) -> list[RawLine]:
    """Move the rest of a hyphenated word up to where the word began, and clean every line."""
    words = set(_WORD.findall(_CUT_WORD.sub(" ", "\n".join(line.text for line in lines))))
    for line, after in pairwise(lines):
        if line.text.endswith(_HYPHEN):
            rest, _, remaining = after.text.partition(" ")
            if rest.endswith(_HYPHEN):  # a word over three lines
                remaining = _HYPHEN
                rest = rest[:-1]
            line.text = _joined(line.text[:-1], rest, words)
            after.text = remaining
    cleaned = (replace(line, text=clean.line(line.text)) for line in lines)
    return [line for line in cleaned if line.text]


def _joined(head: str, rest: str, words: set[str]) -> str:
    """One word, or a compound that keeps its hyphen: told by the page's other words, then by case."""
    start, end = _WORD.findall(head)[-1:], _WORD.findall(rest)[:1]
    if not start or not end or not head[-1].islower() or not rest[0].islower() or "-" in start[0]:
        return f"{head}-{rest}"
    is_compound = f"{start[0]}-{end[0]}" in words or {start[0], end[0]} <= words
    has_hyphen = is_compound and start[0] + end[0] not in words
    return f"{head}-{rest}" if has_hyphen else head + rest


def _rows(lines: list[RawLine]) -> Iterator[RawLine]:
    """Join neighbours on one baseline: the cells of a table's row that the file draws one by one."""
    row: RawLine | None = None
    for line in lines:
        if row is not None and _same_row(row, line):
            x1, y0, y1 = max(row.x1, line.x1), min(row.y0, line.y0), max(row.y1, line.y1)
            cells = row.cells + line.cells
            text = f"{row.text}{'' if _is_script(row, line) else ' '}{line.text}"
            row = replace(row, text=text, x1=x1, y0=y0, y1=y1, cells=cells)
        else:
            if row is not None:
                yield row
            row = line
    if row is not None:
        yield row


def _is_script(row: RawLine, line: RawLine) -> bool:
    """A small figure right after a symbol (x², CO₂); after a word it marks a note and stays apart."""
    is_near = line.x0 - row.x1 < 0.15 * row.size
    return is_near and line.size < 0.85 * row.size and _SYMBOL.search(row.text) is not None


def _same_row(row: RawLine, line: RawLine) -> bool:
    height = min(row.y1 - row.y0, line.y1 - line.y0)
    overlap = min(row.y1, line.y1) - max(row.y0, line.y0)
    is_level = 0 < height < 2.2 * max(row.size, line.size)  # lines that run up the page are tall
    return is_level and line.x0 >= row.x1 - 1 and overlap > 0.6 * height
