"""From a PDF page's own coordinates, which ignore rotation and cropping, to what is displayed, and back."""

from ctypes import byref, c_int

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_SCALE = 1_000_000

Rect = tuple[float, float, float, float]


class Display:
    """One page's mapping; displayed points have their origin top-left, the page's own bottom-left."""

    def __init__(self, page: pdfium.PdfPage, width: float, height: float) -> None:
        self._width, self._height = width / _SCALE, height / _SCALE
        self._origin = self._device(page, 0, 0)
        (x, y), (right, down), (left, up) = (
            self._origin,
            self._device(page, 1000, 0),
            self._device(page, 0, 1000),
        )
        self._matrix = ((right - x) / 1000, (left - x) / 1000, (down - y) / 1000, (up - y) / 1000)

    @property
    def matrix(self) -> tuple[float, float, float, float, float, float]:
        """The mapping as PDF writes it."""
        a, b, c, d = self._matrix
        return a, c, b, d, *self._origin

    def box(self, left: float, top: float, right: float, bottom: float) -> Rect:
        """Left, top, right and bottom as displayed."""
        a, b, c, d = self._matrix
        x, y = self._origin
        xs = (x + a * left + b * top, x + a * right + b * bottom)
        ys = (y + c * left + d * top, y + c * right + d * bottom)
        return min(xs), min(ys), max(xs), max(ys)

    def page_box(self, left: float, top: float, right: float, bottom: float) -> Rect:
        """Left, bottom, right and top in the page's own points, of a displayed rectangle."""
        a, b, c, d = self._matrix
        x, y = self._origin
        scale = a * d - b * c or 1.0
        points = [
            ((d * (h - x) - b * (v - y)) / scale, (a * (v - y) - c * (h - x)) / scale)
            for h, v in ((left, top), (right, bottom))
        ]
        (x0, y0), (x1, y1) = points
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def _device(self, page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
        at_x, at_y = c_int(), c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _SCALE, _SCALE, 0, x, y, byref(at_x), byref(at_y))
        return at_x.value * self._width, at_y.value * self._height
