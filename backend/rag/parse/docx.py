"""Word documents (.docx): the parts of the package, put together in the order in which they are read.

Comments are left out: they speak about the text, and quoting them would put words into the document's mouth.
"""

import email
import email.policy
import io
import posixpath
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, decode, package, pictures, xml
from backend.rag.parse.archive import Archive
from backend.rag.parse.docx_body import Body
from backend.rag.parse.docx_numbering import Numbering
from backend.rag.parse.docx_styles import Styles
from backend.rag.parse.page import Limits, Page, ParseError, Reason

_MAX_DEPTH = 3
_PARTS = {"footnotes": "footnote", "endnotes": "endnote"}


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    with Archive(path, max_bytes=limits.max_expanded_bytes) as archive:
        yield Page(None, tuple(_Package(archive, limits).elements()))


class _Package:
    def __init__(self, archive: Archive, limits: Limits, depth: int = 0) -> None:
        self._archive = archive
        self._limits = limits
        self._depth = depth
        main = package.first(package.relations(archive, ""), "officeDocument")
        self._main = main or "word/document.xml"
        self._relations = package.relations(archive, self._main)

    def elements(self) -> Iterator[Element]:
        """The text, each note after the paragraph that refers to it, then headers and footers once each."""
        data = self._archive.read(self._main)
        if data is None:
            raise ParseError(Reason.CORRUPT)
        root = xml.parse(data)
        numbering = Numbering(self._part("numbering"))
        body = Body(Styles(self._part("styles")), numbering, self._notes(), self._foreign, self._picture)
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
                if element.kind is not ElementKind.IMAGE and element.text not in seen:
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
        """A document that is embedded as text (altChunk): Word's own, a web page, or plain text."""
        _, target = self._relations.get(relation, ("", ""))
        data = self._archive.read(target) if target else None
        kind = posixpath.splitext(target)[1].lower()
        if data is None:
            return
        if data.startswith(b"PK"):
            yield from self._inner(data)
        elif kind in (".mht", ".mhtml"):
            yield from _web_page(_unpacked(data))
        elif kind in (".htm", ".html", ".xhtml"):
            yield from _web_page(data)
        elif kind == ".txt":
            lines = tuple(Line(line) for line in clean.lines(decode.text(data)))
            yield Element(ElementKind.PARAGRAPH, lines)

    def _picture(self, relation: str, alt: str) -> Iterator[Element]:
        kind, target = self._relations.get(relation, ("", ""))
        if kind != "image":
            return
        # A document inside of this one is closed by the time when its pictures are wanted.
        data = self._archive.read(target) if self._depth else None
        read = partial(self._archive.read, target) if data is None else lambda: data
        yield pictures.picture(read, key="" if self._depth else target, alt=alt)

    def _inner(self, data: bytes) -> Iterator[Element]:
        if self._depth >= _MAX_DEPTH:
            raise ParseError(Reason.TOO_LARGE)
        with Archive(io.BytesIO(data), max_bytes=self._limits.max_expanded_bytes) as archive:
            yield from _Package(archive, self._limits, self._depth + 1).elements()

    def _part(self, kind: str) -> xml.Node | None:
        for found, target in self._relations.values():
            data = self._archive.read(target) if found == kind else None
            if data is not None:
                return xml.parse(data)
        return None


def _web_page(data: bytes) -> Iterator[Element]:
    from backend.rag.parse import html  # few documents need it, and it loads large libraries

    yield from html.elements(html.decoded(data))


def _unpacked(data: bytes) -> bytes:
    """The page of a web archive, which is written like a mail with attachments."""
    mail = email.message_from_bytes(data, policy=email.policy.default)
    page = next((part for part in mail.walk() if part.get_content_type() == "text/html"), None)
    content = page.get_payload(decode=True) if page is not None else None
    return content if isinstance(content, bytes) else b""
