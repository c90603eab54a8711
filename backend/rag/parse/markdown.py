"""Markdown: CommonMark with tables, its blocks as elements and its inline marks taken off."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, table
from backend.rag.parse.page import Limits, Page
from backend.rag.parse.text import paragraphs, read

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\s*\n", re.DOTALL)
_TAGS = re.compile(r"<!--.*?-->|<[^>\n]*>", re.DOTALL)
_MAX_NESTING = 100
_BREAKS = ("softbreak", "hardbreak")


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    yield Page(None, tuple(elements(read(path, limits))))


def elements(text: str) -> Iterator[Element]:
    """The blocks of a Markdown text, in order; front matter is a paragraph like any other."""
    matter = _FRONT_MATTER.match(text)
    if matter:
        yield from _element(ElementKind.PARAGRAPH, clean.lines(matter[1]))
        text = text[matter.end() :]
    tokens = (
        MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"]).parse(text)
    )
    if any(token.level >= _MAX_NESTING - 1 for token in tokens):  # what is deeper would be missing
        yield from paragraphs(text)
        return
    at, items = 0, 0
    while at < len(tokens):
        token = tokens[at]
        items += (token.type == "list_item_open") - (token.type == "list_item_close")
        if token.type == "table_open":
            end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
            yield from _table(tokens[at:end])
            at = end
        elif token.type == "inline":
            yield from _inline(tokens[at - 1], token, in_list=items > 0)
        else:
            yield from _raw(token)
        at += 1


def _inline(opening: Token, token: Token, *, in_list: bool) -> Iterator[Element]:
    lines = clean.lines(_plain(token))
    if opening.type == "heading_open":
        yield from _element(ElementKind.TITLE, lines, level=int(opening.tag[1]))
    else:
        yield from _element(ElementKind.LIST_ITEM if in_list else ElementKind.PARAGRAPH, lines)


def _raw(token: Token) -> Iterator[Element]:
    if token.type in ("fence", "code_block"):
        yield from _element(ElementKind.PARAGRAPH, clean.code_lines(token.content))
    elif token.type == "html_block":
        yield from _element(ElementKind.PARAGRAPH, clean.lines(_TAGS.sub(" ", token.content)))


def _table(tokens: Sequence[Token]) -> Iterator[Element]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(clean.line(_plain(token)))
    found = table.element([table.Row([table.Cell(cell) for cell in row]) for row in rows], num_headers=1)
    if found is not None:
        yield found


def _plain(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in _BREAKS:
            parts.append("\n")
        elif child.type == "image" or child.type in ("text", "code_inline"):
            parts.append(child.content)
    return "".join(parts)


def _element(kind: ElementKind, lines: Sequence[str], *, level: int | None = None) -> Iterator[Element]:
    if any(line.strip() for line in lines):
        yield Element(kind, tuple(Line(line) for line in lines), level)
