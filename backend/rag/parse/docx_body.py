"""The blocks of a Word document: paragraphs, tables and text boxes, as a reader sees them.

Tracked insertions count and deletions do not; of ruby text the base counts; content controls are transparent.
"""

import re
from collections.abc import Callable, Iterator
from itertools import takewhile

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, table, xml
from backend.rag.parse.docx_styles import Styles

_MAX_DEPTH = 60
_CLEAR_NAMES = "sdt sdtContent ins moveTo customXml smartTag hdr ftr footnote endnote body"
_HIDDEN_NAMES = "del moveFrom delText instrText delInstrText pPr rPr sdtPr sdtEndPr rt rubyPr"
_CLEAR, _HIDDEN = frozenset(_CLEAR_NAMES.split()), frozenset(_HIDDEN_NAMES.split())
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": "\t"}
_MAX_BOLD_TITLE = 120
_TRUE = ("1", "true", "on")
_FIRST_ROW = 0x20
_HEX = re.compile(r"[0-9a-fA-F]{1,4}")


class Body:
    """Reads blocks with one document's styles, notes and embedded foreign texts."""

    def __init__(
        self,
        styles: Styles,
        notes: dict[tuple[str, str], xml.Node],
        foreign: Callable[[str], Iterator[Element]],
    ) -> None:
        self._styles = styles
        self._notes = notes
        self._foreign = foreign

    def blocks(self, container: xml.Node, depth: int = 0) -> Iterator[Element]:
        """The elements of a container's paragraphs and tables, in order."""
        if depth > _MAX_DEPTH:
            return
        for node in xml.children(container):
            name = xml.name(node)
            if name == "p":
                yield from self._paragraph(node, depth)
            elif name == "tbl":
                yield from self._table(node, depth)
            elif name == "altChunk":
                yield from self._foreign(xml.attribute(node, "id") or "")
            elif name == "AlternateContent":
                yield from self.blocks(_alternative(node), depth + 1)
            elif name in _CLEAR:
                yield from self.blocks(node, depth + 1)

    def _paragraph(self, node: xml.Node, depth: int) -> Iterator[Element]:
        reading = _Reading()
        reading.inline(node)
        lines = tuple(Line(line) for line in clean.lines("".join(reading.parts)))
        if lines:
            yield self._block(xml.child(node, "pPr"), lines, reading)
        for box in reading.boxes:
            yield from self.blocks(box, depth + 1)
        for key in reading.notes:
            yield from self._note(key, depth)

    def _block(self, properties: xml.Node | None, lines: tuple[Line, ...], reading: "_Reading") -> Element:
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
        node = self._notes.get(key)
        lines = [] if node is None else [line for e in self.blocks(node, depth + 1) for line in e.lines]
        if lines and depth < _MAX_DEPTH // 2:
            yield Element(ElementKind.FOOTNOTE, tuple(lines))

    def _table(self, node: xml.Node, depth: int) -> Iterator[Element]:
        nodes = list(_through(node, "tr"))
        rows = [
            table.Row([table.Cell(self._cell(cell, depth), _span(cell)) for cell in _through(row, "tc")])
            for row in nodes
        ]
        found = table.element(rows, num_headers=_num_headers(node, nodes))
        if found is not None:
            yield found

    def _cell(self, cell: xml.Node, depth: int) -> str:
        """All text of a cell on one line; nothing in the lower part of cells merged from top to bottom."""
        merge = xml.child(cell, "tcPr", "vMerge")
        if merge is not None and xml.attribute(merge, "val") != "restart":
            return ""
        return " ".join(line.text for block in self.blocks(cell, depth + 1) for line in block.lines)


class _Reading:
    """What one paragraph holds: its text, the text boxes anchored in it, the notes it refers to."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.boxes: list[xml.Node] = []
        self.notes: list[tuple[str, str]] = []
        self.is_bold = True

    def inline(self, node: xml.Node, depth: int = 0) -> None:
        if depth > _MAX_DEPTH:
            return
        for child in xml.children(node):
            name = xml.name(child)
            if name == "t":
                self.parts.append(child.text or "")
                self.is_bold = self.is_bold and _is_bold(node)
            elif name in _MARKS:
                self.parts.append(_MARKS[name])
            elif name in ("footnoteReference", "endnoteReference"):
                self.notes.append((name.removesuffix("Reference"), xml.attribute(child, "id") or ""))
            elif name == "txbxContent":
                self.boxes.append(child)
            elif name == "AlternateContent":
                self.inline(_alternative(child), depth + 1)
            elif name not in _HIDDEN:
                self.inline(child, depth + 1)


def _alternative(node: xml.Node) -> xml.Node:
    """One of several drawings of the same content; reading all would repeat its text."""
    return next(xml.children(node, "Choice", "Fallback"), node)


def _is_bold(run: xml.Node) -> bool:
    bold = xml.child(run, "rPr", "b")
    return bold is not None and xml.attribute(bold, "val") not in ("0", "false", "off")


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
