"""Lines of a PDF page into titles, paragraphs, list items and running heads, by size, weight and place."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from backend.rag.elements import Box, Element, ElementKind, Line
from backend.rag.parse import table
from backend.rag.parse.pdf_lines import RawLine, Sheet
from backend.rag.parse.pdf_tables import RuledTable

_BULLETS = "•◦▪‣●○■□➢✓\uf0b7\uf0a7–—*-"
_ITEM = re.compile(rf"^([{_BULLETS}]|\(?\d{{1,2}}[.)]|\(?[a-zA-Z][.)]|\(?[ivx]{{1,4}}[.)])\s+\S")
_PAGE_NUMBER = re.compile(r"^\W*(page|seite|p\.)?\s*\d{1,4}\s*((of|/|von)\s*\d{1,4})?\W*$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_MARGIN = 0.14
_LARGER = 1.15
_MAX_LEVEL = 5
_COMMON = 0.15
_MAX_FRONT_MATTER = 20


@dataclass(frozen=True, slots=True)
class Style:
    """What the sampled pages say about the whole document."""

    body_size: float
    """The largest size in which a fair part of the text is set."""
    title_sizes: tuple[float, ...]
    """Descending; the first is a title of level 1."""
    heads: frozenset[str]
    """Texts, with digits hidden, that stand at the edge of many pages."""


def survey(sheets: Iterable[Sheet]) -> Style:
    """Learn body size, title sizes and running heads from some pages of a document."""
    sizes: Counter[float] = Counter()
    heads: Counter[str] = Counter()
    num_sheets = 0
    for sheet in sheets:
        num_sheets += 1
        for line in sheet.lines:
            sizes[_rounded(line.size)] += len(line.text)
        heads.update({_masked(line) for line in sheet.lines if _is_at_edge(line, sheet)})
    body = max((size for size, num in sizes.items() if num >= _COMMON * sizes.total()), default=10.0)
    titles = sorted((size for size in sizes if size >= body * _LARGER), reverse=True)
    least = max(3, num_sheets * 0.4)
    return Style(body, tuple(titles), frozenset(text for text, num in heads.items() if num >= least))


def elements(sheet: Sheet, number: int, style: Style, seen: set[str]) -> Iterator[Element]:
    """The page's elements; a running head is an ordinary line once, then joins `seen` and is a HEADER."""
    body: list[RawLine] = []
    tables: list[tuple[int, RuledTable]] = []
    for index, line in enumerate(sheet.lines):
        tables += [(len(body), ruled) for at, ruled in sheet.tables if at == index]
        is_last = line is sheet.lines[-1] and _counts_pages(line, number)
        if is_last or (_is_at_edge(line, sheet) and _is_head(line, style, seen)):
            yield Element(ElementKind.HEADER, (_placed(line, sheet, number),))
        else:
            body.append(line)
    margins = {line.x0 for line in body if line.cells == 1 and not line.bold and len(line.text) > 30}
    margins.add(min((line.x0 for line in body), default=0.0))
    tables += [(len(body), ruled) for at, ruled in sheet.tables if at >= len(sheet.lines)]
    pitch, start = _pitch(body), 0
    for at, ruled in [*tables, (len(body), None)]:
        for block in _blocks(body[start:at], pitch):
            lines = tuple(_placed(line, sheet, number) for line in block)
            level = _title_level(block, style) if _stands_out(block, style, margins, sheet.width) else None
            yield Element(_kind(block, level), lines, level)
        start = at
        if ruled is not None:
            yield from _ruled(ruled, sheet, number)


def _ruled(ruled: RuledTable, sheet: Sheet, number: int) -> Iterator[Element]:
    rows = [table.Row(row.cells, number, _box(row.rect, sheet)) for row in ruled.rows]
    found = table.element(rows, num_headers=ruled.num_headers)
    if found is not None:
        yield found


def _is_at_edge(line: RawLine, sheet: Sheet) -> bool:
    return line.y1 < sheet.height * _MARGIN or line.y0 > sheet.height * (1 - _MARGIN)


