"""PowerPoint presentations (.pptx): a slide is a page, with its title, its texts, tables and notes."""

from collections.abc import Iterator
from pathlib import Path

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, package, pptx_pictures, table, xml
from backend.rag.parse.archive import Archive
from backend.rag.parse.page import Limits, Page, ParseError, Reason, check_pages
from backend.rag.parse.pptx_pictures import Size

_MAX_DEPTH = 20
_TITLES = ("title", "ctrTitle")
_LISTS = ("body", "obj", None)
_FURNITURE = ("dt", "ftr", "sldNum", "hdr")


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    """Slides in the order in which they are shown; hidden ones too, since they hold text all the same."""
    with Archive(path, max_bytes=limits.max_expanded_bytes) as archive:
        slides, size = _slides(archive)
        check_pages(len(slides), limits)
        for number, slide in enumerate(slides, 1):
            yield Page(number, tuple(_elements(archive, slide, number, size)), len(slides))


def _slides(archive: Archive) -> tuple[list[str], Size]:
    """The parts of the slides as they are shown, and what all of them measure."""
    main = package.first(package.relations(archive, ""), "officeDocument") or "ppt/presentation.xml"
    data = archive.read(main)
    if data is None:
        raise ParseError(Reason.CORRUPT)
    targets = package.relations(archive, main)
    root = xml.parse(data)
    shown = xml.children(xml.child(root, "sldIdLst"), "sldId")
    ids = (_relation(node) for node in shown)
    slides = [targets[key][1] for key in ids if key in targets and targets[key][0] == "slide"]
    return slides, pptx_pictures.size(xml.child(root, "sldSz"), "cx", "cy")


def _relation(node: xml.Node) -> str:
    """The id with a namespace; the one without is the slide's own number."""
    return next((str(value) for key, value in node.attrib.items() if str(key).endswith("}id")), "")


def _elements(archive: Archive, slide: str, number: int, size: Size) -> Iterator[Element]:
    data = archive.read(slide)
    if data is None:
        return
    relations = package.relations(archive, slide)
    tree = xml.child(xml.parse(data), "cSld", "spTree")
    found = list(_shapes(tree, number))
    yield from sorted(found, key=lambda element: element.kind is not ElementKind.TITLE)
    yield from pptx_pictures.find(tree, pptx_pictures.Slide(archive, relations, number, size))
    notes = package.first(relations, "notesSlide")
    data = archive.read(notes) if notes else None
    for element in _shapes(xml.child(xml.parse(data), "cSld", "spTree") if data else None, number):
        yield Element(ElementKind.PARAGRAPH, element.lines)


def _shapes(tree: xml.Node | None, number: int, depth: int = 0) -> Iterator[Element]:
    for node in xml.children(tree) if depth < _MAX_DEPTH else ():
        name = xml.name(node)
        if name == "sp":
            yield from _shape(node, number)
        elif name == "grpSp":
            yield from _shapes(node, number, depth + 1)
        elif name == "AlternateContent":
            yield from _shapes(next(xml.children(node, "Choice", "Fallback"), None), number, depth + 1)
        elif name == "graphicFrame":
            found = xml.child(node, "graphic", "graphicData", "tbl")
            yield from _table(found, number) if found is not None else ()


def _shape(node: xml.Node, number: int) -> Iterator[Element]:
    place = xml.child(node, "nvSpPr", "nvPr", "ph")
    kind = xml.attribute(place, "type")
    paragraphs = [list(_lines(p, number)) for p in xml.children(xml.child(node, "txBody"), "p")]
    texts = [lines for lines in paragraphs if lines]
    if kind in _FURNITURE or not texts:
        return
    if kind in _TITLES:
        yield Element(ElementKind.TITLE, tuple(line for lines in texts for line in lines), 1)
    elif place is not None and kind in _LISTS and len(texts) > 1:
        yield from (Element(ElementKind.LIST_ITEM, tuple(lines)) for lines in texts)
    else:
        yield Element(ElementKind.PARAGRAPH, tuple(line for lines in texts for line in lines))


def _lines(paragraph: xml.Node, number: int) -> Iterator[Line]:
    return (Line(line, number) for line in clean.lines(_text(paragraph)))


def _text(paragraph: xml.Node) -> str:
    parts = []
    for node in xml.children(paragraph, "r", "fld", "br"):
        text = xml.child(node, "t")
        parts.append("\n" if xml.name(node) == "br" else (text.text or "") if text is not None else "")
    return "".join(parts)


def _table(node: xml.Node, number: int) -> Iterator[Element]:
    rows = [
        table.Row([_cell(cell) for cell in xml.children(row, "tc")], number)
        for row in xml.children(node, "tr")
    ]
    has_header = len(rows) > 1 and xml.attribute(xml.child(node, "tblPr"), "firstRow") in ("1", "true")
    found = table.element(rows, num_headers=int(has_header))
    if found is not None:
        yield found


def _cell(cell: xml.Node) -> table.Cell:
    body = xml.child(cell, "txBody")
    return table.Cell(clean.line(" ".join(_text(paragraph) for paragraph in xml.children(body, "p"))))
