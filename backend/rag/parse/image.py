"""Pictures of pages (PNG, JPEG, TIFF): their text is recognised, each picture of the file a page."""

from collections.abc import Iterator
from pathlib import Path

from backend.rag.parse import ocr
from backend.rag.parse.page import Limits, Page, ParseError, Reason


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    found = ocr.read(path.read_bytes())
    if len(found) > limits.max_pages:
        raise ParseError(Reason.TOO_MANY_PAGES)
    for number, elements in enumerate(found, 1):
        yield Page(number, elements, len(found), is_recognised=True)