def _is_head(line: RawLine, style: Style, seen: set[str]) -> bool:
    if _PAGE_NUMBER.match(line.text):
        return True
    masked = _masked(line)
    if masked not in style.heads:
        return False
    known = masked in seen
    seen.add(masked)
    return known


def _counts_pages(line: RawLine, number: int) -> bool:
    """A lone number near the page's own; on short pages it stands right below the text."""
    return len(line.text) <= 4 and line.text.isdecimal() and abs(int(line.text) - number) <= _MAX_FRONT_MATTER


def _masked(line: RawLine) -> str:
    return _DIGITS.sub("#", line.text)


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _pitch(lines: list[RawLine]) -> float:
    """The usual distance from one line to the next of the same size, in units of that size."""
    steps = [
        (after.y1 - before.y1) / before.size
        for before, after in pairwise(lines)
        if before.size > 0 and _is_close(before.size, after.size)
    ]
    steps = [step for step in steps if 0.8 < step < 3]
    return median(steps) if steps else 1.3


def _blocks(lines: list[RawLine], pitch: float) -> Iterator[list[RawLine]]:
    block: list[RawLine] = []
    for line in lines:
        if block and _breaks(block[-1], line, pitch):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _breaks(before: RawLine, line: RawLine, pitch: float) -> bool:
    step = line.y1 - before.y1
    return (
        not _is_close(before.size, line.size)
        or before.bold != line.bold
        or step > pitch * 1.3 * max(before.size, 1)
        or step < -0.5 * before.size
        or line.x0 > before.x1
        or line.x1 < before.x0
        or _ITEM.match(line.text) is not None
    )


def _is_close(one: float, other: float) -> bool:
    return abs(one - other) <= 0.1 * max(one, other, 0.1)


def _kind(block: list[RawLine], level: int | None) -> ElementKind:
    if level is not None:
        return ElementKind.TITLE
    return ElementKind.LIST_ITEM if _ITEM.match(block[0].text) else ElementKind.PARAGRAPH


def _stands_out(block: list[RawLine], style: Style, margins: set[float], width: float) -> bool:
    """Larger than the body, or bold and set where a heading is: on a text's margin, or centred.

    Bold words elsewhere are mostly heads of table columns.
    """
    first = block[0]
    if first.size >= style.body_size * _LARGER:
        return True
    is_centred = abs(first.x0 + first.x1 - width) < 0.1 * width
    return first.bold and (is_centred or any(abs(first.x0 - margin) < first.size for margin in margins))


def _title_level(block: list[RawLine], style: Style) -> int | None:
    text = " ".join(line.text for line in block)
    if not _reads_as_title(text) or len(block) > 4 or any(line.cells > 1 for line in block):
        return None
    size = _rounded(block[0].size)
    if size >= style.body_size * _LARGER:
        return min(_MAX_LEVEL, 1 + sum(larger > size for larger in style.title_sizes))
    if size >= style.body_size * 0.85 and len(block) <= 2 and (text[0].isupper() or text[0].isdigit()):
        return min(_MAX_LEVEL, len(style.title_sizes)) + 1
    return None


def _reads_as_title(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    is_sentence = text.endswith((",", ";")) or (text.endswith(".") and len(text) > 60)
    is_bullet = text[0] in _BULLETS
    return 3 <= letters >= len(text) * 0.5 and len(text) <= 200 and not is_sentence and not is_bullet


def _placed(line: RawLine, sheet: Sheet, number: int) -> Line:
    return Line(line.text, number, _box((line.x0, line.y0, line.x1, line.y1), sheet))


def _box(rect: tuple[float, float, float, float], sheet: Sheet) -> Box | None:
    x0, x1 = (_fraction(x, sheet.width) for x in rect[::2])
    y0, y1 = (_fraction(y, sheet.height) for y in rect[1::2])
    return Box(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _fraction(value: float, whole: float) -> float:
    return round(min(1.0, max(0.0, value / whole)), 4) if whole > 0 else 0.0
