"""Scanned pages of a PDF: which they are, and their picture for text recognition."""

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from backend.rag.elements import Element
from backend.rag.parse import ocr
from backend.rag.parse.page import Page

_DOTS_PER_POINT = 300 / 72
_MAX_DOTS = 5000


def read(pdf: pdfium.PdfDocument, page: Page) -> Page:
    """The page as it is, or its recognised text where it is a picture with hardly any text of its own.

    Without the program for it, the page is marked as unread.
    """
    if page.has_text or page.number is None:
        return page
    try:
        picture = _picture(pdf, page.number - 1)
    except pdfium.PdfiumError:
        return page
    if picture is None:
        return page
    if ocr.program() is None:
        return Page(page.number, page.elements, page.total, is_unread=True)
    found = [element for part in ocr.read(picture, first_page=page.number) for element in part]
    return Page(page.number, _longer(tuple(found), page.elements), page.total, is_recognised=True)


def _longer(one: tuple[Element, ...], other: tuple[Element, ...]) -> tuple[Element, ...]:
    return max(one, other, key=lambda elements: sum(len(element.text) for element in elements))


def _picture(pdf: pdfium.PdfDocument, index: int) -> bytes | None:
    """The page as displayed, in shades of grey (PGM); None where it holds no image."""
    page = pdf[index]
    try:
        if next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)), None) is None:
            return None
        scale = min(_DOTS_PER_POINT, _MAX_DOTS / max(1.0, *page.get_size()))
        bitmap = page.render(scale=scale, grayscale=True)
        rows = memoryview(bitmap.buffer).cast("B")
        starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
        dots = b"".join(bytes(rows[start : start + bitmap.width]) for start in starts)
        return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + dots
    finally:
        page.close()
