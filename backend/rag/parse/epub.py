"""Electronic books (.epub): chapters in reading order through the HTML reader; nothing is fetched."""

import posixpath
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from backend.rag.elements import Element, ElementKind, Line
from backend.rag.parse import clean, html, pictures, xml
from backend.rag.parse.archive import Archive
from backend.rag.parse.page import Limits, Page, ParseError, Reason
from backend.rag.parse.pictures import Reader

_TEXTS = ("application/xhtml+xml", "text/html")
_MAX_DEPTH = 50
_FONT_LOCKS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def pages(path: Path, limits: Limits) -> Iterator[Page]:
    """One page of all chapters; a book has no pages of its own. Books under copy protection are ENCRYPTED."""
    with Archive(path, max_bytes=limits.max_expanded_bytes) as archive:
        if _is_locked(archive):
            raise ParseError(Reason.ENCRYPTED)
        yield Page(None, tuple(_elements(archive, limits)))


def _elements(archive: Archive, limits: Limits) -> Iterator[Element]:
    titles, chapters = _book(archive)
    num_characters = 0
    for chapter in chapters:
        data = archive.read(chapter)
        find = partial(_picture, archive, posixpath.dirname(chapter))
        found = list(html.elements(html.decoded(data), find)) if data else []
        num_characters += sum(len(element.text) for element in found)
        if num_characters > limits.max_characters:
            raise ParseError(Reason.TOO_LARGE)
        title = titles.get(chapter, "")
        if found and title and found[0].kind is not ElementKind.TITLE:
            yield Element(ElementKind.TITLE, (Line(title),), 1)
        yield from found


def _picture(archive: Archive, folder: str, address: str) -> Reader | None:
    """What reads an image of the book; others are not looked for."""
    path = posixpath.normpath(posixpath.join("/", folder, unquote(address))).lstrip("/")
    return partial(archive.read, path) if archive.has(path) else pictures.of_address(address)


def _book(archive: Archive) -> tuple[dict[str, str], list[str]]:
    """Titles by chapter as the table of contents names them, and the chapters in reading order."""
    root = xml.child(_part(archive, "META-INF/container.xml"), "rootfiles", "rootfile")
    main = xml.attribute(root, "full-path") or ""
    package = _part(archive, main)
    folder = posixpath.dirname(main)
    items = {xml.attribute(node, "id"): node for node in xml.children(xml.child(package, "manifest"), "item")}
    references = xml.children(xml.child(package, "spine"), "itemref")
    spine = [items.get(xml.attribute(reference, "idref")) for reference in references]
    chapters = [_target(folder, node) for node in spine if xml.attribute(node, "media-type") in _TEXTS]
    contents = [node for node in items.values() if _is_contents(node)]
    titles: dict[str, str] = {}
    for node in contents:
        where = _target(folder, node)
        data = archive.read(where)
        if data is not None:
            _read_titles(xml.parse(data), posixpath.dirname(where), titles)
    return titles, chapters


def _part(archive: Archive, name: str) -> xml.Node:
    data = archive.read(name)
    if data is None:
        raise ParseError(Reason.CORRUPT)
    return xml.parse(data)


def _is_contents(node: xml.Node) -> bool:
    is_nav = "nav" in (xml.attribute(node, "properties") or "").split()
    return is_nav or xml.attribute(node, "media-type") == "application/x-dtbncx+xml"


def _target(folder: str, node: xml.Node | None, key: str = "href") -> str:
    """A path in the archive, which no number of dots can leave."""
    href = unquote((xml.attribute(node, key) or "").partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, href)).lstrip("/")


def _read_titles(node: xml.Node, folder: str, titles: dict[str, str], depth: int = 0) -> None:
    """The first title that points into each file: links of a navigation, points of an older NCX."""
    for child in xml.children(node) if depth < _MAX_DEPTH else ():
        name = xml.name(child)
        if name == "a":
            titles.setdefault(_target(folder, child), clean.line(_text(child)))
        elif name == "navPoint":
            label = xml.child(child, "navLabel", "text")
            where = _target(folder, xml.child(child, "content"), "src")
            titles.setdefault(where, clean.line(label.text or "") if label is not None else "")
        _read_titles(child, folder, titles, depth + 1)


def _text(node: xml.Node) -> str:
    return (node.text or "") + "".join(_text(child) for child in xml.children(node))


def _is_locked(archive: Archive) -> bool:
    """Whether more than fonts is encrypted."""
    data = archive.read("META-INF/encryption.xml")
    ways = (xml.child(part, "EncryptionMethod") for part in xml.children(xml.parse(data) if data else None))
    return any(xml.attribute(way, "Algorithm") not in _FONT_LOCKS for way in ways)
