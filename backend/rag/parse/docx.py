"""Word documents (.docx): the parts of the package, put together in the order in which they are read."""

from collections.abc import Iterator
from pathlib import Path

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, decode, package, xml
from backend.rag.parse.archive import Archive
from backend.rag.parse.docx_body import Body
from backend.rag.parse.docx_styles import Styles
from backend.rag.parse.page import Limits, Page, ParseError, Reason

_PARTS = {"footnotes": "footnote", "endnotes": "endnote"}


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    with Archive(path, max_bytes=limits.max_expanded_bytes) as archive:
        yield Page(None, tuple(_Package(archive).elements()))


class _Package:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        main = package.first(package.relations(archive, ""), "officeDocument")
        self._main = main or "word/document.xml"
        self._relations = package.relations(archive, self._main)

    def elements(self) -> Iterator[Element]:
        """The text, each note after the paragraph that refers to it, then headers and footers once each."""
        data = self._archive.read(self._main)
        if data is None:
            raise ParseError(Reason.CORRUPT)
        root = xml.parse(data)
        body = Body(Styles(self._part("styles")), self._notes(), self._foreign)
        for part in xml.children(root, "body"):
            yield from body.blocks(part)
        yield from self._edges(body)

    def _edges(self, body: Body) -> Iterator[Element]:
        seen: set[str] = set()
        for kind, target in self._relations.values():
            data = self._archive.read(target) if kind in ("header", "footer") else None
            if data is None:
                continue
            for element in body.blocks(xml.parse(data)):
                if element.text not in seen:
                    seen.add(element.text)
                    yield Element(ElementKind.PARAGRAPH, element.lines)

    def _notes(self) -> dict[tuple[str, str], xml.Node]:
        notes = {}
        for kind, tag in _PARTS.items():
            for note in xml.children(self._part(kind), tag):
                if xml.attribute(note, "type") in (None, "normal"):
                    notes[tag, xml.attribute(note, "id") or ""] = note
        return notes

    def _foreign(self, relation: str) -> Iterator[Element]:
        """A document of another format that is embedded as text (altChunk)."""
        _, target = self._relations.get(relation, ("", ""))
        data = self._archive.read(target) if target else None
        if data is None:
            return
        if target.lower().endswith((".htm", ".html", ".xhtml", ".mht")):
            from backend.rag.parse import html  # few documents need it, and it loads large libraries

            yield from html.elements(html.decoded(data))
        elif target.lower().endswith(".txt"):
            lines = tuple(Line(line) for line in clean.lines(decode.text(data)))
            yield Element(ElementKind.PARAGRAPH, lines)

    def _part(self, kind: str) -> xml.Node | None:
        for found, target in self._relations.values():
            data = self._archive.read(target) if found == kind else None
            if data is not None:
                return xml.parse(data)
        return None
