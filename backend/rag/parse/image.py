"""Pictures (PNG, JPEG, TIFF): their text is recognised, each picture of the file a page.

A picture with a page full of text is a scan, and only its text is kept; any other is an image as well.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from backend.rag.elements import Box, Element
from backend.rag.parse import ocr, pictures
from backend.rag.parse.page import Limits, Page, check_pages

_MANY_LETTERS = 400


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    found = ocr.read(path.read_bytes())
    check_pages(len(found), limits)
    for number, elements in enumerate(found, 1):
        yield Page(number, (*_picture(path, number, elements), *elements), len(found), is_recognised=True)


def _picture(path: Path, number: int, elements: tuple[Element, ...]) -> Iterator[Element]:
    if sum(len(element.text) for element in elements) < _MANY_LETTERS:
        read = partial(_frame, path, number)
        yield pictures.picture(read, key=f"page {number}", page=number, box=Box(0, 0, 1, 1))


def _frame(path: Path, number: int) -> bytes | None:
    from backend.rag.parse import encode  # only where the picture is kept

    return path.read_bytes() if number == 1 else encode.frame(path, number)
