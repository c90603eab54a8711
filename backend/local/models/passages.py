"""Reads the numbered passages of a prompt or of a tool's result."""

import re
from dataclasses import dataclass

_BLOCK = re.compile(r'<passage\s+id="?(\d+)"?([^\n]*)>[ \t]*\n(.*?)\n?</passage>', re.DOTALL)
_PAGE = re.compile(r'\spage="(\d+)"')


@dataclass(frozen=True)
class Passage:
    id: int
    text: str
    page: int | None = None


def find(text: str) -> list[Passage]:
    """The passages of a tool's result or a prompt, in their order, as they were before escaping."""
    return [_passage(found) for found in _BLOCK.finditer(text)]


def _passage(found: re.Match[str]) -> Passage:
    page = _PAGE.search(found[2])
    return Passage(int(found[1]), unescaped(found[3]), int(page[1]) if page else None)


def without(text: str) -> str:
    """The text around the passages."""
    return _BLOCK.sub("", text).strip()


def unescaped(text: str) -> str:
    """Angle brackets are escaped so that a text cannot close its block; a quote must not show that."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
