"""What a document is made of: elements with lines and boxes, and the chunks cut from them.

Everything is frozen and turns into plain JSON and back, for crossing a process boundary or resting in a row.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class ElementKind(StrEnum):
    TITLE = "TITLE"
    PARAGRAPH = "PARAGRAPH"
    LIST_ITEM = "LIST_ITEM"
    TABLE = "TABLE"
    IMAGE = "IMAGE"
    HEADER = "HEADER"
    """Running heads, feet and page numbers: repeated on every page, so chunks leave them out."""
    FOOTNOTE = "FOOTNOTE"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as it is displayed: fractions 0..1 of width and height, origin top-left."""

    x0: float
    y0: float
    x1: float
    y1: float

    def to_json(self) -> list[float]:
        return [self.x0, self.y0, self.x1, self.y1]

    @classmethod
    def from_json(cls, value: Sequence[float] | None) -> Self | None:
        return None if value is None else cls(*value)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; `page` counts from 1 and is None where the format has no pages."""

    text: str
    page: int | None = None
    box: Box | None = None

    def to_json(self) -> list[Any]:
        return [self.text, self.page, _box(self.box)]

    @classmethod
    def from_json(cls, value: Sequence[Any]) -> Self:
        text, page, box = value
        return cls(text, page, Box.from_json(box))


@dataclass(frozen=True, slots=True)
class Image:
    """A picture as it is kept, PNG or JPEG: `sha256` in hex and `size` of its bytes, and its pixels."""

    sha256: str
    content_type: str
    size: int
    width: int
    height: int

    def to_json(self) -> list[Any]:
        return [self.sha256, self.content_type, self.size, self.width, self.height]

    @classmethod
    def from_json(cls, value: Sequence[Any] | None) -> Self | None:
        return None if value is None else cls(*value)


@dataclass(frozen=True, slots=True)
class Element:
    """A block of a document; `level` is a title's depth (1 is the highest), `html` a table's markup.

    A table's first `num_header_lines` lines say what its columns are: parts of it are read with them.
    An IMAGE has one line, which holds its place and what the document says of it, mostly nothing.
    """

    kind: ElementKind
    lines: tuple[Line, ...]
    level: int | None = None
    html: str | None = None
    num_header_lines: int = 0
    image: Image | None = None

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def page(self) -> int | None:
        """The page on which the element starts."""
        return self.lines[0].page if self.lines else None

    def to_json(self) -> dict[str, Any]:
        lines = [line.to_json() for line in self.lines]
        return {
            "kind": str(self.kind),
            "lines": lines,
            "level": self.level,
            "html": self.html,
            "num_header_lines": self.num_header_lines,
            "image": self.image.to_json() if self.image is not None else None,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        lines = tuple(Line.from_json(line) for line in value["lines"])
        kind, image = ElementKind(value["kind"]), Image.from_json(value["image"])
        return cls(kind, lines, value["level"], value["html"], value["num_header_lines"], image)


@dataclass(frozen=True, slots=True)
class Region:
    """Where characters [start, end) of a chunk's text stand in the document."""

    start: int
    end: int
    page: int | None = None
    box: Box | None = None

    def to_json(self) -> list[Any]:
        return [self.start, self.end, self.page, _box(self.box)]

    @classmethod
    def from_json(cls, value: Sequence[Any]) -> Self:
        start, end, page, box = value
        return cls(start, end, page, Box.from_json(box))


@dataclass(frozen=True, slots=True)
class ChunkImage:
    """A picture of a chunk, where it stands, and what the document says of it ("" mostly)."""

    image: Image
    alt: str = ""
    page: int | None = None
    box: Box | None = None

    def to_json(self) -> list[Any]:
        return [self.image.to_json(), self.alt, self.page, _box(self.box)]

    @classmethod
    def from_json(cls, value: Sequence[Any]) -> Self:
        image, alt, page, box = value
        return cls(Image(*image), alt, page, Box.from_json(box))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage that is embedded, found and cited as one; `regions` are in order, one for every line."""

    position: int
    text: str
    title_path: tuple[str, ...] = ()
    page_first: int | None = None
    page_last: int | None = None
    regions: tuple[Region, ...] = ()
    kinds: tuple[ElementKind, ...] = ()
    images: tuple[ChunkImage, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "text": self.text,
            "title_path": list(self.title_path),
            "page_first": self.page_first,
            "page_last": self.page_last,
            "regions": [region.to_json() for region in self.regions],
            "kinds": [str(kind) for kind in self.kinds],
            "images": [image.to_json() for image in self.images],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        return cls(
            position=value["position"],
            text=value["text"],
            title_path=tuple(value["title_path"]),
            page_first=value["page_first"],
            page_last=value["page_last"],
            regions=tuple(Region.from_json(region) for region in value["regions"]),
            kinds=tuple(ElementKind(kind) for kind in value["kinds"]),
            images=tuple(ChunkImage.from_json(image) for image in value["images"]),
        )


def _box(box: Box | None) -> list[float] | None:
    return None if box is None else box.to_json()
