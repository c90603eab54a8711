"""Pictures as parsers find them: an IMAGE element that can still be read, and the album that keeps some."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backend.rag.elements import Box, Element, ElementKind, Image, Line
from backend.rag.parse import clean
from backend.rag.parse.page import Limits, ParseError, Reason

MAX_ALT = 500
_DATA = "data:image/"

Reader = Callable[[], bytes | None]
"""The picture's file as the document holds it, read when it is wanted; None where it holds none."""


def _nothing() -> bytes | None:
    return None


@dataclass(frozen=True, slots=True)
class Picture(Element):
    """An image that a parser came across; it may turn out to be decoration, or damaged."""

    read: Reader = field(default=_nothing, compare=False, repr=False)
    key: str = ""
    """Pictures of one key are the same, and read once; "" says nothing."""


def picture(
    read: Reader, *, key: str = "", alt: str = "", page: int | None = None, box: Box | None = None
) -> Picture:
    """A picture at its place; `alt` is what the document says of it."""
    line = Line(clean.line(alt)[:MAX_ALT], page, box)
    return Picture(ElementKind.IMAGE, (line,), read=read, key=key)


def of_address(address: str) -> Reader | None:
    """The reader of an image that is its own address (`data:image/…;base64,…`); None for all others."""
    head, comma, data = address.partition(",")
    if not comma or not head.strip().lower().startswith(_DATA) or not head.strip().lower().endswith("base64"):
        return None
    return lambda: _decoded(data)


def _decoded(data: str) -> bytes | None:
    try:
        return base64.b64decode("".join(data.split()))
    except (binascii.Error, ValueError):
        return None


class Album:
    """Keeps a document's pictures as files in a folder, each once, named by the SHA-256 of its bytes.

    Decoration (tiny, or of one colour) and what cannot be read is passed over; what is above the limits is
    left out and counted.
    """

    def __init__(self, folder: Path, limits: Limits) -> None:
        self._folder = folder
        self._limits = limits
        self._known: dict[str, Image | None] = {}
        self._kept: dict[str, Image] = {}
        self._num_bytes = 0
        self.num_left_out = 0

    def keep(self, elements: Iterable[Element]) -> Iterator[Element]:
        """The same elements, with images in the place of the pictures that were kept, and without others."""
        for element in elements:
            if not isinstance(element, Picture):
                yield element
            elif (image := self._image(element)) is not None:
                yield Element(ElementKind.IMAGE, element.lines, image=image)

    def _image(self, found: Picture) -> Image | None:
        if found.key and found.key in self._known:
            return self._known[found.key]
        try:
            data = found.read()
        except ParseError as error:
            if error.reason is not Reason.CORRUPT:
                raise
            data = None
        key = found.key or (hashlib.sha256(data).hexdigest() if data else "")
        if key not in self._known:
            self._known[key] = self._encoded(data) if data else None
        return self._known[key]

    def _encoded(self, data: bytes) -> Image | None:
        from backend.rag.parse import encode  # loads a library that most documents have no need of

        try:
            encoded = encode.encoded(data, max_pixels=self._limits.max_image_pixels)
        except encode.TooManyPixels:
            self.num_left_out += 1
            return None
        return None if encoded is None else self._stored(encoded.data, encoded.image)

    def _stored(self, data: bytes, image: Image) -> Image | None:
        if image.sha256 in self._kept:
            return image
        is_full = len(self._kept) >= self._limits.max_images
        if is_full or self._num_bytes + image.size > self._limits.max_image_bytes:
            self.num_left_out += 1
            return None
        (self._folder / image.sha256).write_bytes(data)
        self._kept[image.sha256] = image
        self._num_bytes += image.size
        return image


def without(elements: Iterable[Element]) -> Iterator[Element]:
    """The elements where no picture is kept."""
    return (element for element in elements if not isinstance(element, Picture))
