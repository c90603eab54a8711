"""Forms of a PDF: what was written into their fields, which is no part of the page's own text."""

import math
from ctypes import byref

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from backend.rag.parse import clean
from backend.rag.parse.pdf_display import Rect

Value = tuple[str, Rect]
"""One line, and the left, top, right and bottom of its field in the page's own points."""


def values(pdf: pdfium.PdfDocument, page: pdfium.PdfPage, index: int) -> list[Value]:
    """The fields of this page that show any text; those with pictures or ticks only are left out."""
    if pdf.get_formtype() == raw.FORMTYPE_NONE or raw.FPDFPage_GetAnnotCount(page) == 0:
        return []
    fields = _fields(page)
    before = _texts(page, fields)
    other = pdf[index]
    # Draws the fields upon the page, in memory only; to be seen, it has to be opened anew.
    is_drawn = raw.FPDFPage_Flatten(other, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS
    other.close()
    if not is_drawn:
        return []
    drawn = pdf[index]
    try:
        after = _texts(drawn, fields)
    finally:
        drawn.close()
    found = zip(fields, before, after, strict=True)
    return [(text, field) for field, printed, text in found if text and text != printed]


def _fields(page: pdfium.PdfPage) -> list[Rect]:
    found = []
    for number in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, number)
        rect = raw.FS_RECTF()
        is_field = raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_WIDGET
        if is_field and raw.FPDFAnnot_GetRect(annotation, byref(rect)):
            sides = (rect.left, rect.top, rect.right, rect.bottom)
            found += [sides] if all(map(math.isfinite, sides)) else []
        raw.FPDFPage_CloseAnnot(annotation)
    return found


def _texts(page: pdfium.PdfPage, fields: list[Rect]) -> list[str]:
    textpage = page.get_textpage()
    try:
        return [
            clean.line(textpage.get_text_bounded(left, bottom, right, top))
            for left, top, right, bottom in fields
        ]
    finally:
        textpage.close()
