"""The blocks of a Word document: paragraphs, tables and text boxes, as a reader sees them.

Tracked insertions count and deletions do not; of ruby text the base counts; content controls are transparent.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, table, xml
from backend.rag.parse.docx_inline import MAX_DEPTH, Reading, alternative
from backend.rag.parse.docx_numbering import Numbering
from backend.rag.parse.docx_styles import Styles
from backend.rag.parse.page import ParseError, Reason

_CLEAR = frozenset(
    [
        "sdt",
        "sdtContent",
        "ins",
        "moveTo",
        "customXml",
        "smartTag",
        "hdr",
        "ftr",
        "footnote",
        "endnote",
        "body",
    ]
)
_MAX_BOLD_TITLE = 120
_TRUE = ("1", "true", "on")
_FIRST_ROW = 0x20
_HEX = re.compile(r"[0-9a-fA-F]{1,4}")


class Body:
    """Reads blocks with one document's styles, notes and embedded foreign texts."""

    def __init__(
        self,
        styles: Styles,
        numbering: Numbering,
        notes: dict[tuple[str, str], xml.Node],
        foreign: Callable[[str], Iterator[Element]],
        pictures: Callable[[str, str], Iterator[Element]],
    ) -> None:
        self._styles = styles
        self._numbering = numbering
        self._notes = notes
        self._foreign = foreign
        self._pictures = pictures

    def blocks(self, container: xml.Node, depth: int = 0) -> Iterator[Element]:
        """The elements of a container's paragraphs and tables, in order."""
        if depth > MAX_DEPTH:
            raise ParseError(Reason.TOO_LARGE)
        for node in xml.children(container):
            name = xml.name(node)
            if name == "p":
                yield from self._paragraph(node, depth)
            elif name == "tbl":
                yield from self._table(node, depth)
            elif name == "altChunk":
                yield from self._foreign(xml.attribute(node, "id") or "")
            elif name == "AlternateContent":
                yield from self.blocks(alternative(node), depth + 1)
            elif name in _CLEAR:
                yield from self.blocks(node, depth + 1)

    def _paragraph(self, node: xml.Node, depth: int) -> Iterator[Element]:
        reading = Reading(node)
        properties = xml.child(node, "pPr")
        text = reading.text
        label = "" if _is_deleted(properties) and not text.strip() else self._label(properties)
        lines = tuple(Line(line) for line in clean.lines(f"{label} {text}" if text.strip() else text))
        if lines:
            yield self._block(properties, lines, reading)
        for relation, alt in reading.pictures:
            yield from self._pictures(relation, alt)
        for box in reading.boxes:
            yield from self.blocks(box, depth + 1)
        for key in reading.notes:
            yield from self._note(key, depth)

    def _label(self, properties: xml.Node | None) -> str:
        """The paragraph's automatic number, which others refer to and its own text does not hold."""
        found = self._styles.numbered(properties)
        if found is None:
            return ""
        level = found.level
        if level is None:
            level = self._numbering.level_of_style(found.use, found.style)
        return self._numbering.label(found.use, level)

    def _block(self, properties: xml.Node | None, lines: tuple[Line, ...], reading: Reading) -> Element:
        level = self._styles.heading_level(properties)
        if level is not None:
            return Element(ElementKind.TITLE, lines, level)
        if self._styles.is_item(properties):
            return Element(ElementKind.LIST_ITEM, lines)
        text = lines[0].text
        if reading.is_bold and len(lines) == 1 and len(text) <= _MAX_BOLD_TITLE and text[-1] not in ".,;:":
            return Element(ElementKind.TITLE, lines, 9)
        return Element(ElementKind.PARAGRAPH, lines)

    def _note(self, key: tuple[str, str], depth: int) -> Iterator[Element]:
        """A note after the paragraph that refers to it; once, even where a bad file refers in circles."""
        node = self._notes.pop(key, None)
        blocks = [] if node is None else _texts(self.blocks(node, depth + 1))
        lines = [line for block in blocks for line in block.lines]
        if lines:
            yield Element(ElementKind.FOOTNOTE, tuple(lines))

    def _table(self, node: xml.Node, depth: int) -> Iterator[Element]:
        nodes = list(_through(node, "tr"))
        held: list[Element] = []
        rows = [
            table.Row(
                [table.Cell(self._cell(cell, depth, held), _span(cell)) for cell in _through(row, "tc")]
            )
            for row in nodes
        ]
        found = table.element(rows, num_headers=_num_headers(node, nodes))
        if found is not None:
            yield found
        yield from held

    def _cell(self, cell: xml.Node, depth: int, held: list[Element]) -> str:
        """All text of a cell on one line; nothing in the lower part of cells merged from top to bottom.

        Its pictures are held back, to follow the table.
        """
        merge = xml.child(cell, "tcPr", "vMerge")
        if merge is not None and xml.attribute(merge, "val") != "restart":
            return ""
        blocks = list(self.blocks(cell, depth + 1))
        held += [block for block in blocks if block.kind is ElementKind.IMAGE]
        return " ".join(line.text for block in _texts(blocks) for line in block.lines)


def _texts(blocks: Iterable[Element]) -> list[Element]:
    return [block for block in blocks if block.kind is not ElementKind.IMAGE]


def _is_deleted(properties: xml.Node | None) -> bool:
    """Whether the paragraph itself was struck out, not only its words."""
    return xml.child(properties, "rPr", "del") is not None


def _through(node: xml.Node, name: str) -> Iterator[xml.Node]:
    """Rows or cells, also those wrapped in content controls and tracked insertions."""
    for child in xml.children(node):
        if xml.name(child) == name:
            yield child
        elif xml.name(child) in _CLEAR:
            yield from _through(child, name)


def _num_headers(node: xml.Node, rows: list[xml.Node]) -> int:
    """Rows that repeat on every page, else the first row where the table's look sets it apart."""
    repeated = list(takewhile(_is_repeated, rows))
    if repeated or len(rows) < 2:
        return len(repeated)
    look = xml.child(node, "tblPr", "tblLook")
    first = xml.attribute(look, "firstRow")
    if first is not None:
        return int(first in _TRUE)
    value = xml.attribute(look, "val") or ""
    return int(bool(int(value, 16) & _FIRST_ROW)) if _HEX.fullmatch(value) else 0


def _is_repeated(row: xml.Node) -> bool:
    mark = xml.child(row, "trPr", "tblHeader")
    return mark is not None and (xml.attribute(mark, "val") or "1") in _TRUE


def _span(cell: xml.Node) -> int:
    value = xml.attribute(xml.child(cell, "tcPr", "gridSpan"), "val") or "1"
    return int(value) if value.isdecimal() and len(value) < 4 else 1
