"""Lines into groups that fit a limit, cutting a line only where it is longer than the limit itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from backend.rag.elements import Line

_SENTENCE_END = re.compile(r"""[.!?]["'”’)\]]*(?=\s)|[。！？]""")
_SPACE = re.compile(r"\s")


def split_lines(lines: Iterable[Line], limit: int) -> Iterator[list[Line]]:
    """Yield groups whose texts, joined by one newline, measure at most `limit` characters."""
    group: list[Line] = []
    size = 0
    for line in lines:
        for part in _parts(line, limit):
            if group and size + 1 + len(part.text) > limit:
                yield group
                group, size = [], 0
            size += len(part.text) + (1 if group else 0)
            group.append(part)
    if group:
        yield group


def _parts(line: Line, limit: int) -> Iterator[Line]:
    text = line.text
    if len(text) <= limit:
        yield line
        return
    start = 0
    while start < len(text):
        end = len(text) if len(text) - start <= limit else _cut_at(text, start, limit)
        part = text[start:end].strip()
        if part:
            yield replace(line, text=part)
        start = end


def _cut_at(text: str, start: int, limit: int) -> int:
    """The end of the last sentence in the window's second half, else of its last word, else of the window."""
    middle, end = start + limit // 2, start + limit
    for pattern in (_SENTENCE_END, _SPACE):
        ends = [match.end() for match in pattern.finditer(text, middle, end)]
        if ends:
            return ends[-1]
    return end
