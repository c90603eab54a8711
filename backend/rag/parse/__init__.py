"""Documents into elements, page by page; services call `child.run`, which does it in a process of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from backend.rag.parse import formats, pictures
from backend.rag.parse.page import Limits, Page, ParseError, Reason
from backend.rag.parse.pictures import Album

__all__ = ["Limits", "Page", "ParseError", "Reason", "stream"]


def stream(path: Path, *, content_type: str, limits: Limits, album: Album | None = None) -> Iterator[Page]:
    """Yield the document's pages in order, one at a time; synchronous, and not protected from bad files.

    Images are kept in the album, and left out without one. Raises ParseError: UNSUPPORTED_TYPE where no
    parser reads `content_type`, EMPTY after the last page when no page had text or images, OCR_MISSING
    instead where some were images that nothing here can read, TOO_LARGE once there is more text than
    `limits` allow, and whatever the format's parser finds.
    """
    parser = formats.find(content_type)
    keep = pictures.without if album is None else album.keep
    num_characters = num_unread = num_images = 0
    for found in parser(path, limits):
        page = replace(found, elements=tuple(keep(found.elements)))
        num_images += sum(element.image is not None for element in page.elements)
        num_characters += sum(len(line.text) for element in page.elements for line in element.lines)
        num_unread += page.is_unread
        if num_characters > limits.max_characters:
            raise ParseError(Reason.TOO_LARGE)
        yield page
    if num_characters == 0 and num_unread:
        raise ParseError(Reason.OCR_MISSING)
    if num_characters == 0 and num_images == 0:
        raise ParseError(Reason.EMPTY, formats.empty_message(content_type))
