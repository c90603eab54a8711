"""Pictures of a PDF page: found where they are displayed, joined where they touch, drawn when kept."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from ctypes import byref, c_uint, c_ulong, create_string_buffer
from dataclasses import dataclass
from functools import partial
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from backend.rag.elements import Box, Element, ElementKind
from backend.rag.parse import pictures
from backend.rag.parse.page import Page
from backend.rag.parse.pdf_rules import Matrix, mapped, matrix_of, product
from backend.rag.parse.pictures import Picture

_LOOKED_AT = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
_MAX_OBJECTS = 20_000
_MAX_DEPTH = 3
_MAX_SPOTS = 300
_MIN_SIDE = 24.0
_TOUCH = 2.0
_BACKGROUND = 0.75
_MAX_SCALE = 3.0
_MAX_SIDE = 1600
_MAX_HASHED = 8 * 1024**2

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """A picture in points as displayed, origin top-left; `scale` are its own pixels to a point."""

    rect: Rect
    scale: float
    key: str


def find(page: pdfium.PdfPage, display: Matrix) -> tuple[Spot, ...]:
    """The page's pictures, those that touch each other as one; none where there are too many to be any."""
    found: list[Spot] = []
    num_objects = raw.FPDFPage_CountObjects(page)
    for number in range(num_objects if num_objects <= _MAX_OBJECTS else 0):
        item = raw.FPDFPage_GetObject(page, number)
        if raw.FPDFPageObj_GetType(item) in _LOOKED_AT:
            found += _spots(item, display, 0)
            if len(found) > _MAX_SPOTS:
                return ()
    return tuple(_joined(found))


def _spots(item: Any, outer: Matrix, depth: int) -> Iterator[Spot]:
    """An image, or those inside of a form."""
    if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_IMAGE:
        spot = _spot(item, outer)
        if spot is not None:
            yield spot
    elif depth < _MAX_DEPTH:
        matrix = product(matrix_of(item), outer)
        for number in range(min(raw.FPDFFormObj_CountObjects(item), _MAX_OBJECTS)):
            inner = raw.FPDFFormObj_GetObject(item, number)
            if raw.FPDFPageObj_GetType(inner) in _LOOKED_AT:
                yield from _spots(inner, matrix, depth + 1)


def _spot(item: Any, outer: Matrix) -> Spot | None:
    matrix = product(matrix_of(item), outer)
    corners = [mapped(x, y, matrix) for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))]
    (x0, *_, x1), (y0, *_, y1) = sorted(x for x, _ in corners), sorted(y for _, y in corners)
    width, height = c_uint(), c_uint()
    raw.FPDFImageObj_GetImagePixelSize(item, byref(width), byref(height))
    if not (-math.inf < x0 < x1 < math.inf and -math.inf < y0 < y1 < math.inf):  # broken, or no number
        return None
    scale = float((width.value * height.value / ((x1 - x0) * (y1 - y0))) ** 0.5)
    return Spot((x0, y0, x1, y1), scale, f"{_digest(item)} {round(x1 - x0)} {round(y1 - y0)}")


def _digest(item: Any) -> str:
    """Of the picture as it stands in the file, still compressed; the same picture has the same."""
    num_bytes = min(raw.FPDFImageObj_GetImageDataRaw(item, None, 0), _MAX_HASHED)
    data = create_string_buffer(num_bytes)
    raw.FPDFImageObj_GetImageDataRaw(item, data, c_ulong(num_bytes))
    return f"{num_bytes}-{hashlib.sha256(data.raw).hexdigest()}"


def _joined(spots: Sequence[Spot]) -> list[Spot]:
    """Strips and tiles that a program cut one picture into are one again."""
    whole: list[Spot] = []
    for spot in spots:
        touching = [other for other in whole if _touch(other.rect, spot.rect)]
        for other in touching:
            whole.remove(other)
        parts = [*touching, spot]
        lefts, tops, rights, bottoms = zip(*(part.rect for part in parts), strict=True)
        rect = (min(lefts), min(tops), max(rights), max(bottoms))
        whole.append(
            Spot(rect, max(part.scale for part in parts), "|".join(part.key for part in parts)[-4096:])
        )
    return whole


def _touch(one: Rect, other: Rect) -> bool:
    return (
        one[0] <= other[2] + _TOUCH
        and other[0] <= one[2] + _TOUCH
        and one[1] <= other[3] + _TOUCH
        and other[1] <= one[3] + _TOUCH
    )


def added(pdf: pdfium.PdfDocument, page: Page, spots: Sequence[Spot], size: tuple[float, float]) -> Page:
    """The page with its pictures, each after the text right above it; `size` is the displayed page's.

    What fills a page that has text is its background or its scan, and no picture.
    """
    if page.number is None or page.is_unread:
        return page
    elements = list(page.elements)
    for spot in spots:
        rect = _on_page(spot.rect, size)
        width, height = rect[2] - rect[0], rect[3] - rect[1]
        is_background = width * height >= _BACKGROUND * size[0] * size[1] and page.has_text
        if min(width, height) < _MIN_SIDE or is_background:
            continue
        box = Box(*(round(at / size[axis % 2], 4) for axis, at in enumerate(rect)))
        read = partial(_drawn, pdf, page.number - 1, rect, spot.scale)
        elements.insert(
            _place(elements, box), pictures.picture(read, key=spot.key, page=page.number, box=box)
        )
    return Page(page.number, tuple(elements), page.total, page.is_recognised)


def _on_page(rect: Rect, size: tuple[float, float]) -> Rect:
    x0, y0, x1, y1 = rect
    width, height = size
    return max(0.0, x0), max(0.0, y0), min(width, x1), min(height, y1)


def _place(elements: Sequence[Element], box: Box) -> int:
    """After the lowest element that ends above the picture, in its column; else before everything."""
    best, at = -1.0, 0
    for number, element in enumerate(elements):
        if element.kind is ElementKind.HEADER or isinstance(element, Picture):
            continue
        found = element.lines[-1].box
        if found is None or found.y1 > box.y0 + 0.01 or found.x1 < box.x0 or found.x0 > box.x1:
            continue
        if found.y1 >= best:
            best, at = found.y1, number + 1
    return at


def _drawn(pdf: pdfium.PdfDocument, index: int, rect: Rect, own_scale: float) -> bytes | None:
    """The part of the page as it is displayed, in colour (PPM)."""
    x0, y0, x1, y1 = rect
    scale = min(max(own_scale, 1.0), _MAX_SCALE, _MAX_SIDE / max(x1 - x0, y1 - y0))
    try:
        page = pdf[index]
    except pdfium.PdfiumError:
        return None
    try:
        width, height = page.get_size()
        crop = (x0, max(0.0, height - y1), max(0.0, width - x1), y0)
        bitmap = page.render(scale=scale, crop=crop, rev_byteorder=True, may_draw_forms=False)
        rows = memoryview(bitmap.buffer).cast("B")
        starts = range(0, bitmap.height * bitmap.stride, bitmap.stride)
        dots = b"".join(bytes(rows[start : start + 3 * bitmap.width]) for start in starts)
        return b"P6 %d %d 255\n" % (bitmap.width, bitmap.height) + dots
    except (pdfium.PdfiumError, ValueError):
        return None
    finally:
        page.close()
