"""DocBook as antiword writes it: chapters and sections with titles, paragraphs, lists, tables, footnotes."""

from collections.abc import Iterator, Sequence

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, table, xml

_MAX_DEPTH = 60
_AHEAD = 400
"""Lines of plain text among which a paragraph is looked for."""
_TEXTS = ("para", "simpara", "literallayout")
_ITEMS = ("listitem",)


def elements(data: bytes, lines: Sequence[str]) -> Iterator[Element]:
    """The blocks in order; `lines` are those of the same text as plain text, in which no break is lost."""
    walk = _Walk(lines)
    yield from walk.blocks(xml.parse(data), 0, ElementKind.PARAGRAPH)


class _Walk:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = [(squashed, line) for line in lines if (squashed := _squashed(line))]
        self._at = 0

    def blocks(self, node: xml.Node, depth: int, kind: ElementKind) -> Iterator[Element]:
        """`depth` counts chapters and sections."""
        for child in xml.children(node) if depth < _MAX_DEPTH else ():
            name = xml.name(child)
            if name in ("title", "subtitle"):
                yield from self._element(ElementKind.TITLE, _text(child), max(1, depth))
            elif name in _TEXTS:
                yield from self._element(kind, _text(child), None)
                yield from self._inner(child, depth)
            elif name == "informaltable":
                yield from _table(child)
            elif name in ("chapter", "sect1", "sect2", "sect3", "sect4", "sect5"):
                yield from self.blocks(child, depth + 1, ElementKind.PARAGRAPH)
            else:
                inner = ElementKind.LIST_ITEM if name in _ITEMS else kind
                yield from self.blocks(child, depth, inner)

    def _inner(self, node: xml.Node, depth: int) -> Iterator[Element]:
        """Tables and notes stand inside of the paragraph that they come with."""
        for child in xml.children(node):
            if xml.name(child) == "informaltable":
                yield from _table(child)
            elif xml.name(child) == "footnote":
                yield from self._element(ElementKind.FOOTNOTE, _whole(child, 0), None)

    def _element(self, kind: ElementKind, text: str, level: int | None) -> Iterator[Element]:
        lines = clean.lines(self._broken(text))
        if lines:
            yield Element(kind, tuple(map(Line, lines)), level)

    def _broken(self, text: str) -> str:
        """The text with the line breaks that DocBook leaves out without a trace."""
        wanted = _squashed(text)
        for start in range(self._at, min(self._at + _AHEAD, len(self._lines))):
            end, got = start, ""
            while end < len(self._lines) and len(got) < len(wanted) and wanted.startswith(got):
                got += self._lines[end][0]
                end += 1
            if wanted and got == wanted:
                self._at = end
                return "\n".join(line for _, line in self._lines[start:end])
        return text


def _text(node: xml.Node) -> str:
    """The text of a block without the tables and notes in it."""
    parts = [node.text or ""]
    for child in xml.children(node):
        if xml.name(child) == "beginpage":
            parts.append("\n")
        elif xml.name(child) not in ("informaltable", "footnote"):
            parts.append(_whole(child, 0))
        parts.append(child.tail or "")
    return "".join(parts)


def _whole(node: xml.Node, depth: int) -> str:
    inner = (
        _whole(child, depth + 1) + (child.tail or "") for child in xml.children(node) if depth < _MAX_DEPTH
    )
    return (node.text or "") + "".join(inner)


def _table(node: xml.Node) -> Iterator[Element]:
    rows = [
        [clean.line(_whole(cell, 0)) for cell in xml.children(row, "entry")]
        for group in xml.children(node, "tgroup")
        for part in xml.children(group, "thead", "tbody")
        for row in xml.children(part, "row")
    ]
    has_header = len(rows) > 1 and table.is_header(rows[0])
    found = table.element(
        [table.Row(list(map(table.Cell, row))) for row in rows], num_headers=int(has_header)
    )
    if found is not None:
        yield found


def _squashed(text: str) -> str:
    return "".join(text.split())
