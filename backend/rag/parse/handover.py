"""Image files that a parsing process hands over beside its words, believed only as far as checked."""

import hashlib
import re
import stat
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from backend.rag.elements import Element, Image
from backend.rag.parse.page import Limits, ParseError, Reason

_NAME = re.compile(r"[0-9a-f]{64}")
_BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_OFTEN = 3
"""An image may come so often before it is taken for a mark of the letterhead, a bullet or the like."""


def checked(elements: Sequence[Element], folder: Path | None, limits: Limits) -> list[Element]:
    """The elements, without images that come again and again.

    Every image that is left is a file of `folder`, within the limits, and what it is said to be; else the
    process was not itself any more, and ParseError(CRASHED) is raised.
    """
    images = {element.image.sha256: element.image for element in elements if element.image is not None}
    if (
        len(images) > limits.max_images
        or sum(image.size for image in images.values()) > limits.max_image_bytes
    ):
        raise ParseError(Reason.CRASHED)
    for image in images.values():
        if folder is None or not _is_genuine(image, folder):
            raise ParseError(Reason.CRASHED)
    repeated = _repeated(elements)
    return [element for element in elements if element.image is None or element.image.sha256 not in repeated]


def _is_genuine(image: Image, folder: Path) -> bool:
    beginning = _BEGINNINGS.get(image.content_type)
    if beginning is None or _NAME.fullmatch(image.sha256) is None:
        return False
    path = folder / image.sha256
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size != image.size:
            return False
        data = path.read_bytes()
    except OSError:
        return False
    return data.startswith(beginning) and hashlib.sha256(data).hexdigest() == image.sha256


def _repeated(elements: Sequence[Element]) -> set[str]:
    """Images on more than half of the pages, or more than three times where there are no pages."""
    pages = {line.page for element in elements for line in element.lines} - {None}
    places: defaultdict[str, list[int | None]] = defaultdict(list)
    for element in elements:
        if element.image is not None:
            places[element.image.sha256].append(element.page)
    limit = max(_OFTEN, len(pages) / 2)
    return {sha256 for sha256, found in places.items() if len(set(found) if pages else found) > limit}
