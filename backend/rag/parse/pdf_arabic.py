"""Arabic of PDFs: the ligature of lam and alef, whose two letters the library gives in the wrong order."""

import re
from ctypes import byref

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_TURNED = re.compile("[آأإا]ل")


def mended(textpage: pdfium.PdfTextPage, start: int, text: str) -> str:
    """The line, whose first character is the page's number `start`, with the letters of ligatures in order.

    The same two letters are also the Arabic article; then each has a place of its own on the page.
    """
    parts, done = [], 0
    for match in _TURNED.finditer(text):
        at = match.start()
        if _place(textpage, start + at) == _place(textpage, start + at + 1):
            parts += [text[done:at], text[at + 1], text[at]]
            done = match.end()
    return "".join([*parts, text[done:]])


def _place(textpage: pdfium.PdfTextPage, at: int) -> tuple[float, float, float, float]:
    rect = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, at, byref(rect))
    return rect.left, rect.bottom, rect.right, rect.top
