"""Where quoted words stand on their pages: the part of each line's box that they take up."""

import re
from collections.abc import Sequence
from typing import Any

Box = list[float]
"""`[page, x0, y0, x1, y1]`: page from 1, the rest in fractions of the page."""

_WIDTHS = {letter: 0.5 for letter in "iljtf.,;:'!|()[] Ir-"} | {letter: 1.5 for letter in "mwMW%@"}
_UPPER = 1.3
_CELLS = " | "
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_WIDEST = 0.96
"""Of a line's width over its height, per letter, both in fractions of the page: above, it has wide gaps."""


def of(text: str, regions: Sequence[Sequence[Any]], start: int, end: int) -> tuple[int | None, list[Box]]:
    """The page on which `text[start:end]` begins, None if unknown, and a box for each line that it touches.

    `regions` are `[start, end, page, x0, y0, x1, y1]` per line. Inside a line the words' place follows from
    the usual widths of letters; it is the whole line where those say nothing: in a table's row, in a line
    that is turned or has wide gaps, and in scripts that run from right to left.
    """
    touched = [region for region in regions if region[0] < end and region[1] > start]
    page = next((region[2] for region in touched if region[2] is not None), None)
    boxes = [_part(text, region, start, end) for region in touched if None not in region[2:]]
    return page, boxes


def pages(regions: Sequence[Sequence[Any]], start: int, end: int) -> set[int]:
    """Every page that characters [start, end) touch."""
    return {each[2] for each in regions if each[0] < end and each[1] > start and each[2] is not None}


def _part(text: str, region: Sequence[Any], start: int, end: int) -> Box:
    first, last, page, x0, y0, x1, y1 = region
    line = text[first:last]
    if (start <= first and end >= last) or not _is_even(line, x1 - x0, y1 - y0):
        return [page, x0, y0, x1, y1]
    whole = _width(line)
    left = x0 + (x1 - x0) * _width(line[: max(0, start - first)]) / whole
    right = x0 + (x1 - x0) * _width(line[: end - first]) / whole
    return [page, round(left, 4), y0, round(right, 4), y1]


def _is_even(line: str, width: float, height: float) -> bool:
    """Whether the line's letters stand side by side from its left to its right."""
    if _CELLS in line or _RIGHT_TO_LEFT.search(line):
        return False
    total = _width(line)
    return total > 0 and 0 < width <= _WIDEST * height * total and (len(line) < 4 or width > height / 2)


def _width(text: str) -> float:
    """In usual letters: narrow ones are half of one, wide ones one and a half."""
    return sum(_WIDTHS.get(letter) or (_UPPER if letter.isupper() else 1.0) for letter in text)
