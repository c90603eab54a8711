"""The blocks of an HTML tree as elements: what a browser would start on a new line is a block here."""

from collections.abc import Callable, Iterator
from itertools import takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, pictures, table
from backend.rag.parse.pictures import Reader

_SKIP_NAMES = (
    "script style noscript template head svg math canvas iframe object audio video select button input "
    "textarea -comment -doctype"
)
_BLOCK_NAMES = (
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure "
    "footer form header hr html legend li main nav ol p section summary table tbody td tfoot th thead tr ul "
    "caption"
)
_SKIP, _BLOCKS = frozenset(_SKIP_NAMES.split()), frozenset(_BLOCK_NAMES.split())
_MAX_DEPTH = 200
_MAX_CELL = 1500

FindImage = Callable[[str], Reader | None]
"""What reads the image of an address; None for those that are not looked for."""


def elements(tree: LexborHTMLParser, find: FindImage = pictures.of_address) -> Iterator[Element]:
    """The tree's text and pictures in order; deeper than 200 levels, text is taken without its structure."""
    if tree.root is None:
        return
    walk = _Walk(find)
    walk.into(tree.root, 0)
    walk.flush()
    yield from walk.found


class _Walk:
    def __init__(self, find: FindImage) -> None:
        self.found: list[Element] = []
        self._find = find
        self._pictures: list[Element] = []
        self._text: list[str] = []
        self._num_items = 0

    def flush(self) -> None:
        """End the block that is being written."""
        kind = ElementKind.LIST_ITEM if self._num_items else ElementKind.PARAGRAPH
        self._add(kind, clean.lines("".join(self._text)))
        self._text.clear()
        self.found += self._pictures
        self._pictures.clear()

    def into(self, node: LexborNode, depth: int) -> None:
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text":
                # White space in the source is one space; only <br> breaks a line.
                text = child.text_content or ""
                self._text.append(" ".join(text.split()).join((_edge(text[:1]), _edge(text[-1:]))))
            elif tag == "br":
                self._text.append("\n")
            elif tag == "img":
                self._picture(child)
            elif tag not in _SKIP:
                self._element(child, tag, depth)

    def _element(self, node: LexborNode, tag: str, depth: int) -> None:
        if depth > _MAX_DEPTH:
            self._text.append(_flat(node))
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.flush()
            self._add(ElementKind.TITLE, [clean.line(_flat(node))], level=int(tag[1]))
        elif tag == "pre":
            self.flush()
            self._add(ElementKind.PARAGRAPH, clean.code_lines(node.text()))
        elif tag == "table" and _is_data(node):
            self.flush()
            self._table(node)
        elif tag in _BLOCKS:
            self._block(node, tag, depth)
        else:
            self.into(node, depth + 1)

    def _picture(self, node: LexborNode) -> None:
        """It follows the block in which it stands."""
        address = node.attributes.get("src") or ""
        read = self._find(address)
        if read is not None:
            self._pictures.append(pictures.picture(read, alt=node.attributes.get("alt") or ""))

    def _block(self, node: LexborNode, tag: str, depth: int) -> None:
        self.flush()
        self._num_items += tag == "li"
        self.into(node, depth + 1)
        self.flush()
        self._num_items -= tag == "li"

    def _table(self, node: LexborNode) -> None:
        nodes = _rows(node)
        rows = [table.Row([_cell(cell) for cell in _cells(row)]) for row in nodes]
        caption = node.css_first("caption")
        title = clean.line(_flat(caption)) if caption is not None else ""
        num_headers = len(list(takewhile(_is_header, nodes)))
        found = table.element(rows, num_headers=num_headers, caption=[Line(title)] if title else [])
        if found is not None:
            self.found.append(found)
        else:
            self._add(ElementKind.PARAGRAPH, [title])

    def _add(self, kind: ElementKind, lines: list[str], *, level: int | None = None) -> None:
        kept = tuple(Line(line) for line in lines if line)
        if kept:
            self.found.append(Element(kind, kept, level))


def _edge(character: str) -> str:
    return " " if character.isspace() else ""


def _flat(node: LexborNode) -> str:
    return node.text(separator=" ")


def _is_data(node: LexborNode) -> bool:
    """Rows and columns of short cells; other tables only arrange a page, and are walked like any block."""
    rows = [_cells(row) for row in _rows(node)]
    if sum(len(row) > 1 for row in rows) < 1 or node.css_first("h1, h2, h3, h4") is not None:
        return False
    return all(len(cell.text()) <= _MAX_CELL for row in rows for cell in row)


def _rows(node: LexborNode) -> list[LexborNode]:
    """The rows of this table itself, not of tables inside its cells."""
    found = []
    for child in node.iter():
        if child.tag == "tr":
            found.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            found += [row for row in child.iter() if row.tag == "tr"]
    return found


def _cells(row: LexborNode) -> list[LexborNode]:
    return [cell for cell in row.iter() if cell.tag in ("td", "th")]


def _is_header(row: LexborNode) -> bool:
    is_head = row.parent is not None and row.parent.tag == "thead"
    cells = _cells(row)
    return is_head or (len(cells) > 0 and all(cell.tag == "th" for cell in cells))


def _cell(cell: LexborNode) -> table.Cell:
    text = clean.line(_flat(cell))
    return table.Cell(text, _span(cell, "colspan"), _span(cell, "rowspan"), cell.tag == "th")


def _span(cell: LexborNode, name: str) -> int:
    value = cell.attributes.get(name) or ""
    return int(value) if value.isdecimal() and 0 < len(value) < 4 else 1
