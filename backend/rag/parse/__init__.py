"""Documents into elements, page by page; services call `child.run`, which does it in a process of its own."""

from collections.abc import Iterator
from pathlib import Path

from backend.rag.parse import formats
from backend.rag.parse.page import Limits, Page, ParseError, Reason

__all__ = ["Limits", "Page", "ParseError", "Reason", "stream"]


def stream(path: Path, *, content_type: str, limits: Limits) -> Iterator[Page]:
    """Yield the document's pages in order, one at a time; synchronous, and not protected from bad files.

    Raises ParseError: UNSUPPORTED_TYPE where no parser reads `content_type`, EMPTY after the last page when
    no page had text, OCR_MISSING instead where some were images that nothing here can read, TOO_LARGE once
    there is more text than `limits` allow, and whatever the format's parser finds.
    """
    parser = formats.find(content_type)
    num_characters = num_unread = 0
    for page in parser(path, limits):
        num_characters += sum(len(line.text) for element in page.elements for line in element.lines)
        num_unread += page.is_unread
        if num_characters > limits.max_characters:
            raise ParseError(Reason.TOO_LARGE)
        yield page
    if num_characters == 0 and num_unread:
        raise ParseError(Reason.OCR_MISSING)
    if num_characters == 0:
        raise ParseError(Reason.EMPTY, formats.empty_message(content_type))
