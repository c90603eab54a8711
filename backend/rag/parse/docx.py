"""Word documents (.docx): the parts of the package, put together in the order in which they are read."""

import posixpath
from collections.abc import Iterator
from pathlib import Path

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, decode, xml
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
        self._main = self._target_of("_rels/.rels", "", "officeDocument") or "word/document.xml"
        folder, file = posixpath.split(self._main)
        self._folder = folder
        self._relations = self._read_relations(posixpath.join(folder, "_rels", f"{file}.rels"))

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

    def _target_of(self, relations: str, folder: str, kind: str) -> str | None:
        found = self._read_relations(relations, folder).values()
        return next((target for name, target in found if name == kind), None)

    def _read_relations(self, path: str, folder: str | None = None) -> dict[str, tuple[str, str]]:
        """Id → (kind, path in the package); whatever lies outside of the package does not exist for us."""
        data = self._archive.read(path)
        folder = self._folder if folder is None else folder
        relations = {}
        for node in xml.children(xml.parse(data) if data else None, "Relationship"):
            if node.attrib.get("TargetMode") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, node.attrib.get("Target", "")))
            kind = node.attrib.get("Type", "").rpartition("/")[2]
            relations[node.attrib.get("Id", "")] = (kind, target.lstrip("/"))
        return relations
