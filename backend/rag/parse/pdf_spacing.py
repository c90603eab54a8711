"""Words whose letters are set apart, put together again by the gaps that are really between them."""

from ctypes import byref
from itertools import pairwise
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_MIN_WORDS = 4
_MAX_LENGTH = 2.0


def is_spaced(text: str) -> bool:
    """Whether the words are so short on average that spaces must have entered them."""
    words = text.split()
    letters = sum(map(str.isalpha, text))
    return len(words) >= _MIN_WORDS and letters > 0.8 * sum(map(len, words)) <= 0.8 * _MAX_LENGTH * len(words)


def closed(textpage: pdfium.PdfTextPage, start: int, text: str, size: float) -> str:
    """The line without the spaces that stand in gaps no wider than those between most of its letters."""
    edges = [_edges(textpage, start + at) for at, letter in enumerate(text) if letter != " "]
    letters = text.replace(" ", "")
    gaps = [after[0] - before[1] for before, after in pairwise(edges)]
    if not gaps:
        return text
    widest = 2 * max(0.0, median(gaps)) + 0.1 * size
    parts = [letters[0]]
    for letter, gap in zip(letters[1:], gaps, strict=True):
        parts.append(f" {letter}" if gap > widest else letter)
    return "".join(parts)


def _edges(textpage: pdfium.PdfTextPage, at: int) -> tuple[float, float]:
    rect = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage, at, byref(rect))
    return rect.left, rect.right
