"""Pictures on slides, with their places; those of layouts and masters are decoration and are left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from backend.rag.elements import Box, Element
from backend.rag.parse import pictures, xml
from backend.rag.parse.archive import Archive

_MAX_DEPTH = 20

Size = tuple[int, int]
"""Width and height in the units of the presentation."""


@dataclass(frozen=True)
class Slide:
    """Where pictures are looked up: the parts that the slide refers to, its number from 1, and its size."""

    archive: Archive
    relations: Mapping[str, tuple[str, str]]
    number: int
    size: Size


def find(tree: xml.Node | None, slide: Slide, depth: int = 0) -> Iterator[Element]:
    """The pictures below a node, in the order of the file; what groups move and scale has no place."""
    for node in xml.children(tree) if depth < _MAX_DEPTH else ():
        name = xml.name(node)
        if name == "pic":
            yield from _picture(node, slide, depth)
        elif name == "grpSp":
            yield from find(node, slide, depth + 1)
        elif name == "AlternateContent":
            yield from find(next(xml.children(node, "Choice", "Fallback"), None), slide, depth + 1)


def size(node: xml.Node | None, *names: str) -> Size:
    """Two whole numbers of a node's attributes; 0 for what is none."""
    values = [xml.attribute(node, name) or "" for name in names]
    width, height = (
        int(value) if value.lstrip("-").isdecimal() and len(value) < 12 else 0 for value in values
    )
    return width, height


def _picture(node: xml.Node, slide: Slide, depth: int) -> Iterator[Element]:
    relation = xml.attribute(xml.child(node, "blipFill", "blip"), "embed") or ""
    kind, target = slide.relations.get(relation, ("", ""))
    if kind != "image":
        return
    alt = xml.attribute(xml.child(node, "nvPicPr", "cNvPr"), "descr") or ""
    box = _box(xml.child(node, "spPr", "xfrm"), slide.size) if depth == 0 else None
    read = partial(slide.archive.read, target)
    yield pictures.picture(read, key=target, alt=alt, page=slide.number, box=box)


def _box(place: xml.Node | None, whole: Size) -> Box | None:
    x, y = size(xml.child(place, "off"), "x", "y")
    width, height = size(xml.child(place, "ext"), "cx", "cy")
    if min(width, height, *whole) <= 0:
        return None
    edges = (x / whole[0], y / whole[1], (x + width) / whole[0], (y + height) / whole[1])
    x0, y0, x1, y1 = (round(min(1.0, max(0.0, edge)), 4) for edge in edges)
    return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
