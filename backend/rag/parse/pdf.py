"""PDF: text, boxes and layout of one page at a time; pages that cannot be opened are passed over."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from backend.rag.parse import pdf_form, pdf_images, pdf_layout, pdf_lines, pdf_scan
from backend.rag.parse.page import Limits, Page, ParseError, Reason, check_pages

_SAMPLES = 8


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    pdf = _open(path)
    try:
        yield from _read(pdf, limits)
    finally:
        pdf.close()


def _read(pdf: pdfium.PdfDocument, limits: Limits) -> Iterator[Page]:
    total = len(pdf)
    if total == 0:
        raise ParseError(Reason.CORRUPT)
    check_pages(total, limits)
    samples = {index: _sheet(pdf, index) for index in _sample(total)}
    style = pdf_layout.survey(sheet for sheet in samples.values() if sheet is not None)
    seen: set[str] = set()
    num_opened = 0
    for index in range(total):
        sheet = samples.pop(index) if index in samples else _sheet(pdf, index)
        num_opened += sheet is not None
        found = tuple(pdf_layout.elements(sheet, index + 1, style, seen)) if sheet else ()
        page = Page(index + 1, found, total)
        if sheet:
            size = (sheet.width, sheet.height)
            page = pdf_images.added(pdf, pdf_scan.read(pdf, page), sheet.images, size)
        yield page
    if num_opened == 0:
        raise ParseError(Reason.CORRUPT)


def _sample(total: int) -> list[int]:
    """Pairs of neighbours from all over: left and right pages have running heads of their own."""
    starts = (total * number // _SAMPLES for number in range(_SAMPLES))
    return sorted({index for start in starts for index in (start, start + 1) if index < total})


def _open(path: Path) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        is_locked = error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise ParseError(Reason.ENCRYPTED if is_locked else Reason.CORRUPT) from error


def _sheet(pdf: pdfium.PdfDocument, index: int) -> pdf_lines.Sheet | None:
    """The page's lines, None where the page itself is damaged."""
    try:
        page = pdf[index]
    except pdfium.PdfiumError:
        return None
    try:
        return pdf_lines.read(page, pdf_form.values(pdf, page, index))
    except pdfium.PdfiumError:
        return None
    finally:
        page.close()
