"""Rows of a spreadsheet as elements: what blank rows separate are tables, or lines of text."""

from collections.abc import Iterable, Iterator, Sequence

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, table

_MAX_ROWS = 5000
"""Of one element; longer blocks go on in the next, with the header again."""


def elements(name: str, rows: Iterable[Sequence[str]]) -> Iterator[Element]:
    """The sheet's title, if it has a name and any text, and its blocks in order."""
    title = clean.line(name)
    for block in _blocks(rows):
        if title:
            yield Element(ElementKind.TITLE, (Line(title),), 1)
            title = ""
        yield from _block(block)


def _blocks(rows: Iterable[Sequence[str]]) -> Iterator[list[list[str]]]:
    block: list[list[str]] = []
    for row in rows:
        cells = [clean.line(cell) if cell else "" for cell in row]
        if any(cells):
            block.append(cells)
        elif block:
            yield block
            block = []
        if len(block) > _MAX_ROWS:
            header = block[:1] if table.is_header(_trimmed(block)[0]) else []
            yield block
            block = header
    if block:
        yield block


def _block(block: list[list[str]]) -> Iterator[Element]:
    """Rows of one cell at the start of a block are text above the table; so is a block of nothing else."""
    while block and sum(map(bool, block[0])) == 1:
        yield Element(ElementKind.PARAGRAPH, (Line("".join(block[0])),))
        block = block[1:]
    if not block:
        return
    kept = _trimmed(block)
    rows = [table.Row([table.Cell(cell) for cell in row]) for row in kept]
    found = table.element(rows, num_headers=int(len(kept) > 1 and table.is_header(kept[0])))
    if found is not None:
        yield found


def _trimmed(block: list[list[str]]) -> list[list[str]]:
    """Without the columns on the left and on the right that are empty in every row."""
    filled = [at for row in block for at, cell in enumerate(row) if cell]
    return [row[min(filled) : max(filled) + 1] for row in block]
